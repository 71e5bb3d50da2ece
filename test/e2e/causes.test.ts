// Each cause with its numbers and its place: one small manifest that shows it.

import { describe, expect, it } from 'vitest'
import { load, type Report, runCheck } from '../../src/index.ts'
import type { PoolSpec } from '../../src/trials/spec.ts'

const two: PoolSpec = { name: 'n', count: 2, cpu: '2', memory: '4Gi' }

function check(manifest: string, pools: readonly PoolSpec[] = [two]): Report {
  const loaded = load(['-'], { pools, readStdin: () => manifest })
  expect(loaded.problems).toEqual([])
  return runCheck(loaded, { version: 'test', sources: ['-'] })
}

interface App {
  readonly replicas?: number
  readonly spec?: string
  readonly strategy?: string
}

/** A Deployment whose pod spec has `spec` in it, two spaces deeper than its own key. */
function app({ replicas = 1, spec = '', strategy = '' }: App): string {
  return `apiVersion: apps/v1
kind: Deployment
metadata: {name: web}
spec:
  replicas: ${replicas}
${strategy}  selector: {matchLabels: {app: web}}
  template:
    metadata: {labels: {app: web}}
    spec:
${spec}      containers:
      - name: web
        image: web
`
}

function causesOf(report: Report, trial: string, verdict: string) {
  const finding = report.findings.find(each => each.trial === trial && each.verdict === verdict)
  return finding?.causes ?? []
}

function lineOf(manifest: string, text: string): number {
  return manifest.split('\n').findIndex(line => line.includes(text)) + 1
}

describe('a pod that is pending for ever', () => {
  it('for want of cpu: how much is asked, and what the nearest node has left', () => {
    const manifest = `${app({})}        resources: {requests: {cpu: "3"}}\n`
    const [cause] = causesOf(check(manifest), 'install', 'pending-forever')
    expect(cause).toMatchObject({ code: 'resources-short' })
    expect(cause?.facts).toMatchObject({ 'cpu.wanted': '3000m' })
    expect(cause?.locations[0]?.line).toBe(lineOf(manifest, 'requests:'))
  })

  it('for a label that no node has', () => {
    const manifest = app({ spec: '      nodeSelector: {disk: ssd}\n' })
    const [cause] = causesOf(check(manifest), 'install', 'pending-forever')
    expect(cause?.text).toContain('nodeSelector disk=ssd does not match 2 of 2 nodes')
    expect(cause?.locations[0]?.line).toBe(lineOf(manifest, 'nodeSelector'))
  })

  it('for what a mutation added: who wrote it, and where', () => {
    const mutation = `apiVersion: mutations.gatekeeper.sh/v1
kind: Assign
metadata: {name: keep-off}
spec:
  applyTo: [{groups: [""], versions: [v1], kinds: [Pod]}]
  location: spec.nodeSelector.disk
  parameters: {assign: {value: ssd}}
---
`
    const manifest = mutation + app({})
    const [cause] = causesOf(check(manifest), 'install', 'pending-forever')
    expect(cause?.text).toContain('nodeSelector disk=ssd')
    const line = lineOf(manifest, 'location:')
    expect(cause?.writers).toEqual([`Assign keep-off (stdin:${line})`])
  })

  it('for a taint on every node', () => {
    const taints = [{ key: 'gpu', value: 'yes', effect: 'NoSchedule' as const }]
    const [cause] = causesOf(check(app({}), [{ ...two, taints }]), 'install', 'pending-forever')
    expect(cause).toMatchObject({ code: 'taint-not-tolerated' })
    expect(cause?.text).toContain('gpu=yes:NoSchedule')
  })

  it('for a spread that a tainted node makes impossible', () => {
    const spec = `      topologySpreadConstraints:
      - maxSkew: 1
        topologyKey: kubernetes.io/hostname
        whenUnsatisfiable: DoNotSchedule
        labelSelector: {matchLabels: {app: web}}
`
    const tainted: PoolSpec = {
      ...two,
      name: 'cp',
      count: 1,
      taints: [{ key: 'cp', effect: 'NoSchedule' }],
    }
    const manifest = app({ replicas: 3, spec })
    const causes = causesOf(check(manifest, [two, tainted]), 'install', 'pending-forever')
    expect(causes.map(({ code }) => code).sort()).toEqual([
      'spread-unsatisfiable',
      'taint-not-tolerated',
    ])
    const spread = causes.find(({ code }) => code === 'spread-unsatisfiable')
    expect(spread?.locations[0]?.line).toBe(lineOf(manifest, 'topologySpreadConstraints'))
  })
})

describe('an object that is refused', () => {
  it('names the field and its line', () => {
    const manifest = app({ replicas: -1 })
    const report = check(manifest)
    const [cause] = causesOf(report, 'install', 'rejected')
    expect(cause?.facts).toMatchObject({ fields: ['spec.replicas'] })
    expect(cause?.locations[0]?.line).toBe(lineOf(manifest, 'replicas: -1'))
  })

  it.each([
    { name: 'an unknown one', from: 'image: web', to: 'imagee: web', hint: 'did you mean image?' },
    {
      name: 'one of a wrong type',
      from: 'replicas: 1',
      to: 'replicas: "1"',
      hint: 'spec.replicas',
    },
  ])('names $name that the API server cannot decode', ({ from, to, hint }) => {
    const manifest = app({}).replace(from, to)
    const [cause] = causesOf(check(manifest), 'install', 'rejected')
    expect(cause?.locations[0]?.line).toBe(lineOf(manifest, to))
    expect(cause?.text).toContain(hint)
  })

  it('is a workload whose ServiceAccount nobody defines', () => {
    const manifest = app({ spec: '      serviceAccountName: ghost\n' })
    const [cause] = causesOf(check(manifest), 'install', 'rejected')
    expect(cause).toMatchObject({ code: 'service-account-missing' })
    expect(cause?.locations[0]?.line).toBe(lineOf(manifest, 'serviceAccountName'))
  })
})

describe('a kind that no API server has', () => {
  const wrongKind = app({}).replace('kind: Deployment', 'kind: Deploymnet')

  it('is refused, with the kind that may be meant and its line', () => {
    const [cause] = causesOf(check(wrongKind), 'install', 'rejected')
    expect(cause).toMatchObject({ code: 'unknown-kind', locations: [{ line: 2, path: 'kind' }] })
    expect(cause?.text).toContain('did you mean Deployment (apps/v1)?')
  })

  it('is refused at its version when that is gone', () => {
    const [cause] = causesOf(
      check(app({}).replace('apps/v1', 'apps/v1beta1')),
      'install',
      'rejected',
    )
    expect(cause).toMatchObject({ code: 'unknown-kind', locations: [{ path: 'apiVersion' }] })
    expect(cause?.text).toContain('it serves Deployment (apps/v1)')
  })

  it("of a group that may be anybody's is not modelled: count, first place, hint", () => {
    const odd = 'apiVersion: networking.k8s.io/v1\nkind: Ingres\nmetadata: {name: NAME}\n'
    const { unmodelled } = check([odd.replace('NAME', 'a'), odd.replace('NAME', 'b')].join('---\n'))
    expect(unmodelled).toMatchObject([
      { count: 2, locations: [{ line: 2 }], hint: 'Ingress (networking.k8s.io/v1)' },
    ])
  })
})

describe('an object that a pod names and no file defines', () => {
  const rows = [
    { kind: 'ServiceAccount', spec: 'serviceAccountName: nobody', verdict: 'rejected' },
    { kind: 'PriorityClass', spec: 'priorityClassName: nothing', verdict: 'rejected' },
    { kind: 'RuntimeClass', spec: 'runtimeClassName: kata', verdict: 'rejected' },
    {
      kind: 'PersistentVolumeClaim',
      spec: 'volumes: [{name: d, persistentVolumeClaim: {claimName: none}}]',
      verdict: 'pending-forever',
    },
  ]
  it.each(rows)(
    '$kind: the finding points at the field that names it',
    ({ kind, spec, verdict }) => {
      const manifest = app({ spec: `      ${spec}\n` })
      const [cause] = causesOf(check(manifest), 'install', verdict)
      expect(cause?.text).toContain(`${kind} `)
      expect(cause?.locations[0]?.line).toBe(lineOf(manifest, spec))
    },
  )

  const secret = 'volumes: [{name: s, secret: {secretName: web-tls}}]'
  const manifest = app({ spec: `      ${secret}\n` })

  it('Secret: the run goes on, and a warning points at the field', () => {
    const { findings, problems, assumptions } = check(manifest)
    expect(findings.filter(({ severity }) => severity === 'error')).toEqual([])
    expect(problems).toMatchObject([
      { code: 'ST0150', severity: 'warning', line: lineOf(manifest, secret) },
    ])
    expect(problems[0]?.text).toContain('Secret default/web-tls is in none of the files')
    expect(assumptions).toMatchObject([{ locations: [{ line: lineOf(manifest, secret) }] }])
  })

  it('Secret: a name with a slip of the pen is shown', () => {
    const near = `${manifest}---\napiVersion: v1\nkind: Secret\nmetadata: {name: web-tsl}\n`
    expect(check(near).problems[0]?.todo).toContain('did you mean Secret default/web-tsl')
  })

  it('Secret: one that something in the files makes is only assumed', () => {
    const maker = `${manifest}---
apiVersion: cert-manager.io/v1
kind: Certificate
metadata: {name: web, namespace: default}
spec: {secretName: web-tls}
`
    const { problems, assumptions } = check(maker)
    expect(problems).toEqual([])
    expect(assumptions[0]?.why).toContain('Certificate default/web names it')
  })

  it('Secret: one that is optional is never told', () => {
    const optional = secret.replace('web-tls', 'web-tls, optional: true')
    const { problems, assumptions } = check(app({ spec: `      ${optional}\n` }))
    expect([problems, assumptions]).toEqual([[], []])
  })
})

it('a definition without structural schema is shown where the version writes it', () => {
  const definition = `apiVersion: apiextensions.k8s.io/v1
kind: CustomResourceDefinition
metadata: {name: foos.example.com}
spec:
  group: example.com
  scope: Namespaced
  names: {plural: foos, singular: foo, kind: Foo, listKind: FooList}
  versions:
  - name: v1
    served: true
    storage: true
    schema:
      openAPIV3Schema:
        type: object
        properties:
          spec: {properties: {a: {type: integer}}}
`
  const [cause] = causesOf(check(definition), 'install', 'rejected')
  expect(cause?.facts).toEqual({
    fields: ['spec.validation.openAPIV3Schema.properties[spec].type'],
  })
  expect(cause?.locations).toMatchObject([{ line: 16 }])
})

describe('what a policy refuses: the policy and its binding are shown', () => {
  const policy = (resource: string): string => `apiVersion: admissionregistration.k8s.io/v1
kind: ValidatingAdmissionPolicy
metadata: {name: few}
spec:
  matchConstraints:
    resourceRules:
    - {apiGroups: [apps], apiVersions: [v1], operations: [CREATE], resources: [${resource}]}
  validations:
  - expression: object.spec.replicas <= 1
---
apiVersion: admissionregistration.k8s.io/v1
kind: ValidatingAdmissionPolicyBinding
metadata: {name: all}
spec: {policyName: few, validationActions: [Deny]}
---
`
  it.each(['deployments', 'replicasets'])('%s', resource => {
    const manifest = policy(resource) + app({ replicas: 2 })
    const [cause] = causesOf(check(manifest), 'install', 'rejected')
    expect(cause?.facts).toEqual({ policy: 'few', binding: 'all' })
    expect(cause?.locations).toMatchObject([{ line: 8 }, { line: 14 }])
  })
})

it('pods that a quota refuses: the quota is shown', () => {
  const quota = `apiVersion: v1
kind: ResourceQuota
metadata: {name: small}
spec:
  hard: {pods: "1"}
---
`
  const [cause] = causesOf(check(`${quota}${app({ replicas: 2 })}`), 'install', 'rejected')
  expect(cause?.facts).toMatchObject({ quota: 'small', limited: 'pods=1' })
  expect(cause?.locations).toMatchObject([{ line: 5 }])
})

describe('a drain that is stuck', () => {
  const budget = `---
apiVersion: policy/v1
kind: PodDisruptionBudget
metadata: {name: web}
spec:
  minAvailable: 1
  selector: {matchLabels: {app: web}}
`
  it('shows the arithmetic of the budget', () => {
    const [cause] = causesOf(check(`${app({})}${budget}`), 'drain', 'drain-stuck')
    expect(cause).toMatchObject({ code: 'budget-allows-none' })
    expect(cause?.facts).toMatchObject({ desiredHealthy: 1, currentHealthy: 1, expectedPods: 1 })
    expect(cause?.locations).toMatchObject([{ path: 'spec.minAvailable' }])
  })

  it('names both budgets where two select the same pods', () => {
    const second = budget.replace('name: web', 'name: also')
    const [cause] = causesOf(
      check(`${app({ replicas: 2 })}${budget}${second}`),
      'drain',
      'drain-stuck',
    )
    expect(cause?.facts).toEqual({ budgets: ['web', 'also'] })
    expect(cause?.locations).toHaveLength(2)
  })

  it('is not said of two replicas under the same budget', () => {
    const report = check(`${app({ replicas: 2 })}${budget}`)
    expect(causesOf(report, 'drain', 'drain-stuck')).toEqual([])
    expect(report.findings.filter(({ severity }) => severity === 'error')).toEqual([])
  })
})

describe('a loss of a node', () => {
  it('takes a single replica down for the time of detection, toleration and start', () => {
    const down = check(app({})).findings.find(({ verdict }) => verdict === 'down')
    expect(down).toMatchObject({ trial: 'lose-node', severity: 'warning' })
    // 40 to 50 s until the node counts as lost, 300 s of toleration, seconds to start.
    expect(down?.seconds).toBeGreaterThan(340)
    expect(down?.seconds).toBeLessThan(360)
    expect(down?.causes[0]).toMatchObject({ code: 'single-replica' })
  })

  it('keeps down what tolerates the loss for ever: nothing evicts it', () => {
    const manifest = app({ spec: '      tolerations: [{operator: Exists}]\n' })
    const [cause] = causesOf(check(manifest), 'lose-node', 'down')
    expect(cause).toMatchObject({ code: 'never-evicted' })
    expect(cause?.locations[0]?.line).toBe(lineOf(manifest, 'tolerations'))
  })

  it('breaks an SLA of ten seconds, which makes it an error', () => {
    const loaded = load(['-'], { pools: [two], readStdin: () => app({}) })
    const sla = { downSeconds: 10 }
    const report = runCheck(loaded, { version: 'test', sources: [], sla })
    expect(report.findings[0]).toMatchObject({ verdict: 'down', severity: 'error' })
  })

  it('is nothing to report for two replicas on different nodes', () => {
    const report = check(app({ replicas: 2 }))
    expect(report.findings.filter(({ severity }) => severity !== 'info')).toEqual([])
    expect(report.trials.map(({ outcome }) => outcome)).toEqual([
      'holds',
      'holds',
      'holds',
      'holds',
    ])
  })
})

describe('an object that a webhook refuses', () => {
  const service = `---
apiVersion: v1
kind: Service
metadata: {name: web}
spec: {selector: {app: web}, ports: [{port: 443}]}
`
  /** A webhook on one resource, answered by the pods of the Deployment itself. */
  const hook = (
    group: string,
    resource: string,
  ): string => `apiVersion: admissionregistration.k8s.io/v1
kind: ValidatingWebhookConfiguration
metadata: {name: gate}
webhooks:
- name: gate.example.com
  admissionReviewVersions: [v1]
  sideEffects: None
  failurePolicy: Fail
  clientConfig: {service: {name: web, namespace: default}}
  rules:
  - {apiGroups: ["${group}"], apiVersions: [v1], operations: [CREATE], resources: [${resource}]}
---
`

  it('that its own pods answer: it waits for itself', () => {
    const manifest = hook('', 'pods') + app({}) + service
    const causes = causesOf(check(manifest), 'lose-node', 'rejected')
    expect(causes.map(({ code }) => code)).toEqual([
      'webhook-unanswered',
      'webhook-waits-for-itself',
    ])
    expect(causes.map(({ locations }) => locations[0]?.line)).toEqual([
      lineOf(manifest, 'failurePolicy'),
      lineOf(manifest, 'clientConfig'),
    ])
  })

  it('when the ReplicaSet of a new revision is refused', () => {
    const behind = app({ spec: '      nodeSelector: {disk: ssd}\n' })
    const other = app({}).replaceAll('web', 'other')
    const manifest = hook('apps', 'replicasets') + behind + service + '---\n' + other
    const [cause] = causesOf(check(manifest), 'restart', 'rollout-stuck')
    expect(cause?.text).toContain('webhook gate.example.com of ValidatingWebhookConfiguration gate')
  })
})
