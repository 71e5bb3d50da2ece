// Constraints that are preferences. Upstream: podtopologyspread/scoring.go, v1.36.3.

import type { Pod } from '../../../kube/generated/types.ts'
import {
  type CycleState,
  failed,
  maxNodeScore,
  type NodeInfo,
  type Status,
  skip,
  stateKey,
  success,
} from '../../framework.ts'
import {
  constraintsOf,
  countMatching,
  countsNode,
  hasAllKeys,
  hostnameKey,
  type SpreadConstraint,
} from './constraints.ts'

interface ScoringState {
  readonly constraints: readonly SpreadConstraint[]
  /** Feasible nodes that lack a topology key. */
  readonly ignored: ReadonlySet<string>
  /** By constraint: matching pods of each domain that has a feasible node. */
  readonly counts: readonly Map<string, number>[]
  /** By constraint: log(domains + 2), so that many small domains do not outweigh few big ones. */
  readonly weights: readonly number[]
}

const preScoreState = stateKey<ScoringState>('PreScorePodTopologySpread')
/** PreScore is disabled and Score is not. */
const notPrepared = failed(`error reading "${preScoreState.name}" from cycleState: not found`)
const ignoredScore = -1

export function preScore(cycle: CycleState, pod: Pod, feasible: readonly NodeInfo[]): Status {
  const { handle } = cycle
  const checked = constraintsOf(pod, 'ScheduleAnyway', handle)
  if (!checked.ok) return failed(`calculating preScoreState: ${checked.error}`)
  const constraints = checked.value
  if (constraints.length === 0) return skip
  const isSystemDefault =
    (pod.spec?.topologySpreadConstraints ?? []).length === 0 &&
    handle.args.podTopologySpread.defaultingType === 'System'
  const state = emptyState(constraints, feasible, !isSystemDefault)
  for (const node of handle.snapshot.nodes) {
    if (isSystemDefault || hasAllKeys(node.labels, constraints)) countNode(state, pod, node)
  }
  cycle.write(preScoreState, state)
  return success
}

function emptyState(
  constraints: readonly SpreadConstraint[],
  feasible: readonly NodeInfo[],
  requireAllKeys: boolean,
): ScoringState {
  const ignored = new Set<string>()
  const counts = constraints.map(() => new Map<string, number>())
  for (const node of feasible) {
    if (requireAllKeys && !hasAllKeys(node.labels, constraints)) {
      ignored.add(node.name)
      continue
    }
    constraints.forEach(({ topologyKey }, index) => {
      if (topologyKey === hostnameKey) return
      counts[index]?.set(node.labels[topologyKey] ?? '', 0)
    })
  }
  const weights = constraints.map(({ topologyKey }, index) => {
    const isHost = topologyKey === hostnameKey
    const domains = isHost ? feasible.length - ignored.size : (counts[index]?.size ?? 0)
    return Math.log(domains + 2)
  })
  return { constraints, ignored, counts, weights }
}

/** Hosts are counted while scoring: each is its own domain. */
function countNode({ constraints, counts }: ScoringState, pod: Pod, node: NodeInfo): void {
  const namespace = pod.metadata.namespace ?? ''
  constraints.forEach((constraint, index) => {
    const byValue = counts[index]
    if (byValue === undefined || byValue.size === 0) return
    const value = node.labels[constraint.topologyKey] ?? ''
    const before = byValue.get(value)
    if (before === undefined || !countsNode(constraint, pod, node)) return
    byValue.set(value, before + countMatching(node.pods, constraint.selector, namespace))
  })
}

/** The sum over constraints of matching pods * weight + maxSkew - 1; less is better. */
export function score(cycle: CycleState, pod: Pod, node: NodeInfo): number | Status {
  const state = cycle.read(preScoreState)
  if (state === undefined) return notPrepared
  if (state.ignored.has(node.name)) return 0
  const namespace = pod.metadata.namespace ?? ''
  let sum = 0
  for (let index = 0; index < state.constraints.length; index += 1) {
    const constraint = state.constraints[index] as SpreadConstraint
    const value = node.labels[constraint.topologyKey]
    if (value === undefined) continue
    const count =
      constraint.topologyKey === hostnameKey
        ? countMatching(node.pods, constraint.selector, namespace)
        : (state.counts[index]?.get(value) ?? 0)
    sum += count * (state.weights[index] as number) + (constraint.maxSkew - 1)
  }
  return Math.round(sum)
}

/** 100 * (max + min - score) / max: the least crowded node gets the most. */
export function normalizeScores(
  cycle: CycleState,
  _pod: Pod,
  nodes: readonly NodeInfo[],
  scores: number[],
): Status {
  const state = cycle.read(preScoreState)
  if (state === undefined) return success
  let lowest = Number.MAX_SAFE_INTEGER
  let highest = 0
  nodes.forEach(({ name }, index) => {
    if (state.ignored.has(name)) {
      scores[index] = ignoredScore
      return
    }
    const value = scores[index] as number
    lowest = Math.min(lowest, value)
    highest = Math.max(highest, value)
  })
  scores.forEach((value, index) => {
    if (value === ignoredScore) scores[index] = 0
    else if (highest === 0) scores[index] = maxNodeScore
    else scores[index] = Math.trunc((maxNodeScore * (highest + lowest - value)) / highest)
  })
  return success
}
