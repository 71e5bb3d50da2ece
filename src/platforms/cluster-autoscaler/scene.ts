// What one look of the cluster autoscaler sees: the cluster, its groups, and what is on its way.
// Upstream: cluster-autoscaler 1.36.1 core/static_autoscaler.go, clusterstate.

import type { Turn } from '../../engine/actor.ts'
import { notReadyTaint } from '../../controllers/node-lifecycle/taints.ts'
import type { Node, Pod } from '../../kube/generated/types.ts'
import { timeOrZero } from '../../kube/pod.ts'
import type { NodeGroup } from '../program.ts'
import { ClusterSnapshot, nodeInfosOf } from './cluster-snapshot.ts'
import { templateOf } from './scale-up.ts'
import type { AutoscalerSettings } from './settings.ts'
import type { AutoscalerState } from './state.ts'

export interface Scene {
  readonly turn: Turn
  readonly state: AutoscalerState
  readonly settings: AutoscalerSettings
  readonly groups: readonly NodeGroup[]
  readonly nodes: readonly Node[]
  readonly pods: readonly Pod[]
  readonly snapshot: ClusterSnapshot
}

/** The cluster as the component's caches show it, with the nodes that were asked for. */
export function sceneOf(
  turn: Turn,
  state: AutoscalerState,
  { settings, groups }: Pick<Scene, 'settings' | 'groups'>,
): Scene {
  const { view, nowMs } = turn
  const nodes = view.list('Node') as readonly Node[]
  const pods = (view.list('Pod') as readonly Pod[]).filter(pod => !isOver(pod))
  const daemonSets = view.list('DaemonSet') as never
  const infos = nodeInfosOf(
    nodes
      .filter(({ metadata }) => !state.draining.has(metadata.name ?? ''))
      .map(node => asStarted(node, nowMs)),
    pods,
  )
  const listers = {
    get: (kind: string, key: string) => view.get(kind, key) as never,
    list: (kind: string, namespace?: string) => view.list(kind, namespace) as never,
  }
  const snapshot = new ClusterSnapshot(infos, { listers })
  for (const name of state.upcoming) {
    const group = groups.find(each => name.startsWith(`${each.name} `))
    if (group === undefined) continue
    const { node, pods: own } = templateOf(group, daemonSets, nowMs)
    const named = { ...node, metadata: { ...node.metadata, name } }
    for (const info of nodeInfosOf([named], own)) snapshot.put(info)
  }
  return { turn, state, settings, groups, nodes, pods, snapshot }
}

/** How long a node that is not ready counts as one that starts. */
const startMsMax = 900_000

/** A node as it will be when it has started: until then it stands for one that is to come. */
function asStarted(node: Node, nowMs: number): Node {
  const { metadata, spec } = node
  const taints = spec?.taints?.filter(({ key }) => key !== notReadyTaint.key)
  if (taints === undefined || taints.length === spec?.taints?.length) return node
  if (nowMs - (timeOrZero(metadata.creationTimestamp) ?? 0) > startMsMax) return node
  return { ...node, spec: { ...spec, taints } }
}

function isOver({ status }: Pod): boolean {
  return status?.phase === 'Succeeded' || status?.phase === 'Failed'
}

/** How many nodes a group has, without those that go, and with those that come. */
export function sizeOf({ nodes, state }: Scene, group: NodeGroup): number {
  const names = namesOf(group)
  const there = nodes.filter(({ metadata }) => {
    const name = metadata.name ?? ''
    return names.has(name) && !state.draining.has(name)
  })
  return there.length + [...state.upcoming].filter(name => groupIs(name, group)).length
}

function groupIs(upcoming: string, { name }: NodeGroup): boolean {
  return upcoming.slice(0, upcoming.lastIndexOf(' ')) === name
}

/** The names that nodes of a group may have, with their places. */
export function namesOf(group: NodeGroup): ReadonlyMap<string, number> {
  const places = Array.from({ length: Math.max(group.max, group.count) }, (_, index) => index)
  return new Map(places.map(index => [group.node(index, 0).metadata.name ?? '', index]))
}
