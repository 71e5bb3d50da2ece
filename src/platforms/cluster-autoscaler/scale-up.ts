// Which node group to grow for the pods that fit nowhere, and what is said of those that stay.
// Port of cluster-autoscaler 1.36.1 core/scaleup/orchestrator, processors/status.

import { compareStrings } from '../../base/compare.ts'
import { placementOn } from '../../controllers/daemon-set/placement.ts'
import type { DaemonSet, Node, Pod } from '../../kube/generated/types.ts'
import { controllerOf } from '../../kube/object.ts'
import { newNodeInfo, withPod } from '../../scheduler/node-info.ts'
import type { NodeGroup } from '../program.ts'
import type { ClusterSnapshot } from './cluster-snapshot.ts'
import { estimate, type PodGroup, type Template } from './estimator.ts'
import type { Expander, ExpansionOption } from './expander.ts'

/** A group and how many nodes it has or was asked for. */
export interface SizedGroup {
  readonly group: NodeGroup
  readonly size: number
}

export interface ScaleUpInput {
  /** The cluster with the nodes that are on their way. */
  readonly snapshot: ClusterSnapshot
  readonly pods: readonly Pod[]
  readonly groups: readonly SizedGroup[]
  readonly daemonSets: readonly DaemonSet[]
  readonly expanders: readonly Expander[]
  /** How many nodes more the whole cluster may have. */
  readonly room: number
  readonly nowMs: number
}

export interface ScaleUp {
  /** The group that grows; undefined when none does. */
  readonly grown?: { readonly group: NodeGroup; readonly from: number; readonly to: number }
  readonly helped: readonly Pod[]
  /** Why no group grows for a pod, as the autoscaler words it. */
  readonly refused: ReadonlyMap<Pod, string>
}

/** Decides on one scale-up. */
export function decideScaleUp(input: ScaleUpInput): ScaleUp {
  const reasons = new Map<Pod, string[]>(input.pods.map(pod => [pod, []]))
  const options: ExpansionOption[] = []
  for (const { group, size } of input.groups) {
    const option = optionOf(input, { group, size }, reasons)
    if (option !== undefined) options.push(option)
  }
  let best: readonly ExpansionOption[] = options
  for (const expander of input.expanders) best = best.length > 1 ? expander(best) : best
  const [chosen] = best
  const sized = input.groups.find(({ group }) => group.name === chosen?.nodeGroup)
  if (chosen === undefined || sized === undefined) {
    const texts = input.pods.map(pod => [pod, reasonText(reasons.get(pod) ?? [])] as const)
    return { helped: [], refused: new Map(texts) }
  }
  const { group, size } = sized
  const to = size + Math.min(chosen.nodeCount, group.max - size, input.room)
  return { grown: { group, from: size, to }, helped: chosen.pods, refused: new Map() }
}

/** What growing a group would do; notes at the pods why it would do nothing for them. */
function optionOf(
  { snapshot, pods, daemonSets, room, nowMs }: ScaleUpInput,
  { group, size }: SizedGroup,
  reasons: ReadonlyMap<Pod, string[]>,
): ExpansionOption | undefined {
  const refuse = (pod: Pod, texts: readonly string[]): void => {
    reasons.get(pod)?.push(...texts)
  }
  if (size >= group.max) {
    for (const pod of pods) refuse(pod, ['max node group size reached'])
    return undefined
  }
  const template = templateOf(group, daemonSets, nowMs)
  const fitting: PodGroup[] = []
  for (const alike of groupsOfAlike(pods)) {
    const why = whyNot(snapshot, template, alike[0] as Pod)
    if (why === undefined) fitting.push(alike)
    else for (const pod of alike) refuse(pod, why)
  }
  if (fitting.length === 0) return undefined
  const nodesMax = Math.min(group.max - size, room)
  const { nodes, pods: helped } = estimate(snapshot, fitting, template, {
    nodesMax,
    fastpath: false,
  })
  if (nodes === 0) return undefined
  return {
    nodeGroup: group.name,
    nodeCount: nodes,
    pods: helped,
    template: template.node,
    exists: true,
  }
}

/** A node that the group would get next, with the pods of DaemonSets that would run there. */
export function templateOf(
  group: NodeGroup,
  daemonSets: readonly DaemonSet[],
  nowMs: number,
): Template {
  const node = group.node(group.max, nowMs)
  const pods = daemonSets
    .filter(daemonSet => placementOn(daemonSet)(node).shouldRun)
    .map(daemonSet => daemonPod(daemonSet, node))
  return { node, pods }
}

function daemonPod({ metadata, spec }: DaemonSet, node: Node): Pod {
  const template = spec?.template
  const name = `${metadata.name ?? ''}-${node.metadata.name ?? ''}`
  return {
    apiVersion: 'v1',
    kind: 'Pod',
    metadata: {
      ...template?.metadata,
      name,
      namespace: metadata.namespace ?? '',
      uid: `daemon-${metadata.namespace ?? ''}-${name}`,
    },
    spec: { ...(template?.spec ?? { containers: [] }), nodeName: node.metadata.name ?? '' },
  }
}

/** Why a pod would not fit on a fresh node of a template; undefined when it would. */
function whyNot(
  snapshot: ClusterSnapshot,
  { node, pods }: Template,
  pod: Pod,
): readonly string[] | undefined {
  const trial = snapshot.fork()
  trial.put(pods.reduce(withPod, newNodeInfo(node)))
  const unfit = trial.schedule(pod, node.metadata.name ?? '')
  return unfit?.reasons
}

/** Pods of one controller count as alike; bare pods stand alone. */
function groupsOfAlike(pods: readonly Pod[]): readonly PodGroup[] {
  const groups = new Map<string, Pod[]>()
  for (const pod of pods) {
    const { uid = '' } = pod.metadata
    const key = controllerOf(pod.metadata)?.uid ?? uid
    const known = groups.get(key)
    if (known === undefined) groups.set(key, [pod])
    else known.push(pod)
  }
  return [...groups.values()]
}

/** Each reason with the number of groups that gave it; upstream has them in any order. */
function reasonText(reasons: readonly string[]): string {
  const counts = new Map<string, number>()
  for (const reason of reasons) counts.set(reason, (counts.get(reason) ?? 0) + 1)
  const sorted = [...counts].sort(([a], [b]) => compareStrings(a, b))
  return sorted.map(([reason, count]) => `${count} ${reason}`).join(', ')
}
