// The Rollout resource, as far as the twin reads it.
// Upstream: argo-rollouts v1.8.3 pkg/apis/rollouts/v1alpha1/types.go.

import type { IntOrString, LabelSelector, PodTemplateSpec } from '../../kube/generated/types.ts'
import type { KubeObject } from '../../kube/object.ts'

export interface Rollout extends KubeObject {
  readonly spec?: RolloutSpec
  readonly status?: RolloutStatus
}

export interface RolloutSpec {
  readonly replicas?: number
  readonly selector?: LabelSelector
  readonly template?: PodTemplateSpec
  readonly strategy?: RolloutStrategy
  readonly paused?: boolean
  readonly minReadySeconds?: number
  readonly progressDeadlineSeconds?: number
  readonly progressDeadlineAbort?: boolean
  readonly revisionHistoryLimit?: number
  /** Pods made before this time are replaced. */
  readonly restartAt?: string
}

export interface RolloutStrategy {
  readonly blueGreen?: BlueGreenStrategy
  readonly canary?: CanaryStrategy
}

export interface BlueGreenStrategy {
  readonly antiAffinity?: unknown
  readonly activeService?: string
  readonly previewService?: string
  readonly previewReplicaCount?: number
  readonly maxUnavailable?: IntOrString
  readonly autoPromotionEnabled?: boolean
  readonly autoPromotionSeconds?: number
  readonly scaleDownDelaySeconds?: number
  readonly abortScaleDownDelaySeconds?: number
}

export interface CanaryStrategy {
  readonly antiAffinity?: unknown
  readonly canaryService?: string
  readonly stableService?: string
  readonly maxSurge?: IntOrString
  readonly maxUnavailable?: IntOrString
  readonly steps?: readonly CanaryStep[]
  readonly trafficRouting?: { readonly maxTrafficWeight?: number }
  readonly dynamicStableScale?: boolean
  readonly minPodsPerReplicaSet?: number
  readonly abortScaleDownDelaySeconds?: number
}

export interface SetCanaryScale {
  readonly weight?: number
  readonly replicas?: number
  readonly matchTrafficWeight?: boolean
}

/** One step; exactly one of the fields is meant to be set. */
export interface CanaryStep {
  readonly setWeight?: number
  readonly pause?: { readonly duration?: IntOrString }
  readonly setCanaryScale?: SetCanaryScale
  readonly [kind: string]: unknown
}

export interface RolloutCondition {
  readonly type: string
  readonly status: string
  readonly lastUpdateTime: string
  readonly lastTransitionTime: string
  readonly reason: string
  readonly message: string
}

export interface RolloutStatus {
  readonly abort?: boolean
  readonly promoteFull?: boolean
  readonly pauseConditions?: readonly unknown[]
  readonly currentPodHash?: string
  readonly currentStepHash?: string
  readonly currentStepIndex?: number
  readonly collisionCount?: number
  readonly stableRS?: string
  readonly selector?: string
  readonly observedGeneration?: string
  readonly replicas?: number
  readonly updatedReplicas?: number
  readonly readyReplicas?: number
  readonly availableReplicas?: number
  readonly HPAReplicas?: number
  readonly conditions?: readonly RolloutCondition[]
  readonly blueGreen?: {
    readonly activeSelector?: string
    readonly previewSelector?: string
    readonly scaleUpPreviewCheckPoint?: boolean
  }
  readonly canary?: Readonly<Record<string, unknown>>
  readonly phase?: string
  readonly message?: string
}

/** Weights that a traffic router has set, of the rollout's maximum weight. */
export interface TrafficWeights {
  readonly canary: { readonly weight: number }
  readonly stable: { readonly weight: number }
}

/** Label of a ReplicaSet and its pods. */
export const podHashLabel = 'rollouts-pod-template-hash'

/** spec.replicas, 1 when not given. */
export function replicasOf({ spec }: Rollout): number {
  return spec?.replicas ?? 1
}
