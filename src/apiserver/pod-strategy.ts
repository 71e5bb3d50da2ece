// How pods are prepared: phase, quality of service, scheduling gates and generation.
// Upstream: pkg/registry/core/pod/strategy.go and pkg/apis/core/v1/helper/qos, v1.36.3.

import type { Mutable } from '../base/mutable.ts'
import type { KubeObject } from '../kube/object.ts'
import type { Pod, PodStatus } from '../kube/generated/types.ts'
import { withMergedLabelKeys } from './label-keys.ts'
import { qosClassOf } from './qos.ts'
import { specChanged, type Strategy } from './strategy.ts'

const gatedCondition = {
  type: 'PodScheduled',
  status: 'False',
  reason: 'SchedulingGated',
  message: 'Scheduling is blocked due to non-empty scheduling gates',
}

export const podStrategy: Strategy = {
  emptyStatus: {},
  generation: specChanged,
  create: created,
  statusUpdate: (object, old) => statusUpdated(object as Pod, old as Pod),
}

function created(object: KubeObject, now: string): KubeObject {
  const pod = withMergedLabelKeys(withPositiveGrace(object as Pod))
  const qosClass = qosClassOf(pod.spec)
  const gated = (pod.spec?.schedulingGates?.length ?? 0) > 0
  const status: PodStatus = gated
    ? { phase: 'Pending', conditions: [{ ...gatedCondition, lastTransitionTime: now }], qosClass }
    : { phase: 'Pending', qosClass }
  return { ...pod, status }
}

/** A negative grace period means the shortest that the kubelet notices. */
function withPositiveGrace(pod: Pod): Pod {
  const { spec } = pod
  if (spec === undefined || (spec.terminationGracePeriodSeconds ?? 0) >= 0) return pod
  return { ...pod, spec: { ...spec, terminationGracePeriodSeconds: 1 } }
}

function statusUpdated(pod: Pod, old: Pod): KubeObject {
  const { deletionTimestamp: _mark, ownerReferences: _owners, ...rest } = pod.metadata
  const owners = old.metadata.ownerReferences
  const metadata = owners === undefined ? rest : { ...rest, ownerReferences: owners }
  return { ...pod, metadata, status: keptStatus(pod.status ?? {}, old.status ?? {}) }
}

/** The kubelet may drop qosClass and observedGeneration; the stored ones stay. */
function keptStatus(status: PodStatus, old: PodStatus): PodStatus {
  const qosClass = status.qosClass ?? old.qosClass
  const observedGeneration = status.observedGeneration ?? old.observedGeneration
  const conditions = keptConditions(status, old)
  const kept: Mutable<PodStatus> = { ...status }
  if (qosClass !== undefined) kept.qosClass = qosClass
  if (observedGeneration !== undefined) kept.observedGeneration = observedGeneration
  if (conditions !== undefined) kept.conditions = conditions
  return kept
}

function keptConditions(status: PodStatus, old: PodStatus): PodStatus['conditions'] {
  return status.conditions?.map(condition => {
    if (condition.observedGeneration !== undefined) return condition
    const before = old.conditions?.find(each => each.type === condition.type)
    const observedGeneration = before?.observedGeneration
    return observedGeneration === undefined ? condition : { ...condition, observedGeneration }
  })
}
