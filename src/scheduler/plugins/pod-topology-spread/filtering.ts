// Constraints that must hold. Upstream: podtopologyspread/filtering.go, v1.36.3.

import type { Pod } from '../../../kube/generated/types.ts'
import {
  type CycleState,
  failed,
  mutableStateKey,
  type NodeInfo,
  type PodInfo,
  type PreFilterResult,
  type Status,
  skip,
  success,
  unresolvable,
  unschedulable,
} from '../../framework.ts'
import { noLabels } from '../../label-selector.ts'
import {
  constraintsOf,
  countMatching,
  countsNode,
  hasAllKeys,
  type SpreadConstraint,
} from './constraints.ts'

export const reasons = {
  skew: "node(s) didn't match pod topology spread constraints",
  missingLabel: "node(s) didn't match pod topology spread constraints (missing required label)",
}
const rejectedForSkew = unschedulable(reasons.skew)
const rejectedForLabel = unresolvable(reasons.missingLabel)

/** Counts of one constraint: matching pods by domain, and the two smallest of them. */
interface DomainCounts {
  readonly constraint: SpreadConstraint
  readonly byValue: Map<string, number>
  /** `first.count` is the minimum; `second.count` is not less, but not always the next one. */
  first: CriticalPath
  second: CriticalPath
}

interface CriticalPath {
  readonly value: string
  readonly count: number
}

type State = readonly DomainCounts[]

const noPath: CriticalPath = { value: '', count: 2 ** 31 - 1 }

const preFilterState = mutableStateKey<State>('PreFilterPodTopologySpread', state =>
  state.map(counts => ({ ...counts, byValue: new Map(counts.byValue) })),
)

export function preFilter(
  cycle: CycleState,
  pod: Pod,
  nodes: readonly NodeInfo[],
): PreFilterResult {
  const checked = constraintsOf(pod, 'DoNotSchedule', cycle.handle)
  if (!checked.ok) return { status: failed(`get constraints from pod: ${checked.error}`) }
  const constraints = checked.value
  if (constraints.length === 0) return { status: skip }
  const state = constraints.map(constraint => newCounts(constraint))
  for (const node of nodes) {
    if (!hasAllKeys(node.labels, constraints)) continue
    for (const counts of state) countNode(counts, pod, node)
  }
  for (const counts of state) {
    for (const [value, count] of counts.byValue) updatePaths(counts, value, count)
  }
  cycle.write(preFilterState, state)
  return { status: success }
}

function newCounts(constraint: SpreadConstraint): DomainCounts {
  return { constraint, byValue: new Map(), first: noPath, second: noPath }
}

function countNode({ constraint, byValue }: DomainCounts, pod: Pod, node: NodeInfo): void {
  if (!countsNode(constraint, pod, node)) return
  const value = node.labels[constraint.topologyKey] as string
  const count = countMatching(node.pods, constraint.selector, pod.metadata.namespace ?? '')
  byValue.set(value, (byValue.get(value) ?? 0) + count)
}

function updatePaths(counts: DomainCounts, value: string, count: number): void {
  const { first, second } = counts
  if (value === first.value || value === second.value) {
    const changed = { value, count }
    if (value === first.value) counts.first = changed
    else counts.second = changed
    if (counts.first.count > counts.second.count) {
      const smaller = counts.second
      counts.second = counts.first
      counts.first = smaller
    }
  } else if (count < first.count) {
    counts.second = first
    counts.first = { value, count }
  } else if (count < second.count) {
    counts.second = { value, count }
  }
}

export function addPod(cycle: CycleState, pod: Pod, added: PodInfo, node: NodeInfo): Status {
  return updateWithPod(cycle.read(preFilterState), { pod, changed: added, node, delta: 1 })
}

export function removePod(cycle: CycleState, pod: Pod, removed: PodInfo, node: NodeInfo): Status {
  return updateWithPod(cycle.read(preFilterState), { pod, changed: removed, node, delta: -1 })
}

interface PodChange {
  readonly pod: Pod
  readonly changed: PodInfo
  readonly node: NodeInfo
  readonly delta: number
}

function updateWithPod(state: State | undefined, change: PodChange): Status {
  const { pod, changed, node, delta } = change
  if (state === undefined || changed.namespace !== (pod.metadata.namespace ?? '')) return success
  for (const { constraint } of state) {
    if (node.labels[constraint.topologyKey] === undefined) return success
  }
  for (const counts of state) {
    const { constraint, byValue } = counts
    if (!constraint.selector(changed.labels) || !countsNode(constraint, pod, node)) continue
    const value = node.labels[constraint.topologyKey] as string
    const count = (byValue.get(value) ?? 0) + delta
    byValue.set(value, count)
    updatePaths(counts, value, count)
  }
  return success
}

/** Matching pods in the domain + 1 for the pod itself - minimum of all domains <= maxSkew. */
export function filter(cycle: CycleState, pod: Pod, node: NodeInfo): Status {
  const state = cycle.read(preFilterState)
  if (state === undefined) return success
  const labels = pod.metadata.labels ?? noLabels
  for (const { constraint, byValue, first } of state) {
    const value = node.labels[constraint.topologyKey]
    if (value === undefined) return rejectedForLabel
    const minimum = byValue.size < constraint.minDomains ? 0 : first.count
    const self = constraint.selector(labels) ? 1 : 0
    if ((byValue.get(value) ?? 0) + self - minimum > constraint.maxSkew) return rejectedForSkew
  }
  return success
}
