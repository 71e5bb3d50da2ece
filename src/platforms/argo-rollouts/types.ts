// The Rollout resource, as far as the twin reads it.
// Upstream: argo-rollouts v1.8.3 pkg/apis/rollouts/v1alpha1/types.go.

import type { IntOrString, LabelSelector, PodTemplateSpec } from '../../kube/generated/types.ts'
import type { KubeObject } from '../../kube/object.ts'
import type { RunStatus } from './analysis/types.ts'

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
  /** A rollback to one of so many last revisions skips steps, pauses and analysis. */
  readonly rollbackWindow?: { readonly revisions?: number }
  readonly workloadRef?: WorkloadRef
  /** Pods made before this time are replaced. */
  readonly restartAt?: string
}

/** The workload whose pod template is taken. */
export interface WorkloadRef {
  readonly apiVersion?: string
  readonly kind?: string
  readonly name?: string
  /** never, onsuccess or progressively. */
  readonly scaleDown?: string
}

/** Keeps the pods of two revisions apart. */
export interface AntiAffinity {
  readonly preferredDuringSchedulingIgnoredDuringExecution?: { readonly weight?: number }
  readonly requiredDuringSchedulingIgnoredDuringExecution?: object
}

export interface RolloutStrategy {
  readonly blueGreen?: BlueGreenStrategy
  readonly canary?: CanaryStrategy
}

export interface BlueGreenStrategy {
  readonly antiAffinity?: AntiAffinity
  readonly activeService?: string
  readonly previewService?: string
  readonly previewReplicaCount?: number
  readonly maxUnavailable?: IntOrString
  readonly autoPromotionEnabled?: boolean
  readonly autoPromotionSeconds?: number
  readonly scaleDownDelaySeconds?: number
  readonly scaleDownDelayRevisionLimit?: number
  readonly abortScaleDownDelaySeconds?: number
  readonly prePromotionAnalysis?: unknown
  readonly postPromotionAnalysis?: unknown
  readonly activeMetadata?: unknown
  readonly previewMetadata?: unknown
}

export interface CanaryStrategy {
  readonly antiAffinity?: AntiAffinity
  readonly canaryService?: string
  readonly stableService?: string
  readonly maxSurge?: IntOrString
  readonly maxUnavailable?: IntOrString
  readonly steps?: readonly CanaryStep[]
  readonly trafficRouting?: TrafficRouting
  readonly dynamicStableScale?: boolean
  readonly minPodsPerReplicaSet?: number
  readonly scaleDownDelaySeconds?: number
  readonly scaleDownDelayRevisionLimit?: number
  readonly analysis?: unknown
  readonly pingPong?: unknown
  readonly stableMetadata?: unknown
  readonly canaryMetadata?: unknown
  readonly replicaProgressThreshold?: { readonly type?: string; readonly value?: number }
  readonly abortScaleDownDelaySeconds?: number
}

/** Routers by name, each with its own settings. */
export interface TrafficRouting {
  readonly maxTrafficWeight?: number
  readonly [router: string]: unknown
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

export interface PauseCondition {
  readonly reason: string
  readonly startTime: string
}

export interface RolloutStatus {
  readonly abort?: boolean
  readonly abortedAt?: string
  readonly promoteFull?: boolean
  readonly pauseConditions?: readonly PauseCondition[]
  /** The controller has paused the update: without conditions, somebody has resumed it. */
  readonly controllerPause?: boolean
  readonly restartedAt?: string
  readonly workloadObservedGeneration?: string
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
    readonly prePromotionAnalysisRunStatus?: RunStatus
    readonly postPromotionAnalysisRunStatus?: RunStatus
  }
  readonly canary?: {
    readonly weights?: TrafficWeights
    readonly currentStepAnalysisRunStatus?: RunStatus
    readonly currentBackgroundAnalysisRunStatus?: RunStatus
  }
  readonly phase?: string
  readonly message?: string
}

/** Where a share of the traffic goes. */
export interface WeightDestination {
  readonly weight: number
  readonly serviceName?: string
  readonly podTemplateHash?: string
}

/** Weights that a traffic router has set, of the rollout's maximum weight. */
export interface TrafficWeights {
  readonly canary: WeightDestination
  readonly stable: WeightDestination
}

/** Label of a ReplicaSet and its pods. */
export const podHashLabel = 'rollouts-pod-template-hash'

/** spec.replicas, 1 when not given. */
export function replicasOf({ spec }: Rollout): number {
  return spec?.replicas ?? 1
}
