// Events after which a pod may meet its affinity. Upstream: interpodaffinity/plugin.go
// EventsToRegister and its hints, v1.36.3.

import type { Pod } from '../../../kube/generated/types.ts'
import {
  actions,
  type HintContext,
  type HintEvent,
  type QueueingHint,
  type RequeueRule,
} from '../../framework.ts'
import { holdsPlace, isAssigned } from '../../held-place.ts'
import { type AffinityTerm, podInfoOf } from '../../node-info.ts'
import { matchesAllTerms } from './terms.ts'

export const requeueOn: readonly RequeueRule[] = [
  {
    event: { resource: 'Pod', actions: actions.add | actions.updatePodLabel | actions.delete },
    hint: afterPodChange,
  },
  {
    event: { resource: 'Node', actions: actions.add | actions.updateNodeLabel },
    hint: afterNodeChange,
  },
]

function afterPodChange(
  pod: Pod,
  { oldObject, newObject }: HintEvent,
  { features: { requeuesForMore } }: HintContext,
): QueueingHint {
  const before = oldObject
  const after = newObject
  const isUpdate = before !== undefined && after !== undefined
  if (requeuesForMore && isUpdate && after.metadata.uid === pod.metadata.uid) return 'Queue'
  const counts = requeuesForMore ? holdsPlace : isAssigned
  if (after !== undefined && !counts(after)) return 'Skip'
  if (before !== undefined && !counts(before)) return 'Skip'
  if (helps(pod, before, after)) return 'Queue'
  const isRelease = requeuesForMore && before !== undefined && after === undefined
  return isRelease && refuses(before, pod) ? 'Queue' : 'Skip'
}

function refuses(other: Pod, pod: Pod): boolean {
  return matchesAllTerms(podInfoOf(other).requiredAntiAffinityTerms, podInfoOf(pod))
}

/** A pod that is wanted came, or one that is refused left. */
function helps(pod: Pod, before: Pod | undefined, after: Pod | undefined): boolean {
  const info = podInfoOf(pod)
  const { requiredAffinityTerms: terms, requiredAntiAffinityTerms: antiTerms } = info
  const met = (list: readonly AffinityTerm[], other: Pod | undefined): boolean =>
    other !== undefined && matchesAllTerms(list, podInfoOf(other))
  if (before !== undefined && after !== undefined) {
    if (!met(terms, before) && met(terms, after)) return true
    return met(antiTerms, before) && !met(antiTerms, after)
  }
  return after !== undefined ? met(terms, after) : met(antiTerms, before)
}

function afterNodeChange(pod: Pod, { oldObject, newObject }: HintEvent): QueueingHint {
  const before = oldObject?.metadata.labels ?? {}
  const after = newObject?.metadata.labels ?? {}
  const { requiredAffinityTerms: terms, requiredAntiAffinityTerms: antiTerms } = podInfoOf(pod)
  if (oldObject === undefined) {
    const isWanted = terms.some(({ topologyKey }) => after[topologyKey] !== undefined)
    return isWanted || antiTerms.length > 0 ? 'Queue' : 'Skip'
  }
  for (const { topologyKey } of terms) {
    if (after[topologyKey] !== undefined && after[topologyKey] !== before[topologyKey]) {
      return 'Queue'
    }
  }
  for (const { topologyKey } of antiTerms) {
    if (before[topologyKey] !== undefined && after[topologyKey] !== before[topologyKey]) {
      return 'Queue'
    }
  }
  return 'Skip'
}
