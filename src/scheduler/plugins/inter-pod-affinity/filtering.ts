// Required affinity and anti-affinity, in both directions.
// Upstream: interpodaffinity/filtering.go, v1.36.3.

import type { Pod } from '../../../kube/generated/types.ts'
import {
  type CycleState,
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
import { type Labels, noLabels } from '../../label-selector.ts'
import { type AffinityTerm, podInfoOf } from '../../node-info.ts'
import { termMatches } from '../../pod-info.ts'
import { matchesAllTerms, namespaceLabels, resolveNamespaces } from './terms.ts'

export const reasons = {
  existingAntiAffinity: "node(s) didn't satisfy existing pods anti-affinity rules",
  affinity: "node(s) didn't match pod affinity rules",
  antiAffinity: "node(s) didn't match pod anti-affinity rules",
}
const rejectedByExisting = unschedulable(reasons.existingAntiAffinity)
const rejectedByAffinity = unresolvable(reasons.affinity)
const rejectedByAntiAffinity = unschedulable(reasons.antiAffinity)

const skipped: PreFilterResult = { status: skip }

/** Matching terms by topology key, then value; no entry is zero. */
type DomainCounts = Map<string, Map<string, number>>

interface State {
  readonly pod: PodInfo
  readonly affinityTerms: readonly AffinityTerm[]
  readonly antiAffinityTerms: readonly AffinityTerm[]
  readonly namespaceLabels: Labels
  /** Pods there refuse the incoming pod. */
  readonly existingAntiAffinity: DomainCounts
  /** Pods there are wanted by the incoming pod. */
  readonly affinity: DomainCounts
  /** Pods there are refused by the incoming pod. */
  readonly antiAffinity: DomainCounts
}

const preFilterState = mutableStateKey<State>('PreFilterInterPodAffinity', state => ({
  ...state,
  existingAntiAffinity: cloneCounts(state.existingAntiAffinity),
  affinity: cloneCounts(state.affinity),
  antiAffinity: cloneCounts(state.antiAffinity),
}))

function cloneCounts(counts: DomainCounts): DomainCounts {
  const copy: DomainCounts = new Map()
  for (const [key, byValue] of counts) copy.set(key, new Map(byValue))
  return copy
}

export function preFilter(
  cycle: CycleState,
  pod: Pod,
  nodes: readonly NodeInfo[],
): PreFilterResult {
  const { listers, snapshot } = cycle.handle
  const info = podInfoOf(pod)
  const refusing = snapshot.havePodsWithRequiredAntiAffinity()
  const hasTerms = info.requiredAffinityTerms.length + info.requiredAntiAffinityTerms.length > 0
  if (!hasTerms && refusing.length === 0) return skipped
  const state: State = {
    pod: info,
    affinityTerms: resolveNamespaces(info.requiredAffinityTerms, listers),
    antiAffinityTerms: resolveNamespaces(info.requiredAntiAffinityTerms, listers),
    namespaceLabels: namespaceLabels(info.namespace, listers),
    existingAntiAffinity: new Map(),
    affinity: new Map(),
    antiAffinity: new Map(),
  }
  for (const node of refusing) {
    for (const existing of node.podsWithRequiredAntiAffinity)
      countExisting(state, existing, node, 1)
  }
  if (hasTerms) {
    for (const node of nodes) {
      for (const existing of node.pods) countIncoming(state, existing, node, 1)
    }
  } else if (state.existingAntiAffinity.size === 0) {
    return skipped
  }
  cycle.write(preFilterState, state)
  return { status: success }
}

function countExisting(state: State, existing: PodInfo, node: NodeInfo, delta: number): void {
  for (const term of existing.requiredAntiAffinityTerms) {
    if (termMatches(term, state.pod, state.namespaceLabels)) {
      count(state.existingAntiAffinity, node, term.topologyKey, delta)
    }
  }
}

function countIncoming(state: State, existing: PodInfo, node: NodeInfo, delta: number): void {
  const { affinityTerms, antiAffinityTerms } = state
  if (matchesAllTerms(affinityTerms, existing)) {
    for (const { topologyKey } of affinityTerms) count(state.affinity, node, topologyKey, delta)
  }
  for (const term of antiAffinityTerms) {
    if (termMatches(term, existing, noLabels)) {
      count(state.antiAffinity, node, term.topologyKey, delta)
    }
  }
}

function count(counts: DomainCounts, node: NodeInfo, topologyKey: string, delta: number): void {
  const value = node.labels[topologyKey]
  if (value === undefined) return
  let byValue = counts.get(topologyKey)
  if (byValue === undefined) {
    byValue = new Map()
    counts.set(topologyKey, byValue)
  }
  const sum = (byValue.get(value) ?? 0) + delta
  if (sum !== 0) {
    byValue.set(value, sum)
    return
  }
  byValue.delete(value)
  if (byValue.size === 0) counts.delete(topologyKey)
}

export function addPod(cycle: CycleState, _pod: Pod, added: PodInfo, node: NodeInfo): Status {
  return updateWithPod(cycle.read(preFilterState), added, node, 1)
}

export function removePod(cycle: CycleState, _pod: Pod, removed: PodInfo, node: NodeInfo): Status {
  return updateWithPod(cycle.read(preFilterState), removed, node, -1)
}

function updateWithPod(
  state: State | undefined,
  changed: PodInfo,
  node: NodeInfo,
  delta: number,
): Status {
  if (state === undefined) return success
  countExisting(state, changed, node, delta)
  countIncoming(state, changed, node, delta)
  return success
}

export function filter(cycle: CycleState, _pod: Pod, node: NodeInfo): Status {
  const state = cycle.read(preFilterState)
  if (state === undefined) return success
  if (!satisfiesAffinity(state, node)) return rejectedByAffinity
  if (!satisfiesAntiAffinity(state, node)) return rejectedByAntiAffinity
  return satisfiesExisting(state, node) ? success : rejectedByExisting
}

function domainCount(counts: DomainCounts, topologyKey: string, value: string): number {
  return counts.get(topologyKey)?.get(value) ?? 0
}

/** The first pod of a group that wants to be together may go anywhere that has the labels. */
function satisfiesAffinity(state: State, { labels }: NodeInfo): boolean {
  const { affinityTerms, affinity, pod } = state
  let podsExist = true
  for (const { topologyKey } of affinityTerms) {
    const value = labels[topologyKey]
    if (value === undefined) return false
    if (domainCount(affinity, topologyKey, value) <= 0) podsExist = false
  }
  return podsExist || (affinity.size === 0 && matchesAllTerms(affinityTerms, pod))
}

function satisfiesAntiAffinity(state: State, { labels }: NodeInfo): boolean {
  if (state.antiAffinity.size === 0) return true
  for (const { topologyKey } of state.antiAffinityTerms) {
    const value = labels[topologyKey]
    if (value !== undefined && domainCount(state.antiAffinity, topologyKey, value) > 0) return false
  }
  return true
}

function satisfiesExisting(state: State, { labels }: NodeInfo): boolean {
  for (const [topologyKey, byValue] of state.existingAntiAffinity) {
    const value = labels[topologyKey]
    if (value !== undefined && (byValue.get(value) ?? 0) > 0) return false
  }
  return true
}
