// What differs by version in a running cluster: a row of docs/versions.md each.

import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, it } from 'vitest'
import type { World } from '../engine/world.ts'
import { controllersWith } from '../controllers/registry.ts'
import { featureGates, type GateSettings, gatesOf } from '../kube/feature-gates.ts'
import type { Node, Pod, StatefulSet } from '../kube/generated/types.ts'
import type { KubeObject } from '../kube/object.ts'
import { isPodReady } from '../kube/pod.ts'
import { kubeletName } from '../nodes/kubelet.ts'
import { nodeFromPool } from '../nodes/node-object.ts'
import { createCluster, request } from './cluster.ts'

const details = { nowMs: 0, kubeletVersion: 'v1.36.0', ordinal: 1 }
const pool = { name: 'n', count: 1, cpu: '8', memory: '16Gi', zones: ['a'] }

function world(minor: number, featureGates: GateSettings = {}): World {
  const nodes = [nodeFromPool(pool, 0, details) as unknown as KubeObject]
  return createCluster({ kubernetes: `1.${minor}`, nodes, featureGates })
}

function create(cluster: World, object: object): void {
  const answer = request(cluster, { verb: 'create', object: object as KubeObject })
  expect(answer).toMatchObject({ ok: true })
}

const labels = { app: 'db' }
const template = (image: string): object => ({
  metadata: { labels },
  spec: { containers: [{ name: 'c', image }], terminationGracePeriodSeconds: 1 },
})

function workload(kind: string, spec: object): object {
  const metadata = { name: 'db', namespace: 'default' }
  const selector = { matchLabels: labels }
  return {
    apiVersion: 'apps/v1',
    kind,
    metadata,
    spec: { replicas: 4, selector, template: template('a'), ...spec },
  }
}

/** The most pods that are not ready at a time while a set of four takes on another image. */
function mostAway(cluster: World): number {
  cluster.runFor(120_000)
  const target = { kind: 'StatefulSet', namespace: 'default', name: 'db' }
  const patch = { spec: { template: template('b') } }
  request(cluster, { verb: 'patch', target, patchType: 'merge', patch })
  let most = 0
  for (let step = 0; step < 1200; step += 1) {
    cluster.runFor(100)
    const ready = (cluster.store.list('Pod') as readonly Pod[]).filter(isPodReady)
    most = Math.max(most, 4 - ready.length)
  }
  const images = (cluster.store.list('Pod') as readonly Pod[]).map(
    ({ spec }) => spec?.containers[0]?.image,
  )
  expect(images).toEqual(['b', 'b', 'b', 'b'])
  return most
}

describe('maxUnavailable of StatefulSets', () => {
  const on = { MaxUnavailableStatefulSet: true }
  it.each([
    { name: 'dropped', minor: 36, gates: {}, kept: undefined, away: 1 },
    { name: 'counts with the gate', minor: 36, gates: on, kept: 2, away: 2 },
    { name: 'counts with the gate in old versions', minor: 30, gates: on, kept: 2, away: 2 },
  ])('$name', ({ minor, gates, kept, away }) => {
    const cluster = world(minor, gates)
    const updateStrategy = { rollingUpdate: { maxUnavailable: 2 } }
    const podManagementPolicy = 'Parallel'
    const spec = { serviceName: 'db', updateStrategy, podManagementPolicy }
    create(cluster, workload('StatefulSet', spec))
    const stored = cluster.store.get('StatefulSet', 'default/db') as StatefulSet
    expect(stored.spec?.updateStrategy?.rollingUpdate?.maxUnavailable).toBe(kept)
    expect(mostAway(cluster)).toBe(away)
  })
})

it.each([
  [31, 40],
  [32, 50],
  [36, 50],
])('a node that is silent under 1.%i is lost after %i s', (minor, graceSeconds) => {
  const cluster = world(minor)
  cluster.runFor(60_000)
  cluster.signal(kubeletName, { type: 'disconnect', node: 'n-1' })
  const start = cluster.nowMs
  const isLost = (): boolean => {
    const { status } = cluster.store.get('Node', 'n-1') as Node
    return status?.conditions?.find(({ type }) => type === 'Ready')?.status === 'Unknown'
  }
  while (!isLost() && cluster.nowMs < start + 90_000) cluster.runFor(1000)
  const seconds = (cluster.nowMs - start) / 1000
  // The last lease may be 10 s old, and the monitor looks every 5 s.
  expect(seconds).toBeGreaterThan(graceSeconds - 11)
  expect(seconds).toBeLessThanOrEqual(graceSeconds + 6)
})

it.each([
  [34, undefined],
  [35, 0],
])('terminatingReplicas in the status of a Deployment of 1.%i: %s', (minor, want) => {
  const cluster = world(minor)
  create(cluster, workload('Deployment', {}))
  cluster.runFor(30_000)
  const { status } = cluster.store.get('Deployment', 'default/db') as {
    status?: { terminatingReplicas?: number }
  }
  expect(status?.terminatingReplicas).toBe(want)
})

it.each([
  [34, undefined],
  [35, 'a'],
])('pods of 1.%i carry the zone of their node: %s', (minor, want) => {
  const cluster = world(minor)
  create(cluster, workload('Deployment', {}))
  cluster.runFor(30_000)
  const [pod] = cluster.store.list('Pod')
  expect(pod?.metadata.labels?.['topology.kubernetes.io/zone']).toBe(want)
})

it.each([
  [35, false],
  [36, true],
])('controllers of 1.%i wait until they have seen their own writes: %s', (minor, want) => {
  const names = ['daemonset', 'job', 'replicaset', 'statefulset'].map(name => `${name}-controller`)
  const controllers = controllersWith({ gates: gatesOf(minor) })
  const waits = names.map(name => controllers.find(each => each.name === name)?.ownWrites)
  expect(waits.map(kinds => kinds !== undefined)).toEqual(names.map(() => want))
})

it('docs/versions.md has a row for each gate, with its versions', () => {
  const page = readFileSync(join(import.meta.dirname, '../../docs/versions.md'), 'utf8')
  const rows = page.replace(/^.*StaleControllerConsistency.*$/m, line =>
    ['DaemonSet', 'Job', 'ReplicaSet', 'StatefulSet']
      .map(kind => line.replace(/^\| [^|]*\|/, `| \`StaleControllerConsistency${kind}\` |`))
      .join('\n'),
  )
  for (const gate of featureGates) {
    const [, since = ''] =
      new RegExp(`^\\| \`${gate}\` \\| [\\d.]+ \\| (\\S+) \\|`, 'm').exec(rows) ?? []
    const first = [30, 31, 32, 33, 34, 35, 36].find(minor => gatesOf(minor)(gate))
    expect([gate, since]).toEqual([gate, first === undefined ? 'never' : `1.${first}`])
  }
})
