import { existsSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, it } from 'vitest'
import type { KubeObject } from '../../kube/object.ts'
import { pathParts, valueAt } from '../../kube/field-path.ts'
import { filePlace } from '../../sources/place.ts'
import { restoredFrom } from '../operators/controller.ts'
import { argocdOperator } from './argocd-operator.ts'

const real = join(import.meta.dirname, '../../../../shared/real/otomi')
const why = existsSync(real) ? '' : ' (skipped: ../shared/real/otomi is not there)'

function argoCd(spec: object, version = 'v1beta1'): KubeObject {
  const metadata = { name: 'argocd', namespace: 'argocd' }
  return { apiVersion: `argoproj.io/${version}`, kind: 'ArgoCD', metadata, spec }
}

/** The Deployment that the operator itself runs in. */
function running(tag: string): KubeObject {
  const image = `quay.io/argoprojlabs/argocd-operator:${tag}`
  const spec = { template: { spec: { containers: [{ name: 'manager', image }] } } }
  return { apiVersion: 'apps/v1', kind: 'Deployment', metadata: { name: 'manager' }, spec }
}

function made(resource: KubeObject, itself?: KubeObject): ReadonlyMap<string, KubeObject> {
  const { kept } = argocdOperator.wanted(resource, itself)
  return new Map(kept.map(({ object }) => [`${object.kind} ${object.metadata.name}`, object]))
}

function at(object: KubeObject | undefined, path: string): unknown {
  return valueAt(object, pathParts(path))
}

/** Sorted, without what is empty: what a Go program writes of nothing is not compared. */
function plain(value: unknown, name = ''): unknown {
  if (Array.isArray(value)) return value.map(each => plain(each))
  if (typeof value !== 'object' || value === null) return value ?? undefined
  const fields = Object.entries(value)
    .map(([key, each]) => [key, plain(each, key)] as const)
    .filter(([, each]) => each !== undefined)
  if (fields.length === 0 && name !== 'emptyDir') return undefined
  return Object.fromEntries(fields)
}

function documents(file: string): readonly KubeObject[] {
  const values = filePlace(join(real, file), true)
    .read()
    .documents.map(({ value }) => value)
  return values.filter(value => value !== null) as KubeObject[]
}

describe(`what the operator v0.9.0 makes of recorded resources${why}`, () => {
  it.skipIf(!existsSync(real)).each([
    ['argocd-cr/v2.8.1.default.yaml', 'otomi-v2.8.1.default.yaml', 17],
    ['argocd-cr/v2.8.1.nodeselector.yaml', 'otomi-v2.8.1.nodeselector.yaml', 17],
    [
      'argocd-cr/v2.8.1.nodeselector-autoscale.yaml',
      'otomi-v2.8.1.nodeselector-autoscale.yaml',
      18,
    ],
    ['argocd-operator-input/ha.yaml', 'ha.yaml', 19],
    ['argocd-operator-input/ha-nodeplacement.yaml', 'ha-nodeplacement.yaml', 19],
    ['argocd-operator-input/sharding.yaml', 'sharding.yaml', 14],
  ])('%s', (input, output, count) => {
    const [resource] = documents(input)
    const metadata = { ...resource?.metadata, namespace: 'argocd' }
    const found = made({ ...(resource as KubeObject), metadata }, running('v0.9.0'))
    const wanted = documents(`argocd-operator-output/${output}`)
    expect(wanted).toHaveLength(count)
    const compared = [...found.values()].filter(({ kind }) => kind !== 'ConfigMap')
    const sorted = (objects: readonly KubeObject[]): readonly unknown[] =>
      [...objects]
        .sort((a, b) => (`${a.kind} ${a.metadata.name}` < `${b.kind} ${b.metadata.name}` ? -1 : 1))
        .map(each => plain(each))
    expect(sorted(compared)).toEqual(sorted(wanted))
  })
})

describe('placement', () => {
  it('nodePlacement goes into every workload, beside linux', () => {
    const tolerations = [{ key: 'otomi', operator: 'Exists', effect: 'NoSchedule' }]
    const nodePlacement = { nodeSelector: { otomi: 'otomi-sys' }, tolerations }
    const objects = made(argoCd({ nodePlacement, ha: { enabled: true }, applicationSet: {} }))
    const workloads = [...objects.values()].filter(({ apiVersion }) => apiVersion === 'apps/v1')
    expect(workloads).toHaveLength(6)
    for (const each of workloads) {
      expect(at(each, 'spec.template.spec.nodeSelector')).toEqual({
        'kubernetes.io/os': 'linux',
        otomi: 'otomi-sys',
      })
      expect(at(each, 'spec.template.spec.tolerations')).toEqual(tolerations)
    }
  })
})

describe('counts', () => {
  const ha = argoCd({ ha: { enabled: true } })

  it.each([
    { tag: 'v0.9.0', replicas: undefined, maxSurge: undefined },
    { tag: 'v0.15.0', replicas: 3, maxSurge: undefined },
    { tag: 'v0.16.0', replicas: 3, maxSurge: 0 },
    { tag: 'v0.18.0', replicas: 3, maxSurge: 0 },
  ])('the proxies of $tag: $replicas, surge $maxSurge', ({ tag, replicas, maxSurge }) => {
    const proxy = made(ha, running(tag)).get('Deployment argocd-redis-ha-haproxy')
    expect(at(proxy, 'spec.replicas')).toBe(replicas)
    expect(at(proxy, 'spec.strategy.rollingUpdate.maxSurge')).toBe(maxSurge)
  })

  it('Redis has three servers with high availability, and the single one goes', () => {
    const objects = made(ha)
    expect(at(objects.get('StatefulSet argocd-redis-ha-server'), 'spec.replicas')).toBe(3)
    const { absent } = argocdOperator.wanted(ha, undefined)
    expect(absent).toContainEqual({ kind: 'Deployment', namespace: 'argocd', name: 'argocd-redis' })
  })

  it('without the operator in the cluster the release is that of the time of the version', () => {
    const proxy = 'Deployment argocd-redis-ha-haproxy'
    expect(at(made(ha).get(proxy), 'spec.replicas')).toBe(3)
    const old = argoCd({ ha: { enabled: true } }, 'v1alpha1')
    expect(at(made(old).get(proxy), 'spec.replicas')).toBeUndefined()
  })

  it('an autoscaler wins over replicas, and its spec goes in as it is', () => {
    const hpa = { maxReplicas: 5, scaleTargetRef: { kind: 'Deployment', name: 'otomi-argocd' } }
    const objects = made(argoCd({ server: { replicas: 4, autoscale: { enabled: true, hpa } } }))
    expect(at(objects.get('Deployment argocd-server'), 'spec.replicas')).toBeUndefined()
    expect(objects.get('HorizontalPodAutoscaler argocd-server')?.['spec']).toEqual(hpa)
    const fixed = made(argoCd({ server: { replicas: 4, autoscale: { enabled: false, hpa } } }))
    expect(at(fixed.get('Deployment argocd-server'), 'spec.replicas')).toBe(4)
    expect(fixed.has('HorizontalPodAutoscaler argocd-server')).toBe(false)
  })

  it.each([
    { sharding: {}, want: 1 },
    { sharding: { enabled: true, replicas: 3 }, want: 3 },
    { sharding: { enabled: false, replicas: 3 }, want: 1 },
    { sharding: { dynamicScalingEnabled: true, minShards: 2, maxShards: 4 }, want: 2 },
  ])('$want application controllers of $sharding', ({ sharding, want }) => {
    const objects = made(argoCd({ controller: { sharding } }))
    expect(at(objects.get('StatefulSet argocd-application-controller'), 'spec.replicas')).toBe(want)
  })

  it('a spec of wrong types is read as one that says nothing', () => {
    const spec = {
      ha: 'yes',
      server: [],
      repo: { replicas: '2' },
      nodePlacement: { nodeSelector: 1 },
    }
    const objects = made(argoCd(spec))
    expect(at(objects.get('Deployment argocd-repo-server'), 'spec.replicas')).toBeUndefined()
    expect(objects.has('Deployment argocd-redis')).toBe(true)
  })
})

describe('edits of others', () => {
  function edited(version: string, path: string, value: unknown): KubeObject {
    const { kept } = argocdOperator.wanted(argoCd({ server: { replicas: 2 } }, version), undefined)
    const server = kept.find(
      ({ object }) => object.metadata.name === 'argocd-server' && object.kind === 'Deployment',
    )
    if (server === undefined) throw new Error('there is a server')
    const spec = structuredCloneOf(server.object)
    let holder = spec as Record<string, unknown>
    const parts = pathParts(path)
    for (const part of parts.slice(0, -1)) holder = holder[part] as Record<string, unknown>
    holder[String(parts.at(-1))] = value
    return restoredFrom(spec, server)
  }

  it.each([
    { name: 'a count', version: 'v1beta1', path: 'spec.replicas', value: 9, want: 2 },
    {
      name: 'a node selector',
      version: 'v1beta1',
      path: 'spec.template.spec.nodeSelector',
      value: { disk: 'ssd' },
      want: { 'kubernetes.io/os': 'linux' },
    },
    {
      name: 'an affinity beside v1alpha1',
      version: 'v1alpha1',
      path: 'spec.template.spec.affinity',
      value: { nodeAffinity: {} },
      want: undefined,
    },
  ])('$name is put back', ({ version, path, value, want }) => {
    expect(at(edited(version, path, value), path)).toEqual(want)
  })

  it.each([
    ['v1beta1', 'spec.template.spec.affinity', { nodeAffinity: {} }],
    ['v1beta1', 'spec.strategy', { type: 'Recreate' }],
    ['v1beta1', 'metadata.annotations', { by: 'hand' }],
  ])('beside %s, %s stays as it was edited', (version, path, value) => {
    expect(at(edited(version, path, value), path)).toEqual(value)
  })
})

function structuredCloneOf<T>(value: T): T {
  return JSON.parse(JSON.stringify(value)) as T
}
