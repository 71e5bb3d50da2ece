// A Rollout that takes its pod template from another object, and scales that object down.
// Port of argo-rollouts v1.9.1 rollout/{templateref,scale_utils,replicaset}.go.

import type { Api, Part } from '../../controllers/framework.ts'
import type {
  Deployment,
  LabelSelector,
  PodTemplateSpec,
  ReplicaSet,
} from '../../kube/generated/types.ts'
import { keyFrom, type KubeObject } from '../../kube/object.ts'
import { revisionOf, workloadGenerationAnnotation } from './annotations.ts'
import { sizeOf } from './replica-sets.ts'
import { accepted, type Sync } from './sync.ts'
import { replicasOf, type Rollout } from './types.ts'

/** Kinds whose pod template a Rollout may take. */
export const workloadKinds = ['Deployment', 'PodTemplate', 'ReplicaSet'] as const

interface Workload extends KubeObject {
  readonly spec?: { readonly selector?: LabelSelector; readonly template?: PodTemplateSpec }
  readonly template?: PodTemplateSpec
}

/** The Rollout with its pod template and selector; undefined while that object is not there. */
export function* resolved(api: Api, rollout: Rollout): Part<Rollout | undefined> {
  const { workloadRef } = rollout.spec ?? {}
  if (workloadRef === undefined) return rollout
  const { kind = '', name = '' } = workloadRef
  const key = keyFrom(rollout.metadata.namespace, name)
  const workload = yield* api.get<Workload>(kind, key)
  if (workload === undefined) return undefined
  const generation = String(workload.metadata.generation ?? 0)
  const annotations = { [workloadGenerationAnnotation]: generation }
  const { metadata } = rollout
  if (metadata.annotations?.[workloadGenerationAnnotation] !== generation) {
    yield* api.patch(rollout, 'merge', { metadata: { annotations } })
  }
  const template = workload.spec?.template ?? workload.template
  const selector = rollout.spec?.selector ?? workload.spec?.selector
  return {
    ...rollout,
    metadata: { ...metadata, annotations: { ...metadata.annotations, ...annotations } },
    spec: { ...rollout.spec, ...(template && { template }), ...(selector && { selector }) },
  }
}

/** scaleDown: progressively takes a pod of the workload away for each ready one of the first set. */
export function* scaleWorkload(sync: Sync, newSet: ReplicaSet, size: number): Part<void> {
  const { spec, status, version, rollout } = sync
  if (version.scalesWorkload === 'no' || revisionOf(newSet) !== 1) return
  if (spec.workloadRef?.scaleDown !== 'progressively') return
  if (version.scalesWorkload === 'zero' && status.phase === 'Healthy') {
    return yield* scaleDeployment(sync, 0)
  }
  const ready = status.readyReplicas ?? 0
  if (ready > 0 || sizeOf(newSet) > size) yield* scaleDeployment(sync, replicasOf(rollout) - ready)
}

/** scaleDown: onsuccess takes them all when the first update is through. */
export function* scaleWorkloadToZero(sync: Sync): Part<void> {
  const { spec, status, version, rollout } = sync
  if (version.scalesWorkload === 'no' || spec.workloadRef?.scaleDown !== 'onsuccess') return
  if (revisionOf(rollout) === 1 && status.phase === 'Healthy') yield* scaleDeployment(sync, 0)
}

function* scaleDeployment(sync: Sync, wanted: number): Part<void> {
  const { api, rollout, spec } = sync
  const { namespace } = rollout.metadata
  const { name = '' } = spec.workloadRef ?? {}
  const deployment = accepted(yield* api.getLive('Deployment', namespace, name)) as Deployment &
    KubeObject
  const replicas = Math.max(0, wanted)
  if (replicas === (deployment.spec?.replicas ?? 1)) return
  accepted(
    yield* api.update({ ...deployment, spec: { ...deployment.spec, replicas } } as KubeObject),
  )
}
