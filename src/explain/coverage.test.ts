import { expect, it } from 'vitest'
import type { KubeObject } from '../kube/object.ts'
import { install } from '../trials/install.ts'
import type { Platform } from '../trials/platform.ts'
import { coverageIn } from './coverage.ts'

function platformOf(...objects: readonly KubeObject[]): Platform {
  const locate = (path: string) => ({ file: 'a.yaml', line: 1, column: 1, path })
  return {
    kubernetes: '1.36',
    pools: [{ name: 'n', count: 2, cpu: '4', memory: '8Gi', labels: { pool: 'platform' } }],
    objects: objects.map(object => ({ object, locate, range: () => undefined })),
  }
}

function told(...objects: readonly KubeObject[]): readonly string[] {
  const platform = platformOf(...objects)
  const { world } = install(platform)
  return coverageIn(platform, world).map(({ object, what }) => `${object}: ${what}`)
}

function affinity(operator: string): object {
  const matchExpressions = [{ key: 'pool', operator, values: ['platform'] }]
  const required = { nodeSelectorTerms: [{ matchExpressions }] }
  return { requiredDuringSchedulingIgnoredDuringExecution: required }
}

function assign(name: string, kinds: readonly string[], spec: object): KubeObject {
  const group = kinds.includes('Pod') ? '' : kinds.includes('Job') ? 'batch' : 'apps'
  return {
    apiVersion: 'mutations.gatekeeper.sh/v1',
    kind: 'Assign',
    metadata: { name },
    spec: { applyTo: [{ groups: [group], versions: ['v1'], kinds }], ...spec },
  }
}

const location = 'spec.template.spec.affinity.nodeAffinity'
const value = affinity('In')
const place = (match: object = {}): KubeObject =>
  assign('place', ['Deployment', 'ReplicaSet'], {
    match,
    location,
    parameters: { assign: { value } },
  })
const jobs = assign('place-jobs', ['Job'], { location, parameters: { assign: { value } } })
const away = (match: object): KubeObject =>
  assign('away', ['Pod'], {
    match,
    location: 'spec.affinity.nodeAffinity',
    parameters: { assign: { value: affinity('NotIn') } },
  })

function workload(kind: string, namespace: string, spec: object = {}): KubeObject {
  const labels = { app: 'w' }
  const template = {
    metadata: { labels },
    spec: { containers: [{ name: 'c', image: 'i' }], ...spec },
  }
  const metadata = { name: 'w', namespace }
  return {
    apiVersion: 'apps/v1',
    kind,
    metadata,
    spec: { selector: { matchLabels: labels }, template },
  }
}

const cronJob: KubeObject = {
  apiVersion: 'batch/v1',
  kind: 'CronJob',
  metadata: { name: 'w', namespace: 'a' },
  spec: {
    schedule: '0 0 1 1 *',
    jobTemplate: {
      spec: {
        template: { spec: { restartPolicy: 'Never', containers: [{ name: 'c', image: 'i' }] } },
      },
    },
  },
}

const config: KubeObject = {
  apiVersion: 'config.gatekeeper.sh/v1alpha1',
  kind: 'Config',
  metadata: { name: 'config', namespace: 'gatekeeper-system' },
  spec: { match: [{ excludedNamespaces: ['a'], processes: ['*'] }] },
}

it.each([
  {
    name: 'without placement rules nothing is told',
    given: [workload('DaemonSet', 'a')],
    want: [],
  },
  { name: 'one that is placed', given: [place(), workload('Deployment', 'a')], want: [] },
  {
    name: 'a kind that no rule is for',
    given: [place(), workload('DaemonSet', 'a')],
    want: ['no rule is for a DaemonSet: Assign place'],
  },
  {
    name: 'a namespace that the rule leaves out',
    given: [place({ excludedNamespaces: ['a'] }), workload('Deployment', 'a')],
    want: ['namespace a is left out by Assign place (a.yaml:1)'],
  },
  {
    name: 'a namespace that Gatekeeper leaves alone',
    given: [config, place(), workload('Deployment', 'a')],
    want: ['Gatekeeper leaves namespace a alone'],
  },
  {
    name: 'a selector of its own',
    given: [place(), workload('DaemonSet', 'a', { nodeSelector: { pool: 'platform' } })],
    want: [],
  },
  {
    name: 'pods that a rule keeps off, on purpose',
    given: [
      place({ excludedNamespaces: ['a'] }),
      away({ namespaces: ['a'] }),
      workload('Deployment', 'a'),
    ],
    want: [],
  },
  {
    name: 'pods that get the opposite of their template',
    given: [place(), away({}), workload('Deployment', 'a')],
    want: [
      'its template asks for them, and Assign away (a.yaml:1) puts the opposite into its pods',
    ],
  },
  { name: 'a CronJob whose Jobs are placed', given: [jobs, cronJob], want: [] },
  {
    name: 'a CronJob whose Jobs are not',
    given: [place(), cronJob],
    want: ['no rule is for a CronJob'],
  },
])('$name', ({ given, want }) => {
  const found = told(...given)
  expect(found).toHaveLength(want.length)
  for (const [index, text] of want.entries()) expect(found[index]).toContain(text)
})
