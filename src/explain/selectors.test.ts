import { expect, it } from 'vitest'
import type { Labels } from '../kube/label-selector.ts'
import type { KubeObject } from '../kube/object.ts'
import type { Platform } from '../trials/platform.ts'
import { selectorProblems } from './selectors.ts'

function platformOf(objects: readonly KubeObject[]): Platform {
  const locate = (path: string) => ({ file: 'a.yaml', line: 1, column: 1, path })
  const range = () => undefined
  return {
    kubernetes: '1.36',
    pools: [],
    objects: objects.map(object => ({ object, locate, range })),
  }
}

function object(kind: string, name: string, spec: object, namespace = 'shop'): KubeObject {
  return { apiVersion: 'v1', kind, metadata: { name, namespace }, spec }
}

function workload(kind: string, name: string, labels: Labels, wanted: Labels = labels): KubeObject {
  const selector = { matchLabels: wanted }
  return object(kind, name, { selector, template: { metadata: { labels } } })
}

const web = workload('Deployment', 'web', { app: 'shop', part: 'web' })
const worker = workload('Deployment', 'worker', { app: 'shop', part: 'worker' })
const greedy = workload('Deployment', 'web', { app: 'shop', part: 'web' }, { app: 'shop' })
const service = (selector: Labels, namespace?: string) =>
  object('Service', 'web', { selector }, namespace)
const budget = (matchLabels: Labels, more: object) =>
  object('PodDisruptionBudget', 'b', { selector: { matchLabels }, ...more })
const autoscaler = object('HorizontalPodAutoscaler', 'h', {
  scaleTargetRef: { apiVersion: 'apps/v1', kind: 'Deployment', name: 'web' },
})
const job = object('CronJob', 'j', {
  jobTemplate: { spec: { template: { metadata: { labels: { app: 'job' } } } } },
})

const table: readonly {
  readonly name: string
  readonly given: readonly KubeObject[]
  readonly want: readonly string[]
}[] = [
  {
    name: 'a Service of a workload',
    given: [web, service({ app: 'shop', part: 'web' })],
    want: [],
  },
  {
    name: 'a Service with a wrong value',
    given: [web, service({ app: 'shop', part: 'wbe' })],
    want: ['Service shop/web: no workload of its namespace makes pods with app=shop, part=wbe'],
  },
  {
    name: 'a Service by a label that a program sets while it runs',
    given: [web, service({ app: 'shop', 'web-active': 'true' })],
    want: [],
  },
  {
    name: 'a Service whose pods an operator makes',
    given: [
      web,
      service({ app: 'db' }),
      { ...object('Cluster', 'c', { replicas: 3 }), apiVersion: 'db.io/v1' },
    ],
    want: [],
  },
  {
    name: 'a Service of what the cluster itself runs',
    given: [
      { ...web, metadata: { name: 'w', namespace: 'kube-system' } },
      service({ app: 'proxy' }, 'kube-system'),
    ],
    want: [],
  },
  { name: 'a Service of a job', given: [web, job, service({ app: 'job' })], want: [] },
  { name: 'workloads with labels of their own', given: [web, worker, autoscaler], want: [] },
  {
    name: 'workloads with one selector',
    given: [greedy, workload('StatefulSet', 'db', { app: 'shop' })],
    want: [
      'Deployment shop/web: its selector selects the pods of StatefulSet shop/db as well',
      'StatefulSet shop/db: its selector selects the pods of Deployment shop/web as well',
    ],
  },
  { name: 'a wide selector that nothing counts by', given: [greedy, worker], want: [] },
  {
    name: 'a wide selector over which an autoscaler averages',
    given: [greedy, worker, autoscaler],
    want: ['Deployment shop/web: its selector selects the pods of Deployment shop/worker as well'],
  },
  {
    name: 'a budget over two workloads',
    given: [web, worker, budget({ app: 'shop' }, { maxUnavailable: 1 })],
    want: [
      'PodDisruptionBudget shop/b: it counts the pods of Deployment shop/web and Deployment shop/worker together',
    ],
  },
  {
    name: 'a budget over one',
    given: [web, worker, budget({ part: 'web' }, { minAvailable: '50%' })],
    want: [],
  },
]

it.each(table)('$name', ({ given, want }) => {
  const problems = selectorProblems(platformOf(given))
  expect(problems.map(({ object: of, what }) => `${of}: ${what}`)).toEqual(want)
  for (const problem of problems) {
    expect(problem).toMatchObject({ code: 'ST0155', severity: 'warning', location: { line: 1 } })
  }
})
