import { describe, expect, it } from 'vitest'
import { request } from '../cluster/cluster.ts'
import type { World } from '../engine/world.ts'
import type { KubeObject } from '../kube/object.ts'
import { drain, type DrainOptions } from './drain.ts'
import { emptyWorld } from './platform.ts'
import { Voyage } from './voyage.ts'

const meta = (name: string) => ({ name, namespace: 'default' })
const labels = { app: 'web' }

function workload(kind: 'Deployment' | 'DaemonSet', volumes: readonly object[] = []): KubeObject {
  const container = { name: 'c', image: 'i' }
  const template = { metadata: { labels }, spec: { containers: [container], volumes } }
  const spec = { selector: { matchLabels: labels }, template }
  return { apiVersion: 'apps/v1', kind, metadata: meta('web'), spec }
}

const bare: KubeObject = {
  apiVersion: 'v1',
  kind: 'Pod',
  metadata: meta('bare'),
  spec: { containers: [{ name: 'c', image: 'i' }], terminationGracePeriodSeconds: 0 },
}

const budget: KubeObject = {
  apiVersion: 'policy/v1',
  kind: 'PodDisruptionBudget',
  metadata: meta('web'),
  spec: { minAvailable: 1, selector: { matchLabels: labels } },
}

function cluster(objects: readonly KubeObject[]): World {
  const pools = [{ name: 'n', count: 1, cpu: '4', memory: '8Gi' }]
  const world = emptyWorld({ kubernetes: '1.36', pools, objects: [] })
  world.run({ untilMs: world.nowMs + 1000 })
  for (const object of objects) request(world, { verb: 'create', object })
  world.runFor(30_000)
  return world
}

function drained(objects: readonly KubeObject[], options: DrainOptions = {}) {
  const voyage = new Voyage(cluster(objects))
  const startMs = voyage.world.nowMs
  const isEmpty = drain(voyage, 'n-1', options)
  const { refusals } = voyage.observation()
  return { isEmpty, refusals, seconds: (voyage.world.nowMs - startMs) / 1000 }
}

describe('a drain refuses before it moves anything', () => {
  const cases = [
    {
      name: 'a pod of a DaemonSet',
      objects: [workload('DaemonSet')],
      options: { ignoreDaemonSets: false },
      want: /^cannot delete DaemonSet-managed Pods \(use --ignore-daemonsets to ignore\): default\/web-/,
    },
    {
      name: 'a pod with an emptyDir',
      objects: [workload('Deployment', [{ name: 'v', emptyDir: {} }])],
      options: { deleteEmptyDirData: false },
      want: /^cannot delete Pods with local storage \(use --delete-emptydir-data to override\): /,
    },
    {
      name: 'a pod of no controller',
      objects: [bare],
      options: { force: false },
      want: /^cannot delete Pods that declare no controller \(use --force to override\): default\/bare$/,
    },
  ]
  it.each(cases)('$name, unless told to go on', ({ objects, options, want }) => {
    const refused = drained(objects, options)
    expect(refused.isEmpty).toBe(false)
    expect(refused.refusals.map(({ message }) => message)).toEqual([expect.stringMatching(want)])
    expect(refused.seconds).toBe(0)
    const { isEmpty, refusals } = drained(objects)
    expect({ isEmpty, refusals }).toEqual({ isEmpty: true, refusals: [] })
  })
})

it('retries what a budget refuses every 5 s, until the time is up', () => {
  const { isEmpty, refusals, seconds } = drained([workload('Deployment'), budget], {
    timeoutMs: 20_000,
  })
  expect(isEmpty).toBe(false)
  expect(refusals).toMatchObject([{ code: 429, reason: 'TooManyRequests' }])
  expect(refusals[0]?.attempts).toBeGreaterThanOrEqual(2)
  expect(seconds).toBeLessThanOrEqual(20)
})

it('gives up once nothing changes any more', () => {
  const { isEmpty, seconds } = drained([workload('Deployment'), budget])
  expect(isEmpty).toBe(false)
  expect(seconds).toBeLessThan(600)
})

it('with disableEviction no budget is asked', () => {
  const { isEmpty, refusals } = drained([workload('Deployment'), budget], { disableEviction: true })
  expect({ isEmpty, refusals }).toEqual({ isEmpty: true, refusals: [] })
})

it('ends as soon as the pods are gone', () => {
  expect(drained([bare]).seconds).toBeLessThanOrEqual(1)
})

describe('a drain with flags of its own', () => {
  it('moves the pods of its selector alone', () => {
    const objects = [workload('Deployment'), budget]
    expect(drained(objects, { timeoutMs: 30_000 }).isEmpty).toBe(false)
    expect(drained(objects, { podSelector: 'app!=web' })).toMatchObject({
      isEmpty: true,
      seconds: 0,
    })
  })

  it('tells a selector that is none', () => {
    const { refusals, isEmpty } = drained([bare], { podSelector: 'app in (' })
    expect(isEmpty).toBe(false)
    expect(refusals).toMatchObject([{ reason: 'DrainRefused' }])
  })

  it('gives up on a pod that ends too slowly when its time is up', () => {
    const { metadata } = bare
    const slow = { ...bare, metadata: { ...metadata, finalizers: ['example.com/wait'] } }
    const { refusals } = drained([slow], { timeoutMs: 90_000 })
    expect(refusals.map(({ message }) => message)).toEqual([
      'error when waiting for pod "bare" in namespace "default" to terminate: ' +
        'global timeout reached: 1m30s',
    ])
  })
})
