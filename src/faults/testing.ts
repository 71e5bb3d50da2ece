// A small cluster with one Deployment for tests of faults.

import { createCluster, request } from '../cluster/cluster.ts'
import type { World } from '../engine/world.ts'
import type { Node, Pod } from '../kube/generated/types.ts'
import { heartbeatOf, leaseNamespace } from '../kube/node-heartbeat.ts'
import type { KubeObject } from '../kube/object.ts'
import { nodeFromPool } from '../nodes/node-object.ts'

const pool = { name: 'n', count: 3, cpu: '4', memory: '8Gi', zones: ['a', 'b', 'c'] }

/** Three nodes n-1 to n-3 in zones a to c, and a Deployment `web` of so many replicas at rest. */
export function clusterWithWeb(replicas = 1): World {
  const nodes = [0, 1, 2].map(index =>
    nodeFromPool(pool, index, { nowMs: 0, kubeletVersion: 'v1.36.0', ordinal: index }),
  ) as unknown as readonly KubeObject[]
  const world = createCluster({ kubernetes: '1.36', nodes })
  world.run({ untilMs: world.nowMs + 5000 })
  apply(world, web(replicas))
  world.run({ untilMs: world.nowMs + 30_000 })
  return world
}

/** A Deployment `web` of one container of image `app:1`. */
export function web(replicas: number): KubeObject {
  const labels = { app: 'web' }
  const spec = { containers: [{ name: 'c', image: 'app:1' }] }
  return {
    apiVersion: 'apps/v1',
    kind: 'Deployment',
    metadata: { name: 'web', namespace: 'default' },
    spec: { replicas, selector: { matchLabels: labels }, template: { metadata: { labels }, spec } },
  }
}

export function apply(world: World, object: KubeObject): void {
  request(world, { verb: 'create', object })
}

/** Asks for so many replicas of `web`. */
export function scaleWeb(world: World, replicas: number): boolean {
  const target = { kind: 'Deployment', namespace: 'default', name: 'web' }
  return request(world, { verb: 'scale', target, replicas }).ok
}

export function podsOf(world: World): readonly Pod[] {
  return world.store.list('Pod') as readonly Pod[]
}

/** The node of the first pod. */
export function nodeOfWeb(world: World): string {
  return podsOf(world)[0]?.spec?.nodeName ?? ''
}

export function conditionOf(world: World, name: string, type: string): string | undefined {
  const node = world.store.get('Node', name) as Node | undefined
  return node?.status?.conditions?.find(condition => condition.type === type)?.status
}

/** How many pods serve now: ready, not being deleted, on a node that is reached. */
export function servingNow(world: World): number {
  return podsOf(world).filter(({ metadata, spec, status }) => {
    const isReady = status?.conditions?.some(c => c.type === 'Ready' && c.status === 'True')
    const isReached = reached(world, spec?.nodeName ?? '')
    return isReady === true && metadata.deletionTimestamp === undefined && isReached
  }).length
}

function reached(world: World, node: string): boolean {
  const lease = world.store.get('Lease', `${leaseNamespace}/${node}`)
  const heartbeat = lease === undefined ? undefined : heartbeatOf(lease)
  return heartbeat?.untilMs === undefined || heartbeat.podsServe === true
}
