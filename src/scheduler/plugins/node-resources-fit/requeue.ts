// Events after which a pod that did not fit may fit. Upstream: noderesources/fit.go
// EventsToRegister and its hints, v1.36.3.

import type { DeviceClass, Node, Pod } from '../../../kube/generated/types.ts'
import { isDelegatedToDra } from '../../device-classes.ts'
import {
  actions,
  type HintContext,
  type HintEvent,
  type QueueingHint,
  type RequeueRule,
} from '../../framework.ts'
import { holdsPlace, isAssigned } from '../../held-place.ts'
import { newNodeInfo, podInfoOf, type Resource } from '../../node-info.ts'
import { amountIn } from '../../resource-scoring.ts'
import { requestOf, shortagesOf } from './filtering.ts'

export const requeueOn: readonly RequeueRule[] = [
  {
    event: { resource: 'Pod', actions: actions.delete | actions.updatePodScaleDown },
    hint: afterPodEvent,
  },
  {
    event: { resource: 'Node', actions: actions.add | actions.updateNodeAllocatable },
    hint: afterNodeChange,
  },
  {
    event: { resource: 'DeviceClass', actions: actions.add | actions.update },
    enabled: features => features.draExtendedResource,
    hint: afterDeviceClassEvent,
  },
]

function afterPodEvent(pod: Pod, { oldObject, newObject }: HintEvent): QueueingHint {
  const before: Pod | undefined = oldObject
  const after: Pod | undefined = newObject
  if (after === undefined) return before !== undefined && holdsPlace(before) ? 'Queue' : 'Skip'
  if (after.metadata.uid === pod.metadata.uid) return 'Queue'
  if (!isAssigned(after) || before === undefined) return 'Skip'
  return freesWanted(pod, before, after) ? 'Queue' : 'Skip'
}

function freesWanted(pod: Pod, before: Pod, after: Pod): boolean {
  const wanted = podInfoOf(pod).requested
  const old = podInfoOf(before).requested
  const now = podInfoOf(after).requested
  return namesIn(wanted).some(
    name => amountIn(wanted, name) !== 0 && amountIn(old, name) > amountIn(now, name),
  )
}

function namesIn(resource: Resource): string[] {
  return ['cpu', 'memory', 'ephemeral-storage', ...resource.scalars.keys()]
}

function afterNodeChange(pod: Pod, event: HintEvent, context: HintContext): QueueingHint {
  const before = event.oldObject
  const after = event.newObject as Node
  const request = requestOf(pod)
  const now = newNodeInfo(after)
  const noneIgnored = {
    ...context.args.nodeResourcesFit,
    ignoredResources: new Set<string>(),
    ignoredResourceGroups: new Set<string>(),
  }
  const args = { ...context.args, nodeResourcesFit: noneIgnored }
  if (shortagesOf(request, now, { ...context, args }).length > 0) return 'Skip'
  if (before === undefined) return 'Queue'
  const old = newNodeInfo(before)
  if (now.allocatable.allowedPodNumber > old.allocatable.allowedPodNumber) return 'Queue'
  const increased = namesIn(request).some(
    name =>
      amountIn(request, name) > 0 &&
      amountIn(now.allocatable, name) > amountIn(old.allocatable, name),
  )
  const delegated = [...request.scalars].some(
    ([name, amount]) => amount !== 0 && isDelegatedToDra(name, now, context),
  )
  return increased || delegated ? 'Queue' : 'Skip'
}

function afterDeviceClassEvent(pod: Pod, { oldObject, newObject }: HintEvent): QueueingHint {
  const before = oldObject as DeviceClass | undefined
  const after = newObject as DeviceClass
  const requests = podInfoOf(pod).requested.scalars
  const named = after.spec?.extendedResourceName
  if (before !== undefined) {
    if ((before.spec?.extendedResourceName ?? '') === (named ?? '')) return 'Skip'
  } else if (requests.has(`deviceclass.resource.kubernetes.io/${after.metadata.name}`)) {
    return 'Queue'
  }
  return named !== undefined && requests.has(named) ? 'Queue' : 'Skip'
}
