// Events after which a pod may meet its affinity. Upstream: interpodaffinity/plugin.go
// EventsToRegister and its hints, v1.36.3.

import type { Pod } from '../../../kube/generated/types.ts'
import { actions, type HintEvent, type QueueingHint, type RequeueRule } from '../../framework.ts'
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

function isUnplaced(pod: Pod | undefined): boolean {
  if (pod === undefined) return false
  return (pod.spec?.nodeName ?? '') === '' && (pod.status?.nominatedNodeName ?? '') === ''
}

function afterPodChange(pod: Pod, { oldObject, newObject }: HintEvent): QueueingHint {
  const before = oldObject
  const after = newObject
  const isUpdate = before !== undefined && after !== undefined
  if (isUpdate && after.metadata.uid === pod.metadata.uid) return 'Queue'
  if (isUnplaced(after) || isUnplaced(before)) return 'Skip'
  return helps(pod, before, after) ? 'Queue' : 'Skip'
}

/** A pod that is wanted came, or one that is refused (or refuses) left. */
function helps(pod: Pod, before: Pod | undefined, after: Pod | undefined): boolean {
  const info = podInfoOf(pod)
  const { requiredAffinityTerms: terms, requiredAntiAffinityTerms: antiTerms } = info
  const met = (list: readonly AffinityTerm[], other: Pod | undefined): boolean =>
    other !== undefined && matchesAllTerms(list, podInfoOf(other))
  if (before !== undefined && after !== undefined) {
    if (!met(terms, before) && met(terms, after)) return true
    return met(antiTerms, before) && !met(antiTerms, after)
  }
  if (after !== undefined) return met(terms, after)
  if (before === undefined) return false
  return (
    met(antiTerms, before) || matchesAllTerms(podInfoOf(before).requiredAntiAffinityTerms, info)
  )
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
