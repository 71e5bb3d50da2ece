// Events after which a pod may meet its constraints. Upstream: podtopologyspread/plugin.go
// EventsToRegister and its hints, v1.36.3.

import type { Node, Pod } from '../../../kube/generated/types.ts'
import {
  actions,
  type HintContext,
  type HintEvent,
  type QueueingHint,
  type RequeueRule,
} from '../../framework.ts'
import { holdsPlace, isAssigned } from '../../held-place.ts'
import { sameJson } from '../../same-json.ts'
import { type Labels, noLabels } from '../../label-selector.ts'
import { constraintsOf, hasAllKeys, type SpreadConstraint } from './constraints.ts'

export const requeueOn: readonly RequeueRule[] = [
  {
    event: {
      resource: 'Pod',
      actions: actions.add | actions.updatePodLabel | actions.updatePodToleration | actions.delete,
    },
    hint: afterPodChange,
  },
  {
    event: {
      resource: 'Node',
      actions: actions.add | actions.delete | actions.updateNodeLabel | actions.updateNodeTaint,
    },
    hint: afterNodeChange,
  },
]

function isInvolved(changed: Pod, pod: Pod, { features }: HintContext): boolean {
  if (changed.metadata.uid === pod.metadata.uid) return true
  if (!(features.requeuesForMore ? holdsPlace(changed) : isAssigned(changed))) return false
  return changed.metadata.namespace === pod.metadata.namespace
}

function matchesAny(constraints: readonly SpreadConstraint[], pod: Pod): boolean {
  return constraints.some(({ selector }) => selector(pod.metadata.labels ?? noLabels))
}

function afterPodChange(pod: Pod, event: HintEvent, context: HintContext): QueueingHint {
  const before = event.oldObject
  const after = event.newObject
  if (after !== undefined && !isInvolved(after, pod, context)) return 'Skip'
  if (before !== undefined && !isInvolved(before, pod, context)) return 'Skip'
  const checked = constraintsOf(pod, 'DoNotSchedule', context)
  if (!checked.ok) return 'Queue'
  const constraints = checked.value
  if (before !== undefined && after !== undefined) {
    return helpsAsUpdate(pod, { before, after }, constraints) ? 'Queue' : 'Skip'
  }
  const changed = after ?? before
  return changed !== undefined && matchesAny(constraints, changed) ? 'Queue' : 'Skip'
}

function helpsAsUpdate(
  pod: Pod,
  { before, after }: { readonly before: Pod; readonly after: Pod },
  constraints: readonly SpreadConstraint[],
): boolean {
  const isSelf = pod.metadata.uid === after.metadata.uid
  const changedTolerations = !sameJson(
    before.spec?.tolerations ?? [],
    after.spec?.tolerations ?? [],
  )
  if (isSelf && changedTolerations && constraints.some(one => one.honorsNodeTaints)) return true
  const old = before.metadata.labels ?? noLabels
  const now = after.metadata.labels ?? noLabels
  return constraints.some(({ selector }) => selector(old) !== selector(now))
}

function afterNodeChange(pod: Pod, event: HintEvent, context: HintContext): QueueingHint {
  const before: Node | undefined = event.oldObject
  const after: Node | undefined = event.newObject
  const checked = constraintsOf(pod, 'DoNotSchedule', context)
  if (!checked.ok) return 'Queue'
  const constraints = checked.value
  const old = before?.metadata.labels ?? noLabels
  const now = after?.metadata.labels ?? noLabels
  const matched = before !== undefined && hasAllKeys(old, constraints)
  const matches = after !== undefined && hasAllKeys(now, constraints)
  if (before === undefined || after === undefined) return matched || matches ? 'Queue' : 'Skip'
  if (matched !== matches) return 'Queue'
  const changed =
    keysChanged(old, now, constraints) ||
    !sameJson(before.spec?.taints ?? [], after.spec?.taints ?? [])
  return matches && changed ? 'Queue' : 'Skip'
}

function keysChanged(old: Labels, now: Labels, constraints: readonly SpreadConstraint[]): boolean {
  return constraints.some(({ topologyKey }) => old[topologyKey] !== now[topologyKey])
}
