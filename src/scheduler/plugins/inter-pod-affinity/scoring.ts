// Preferred affinity and anti-affinity, in both directions.
// Upstream: interpodaffinity/scoring.go, v1.36.3.

import type { Pod } from '../../../kube/generated/types.ts'
import {
  type CycleState,
  failed,
  maxNodeScore,
  type NodeInfo,
  type PodInfo,
  type Status,
  skip,
  stateKey,
  success,
} from '../../framework.ts'
import { type Labels, noLabels } from '../../label-selector.ts'
import { type AffinityTerm, podInfoOf, type WeightedAffinityTerm } from '../../node-info.ts'
import { termMatches } from '../../pod-info.ts'
import { namespaceLabels, resolveNamespaces } from './terms.ts'

/** Sums of weights by topology key, then value. */
type DomainScores = Map<string, Map<string, number>>

const preScoreState = stateKey<DomainScores>('PreScoreInterPodAffinity')
/** PreScore is disabled and Score is not. */
const notPrepared = failed(`failed to read "${preScoreState.name}" from cycleState: not found`)

interface Scorer {
  readonly pod: PodInfo
  readonly affinity: readonly WeightedAffinityTerm[]
  readonly antiAffinity: readonly WeightedAffinityTerm[]
  readonly namespaceLabels: Labels
  /** What a required affinity of an existing pod for this one is worth. */
  readonly hardWeight: number
  readonly scores: DomainScores
}

export function preScore(cycle: CycleState, pod: Pod): Status {
  const { args, listers, snapshot } = cycle.handle
  const { hardPodAffinityWeight, ignorePreferredTermsOfExistingPods } = args.interPodAffinity
  const info = podInfoOf(pod)
  const hasPreferences =
    info.preferredAffinityTerms.length + info.preferredAntiAffinityTerms.length > 0
  if (ignorePreferredTermsOfExistingPods && !hasPreferences) return skip
  const nodes = hasPreferences ? snapshot.nodes : snapshot.havePodsWithAffinity()
  if (nodes.length === 0) return skip
  const scorer: Scorer = {
    pod: info,
    affinity: resolveNamespaces(info.preferredAffinityTerms, listers),
    antiAffinity: resolveNamespaces(info.preferredAntiAffinityTerms, listers),
    namespaceLabels: namespaceLabels(info.namespace, listers),
    hardWeight: hardPodAffinityWeight,
    scores: new Map(),
  }
  for (const node of nodes) {
    const existing = hasPreferences ? node.pods : node.podsWithAffinity
    for (const other of existing) scoreExisting(scorer, other, node)
  }
  if (scorer.scores.size === 0) return skip
  cycle.write(preScoreState, scorer.scores)
  return success
}

function scoreExisting(scorer: Scorer, existing: PodInfo, node: NodeInfo): void {
  const { affinity, antiAffinity, scores, pod, hardWeight } = scorer
  for (const term of affinity) {
    if (termMatches(term, existing, noLabels)) add(scores, term, node, term.weight)
  }
  for (const term of antiAffinity) {
    if (termMatches(term, existing, noLabels)) add(scores, term, node, -term.weight)
  }
  if (hardWeight > 0) {
    for (const term of existing.requiredAffinityTerms) {
      if (termMatches(term, pod, scorer.namespaceLabels)) add(scores, term, node, hardWeight)
    }
  }
  for (const term of existing.preferredAffinityTerms) {
    if (termMatches(term, pod, scorer.namespaceLabels)) add(scores, term, node, term.weight)
  }
  for (const term of existing.preferredAntiAffinityTerms) {
    if (termMatches(term, pod, scorer.namespaceLabels)) add(scores, term, node, -term.weight)
  }
}

function add(scores: DomainScores, term: AffinityTerm, node: NodeInfo, weight: number): void {
  const value = node.labels[term.topologyKey]
  if (value === undefined) return
  let byValue = scores.get(term.topologyKey)
  if (byValue === undefined) {
    byValue = new Map()
    scores.set(term.topologyKey, byValue)
  }
  byValue.set(value, (byValue.get(value) ?? 0) + weight)
}

/** The sum over the node's topology keys; negative when pods are better kept away. */
export function score(cycle: CycleState, _pod: Pod, { labels }: NodeInfo): number | Status {
  const scores = cycle.read(preScoreState)
  if (scores === undefined) return notPrepared
  let sum = 0
  for (const [topologyKey, byValue] of scores) {
    const value = labels[topologyKey]
    if (value !== undefined) sum += byValue.get(value) ?? 0
  }
  return sum
}

/** From the lowest (0) to the highest (100); all equal gives 0. */
export function normalizeScores(
  _cycle: CycleState,
  _pod: Pod,
  _nodes: readonly NodeInfo[],
  scores: number[],
): Status {
  let lowest = Number.POSITIVE_INFINITY
  let highest = Number.NEGATIVE_INFINITY
  for (const value of scores) {
    lowest = Math.min(lowest, value)
    highest = Math.max(highest, value)
  }
  const range = highest - lowest
  scores.forEach((value, index) => {
    scores[index] = range > 0 ? Math.trunc(maxNodeScore * ((value - lowest) / range)) : 0
  })
  return success
}
