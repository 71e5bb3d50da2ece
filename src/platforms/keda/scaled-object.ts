// The ScaledObject and what its annotations say. Upstream: KEDA v2.21.0 apis/keda/v1alpha1.

import type {
  HorizontalPodAutoscalerSpec,
  MetricTarget,
  ObjectMeta,
} from '../../kube/generated/types.ts'
import { parseGoBool } from './go-bool.ts'

export interface ScaledObject {
  readonly metadata: ObjectMeta
  readonly spec: ScaledObjectSpec
  readonly status?: ScaledObjectStatus
}

export interface ScaledObjectSpec {
  readonly scaleTargetRef: ScaleTargetRef
  readonly triggers: readonly Trigger[]
  readonly pollingInterval?: number
  readonly initialCooldownPeriod?: number
  readonly cooldownPeriod?: number
  readonly idleReplicaCount?: number
  readonly minReplicaCount?: number
  readonly maxReplicaCount?: number
  readonly fallback?: Fallback
  readonly advanced?: {
    readonly horizontalPodAutoscalerConfig?: {
      readonly name?: string
      readonly behavior?: HorizontalPodAutoscalerSpec['behavior']
    }
    readonly restoreToOriginalReplicaCount?: boolean
    readonly scalingModifiers?: ScalingModifiers
  }
}

export interface ScaleTargetRef {
  readonly name: string
  readonly apiVersion?: string
  readonly kind?: string
}

export interface Trigger {
  readonly type: string
  readonly name?: string
  readonly metadata?: Readonly<Record<string, string>>
  readonly metricType?: MetricTarget['type']
  readonly useCachedMetrics?: boolean
  readonly authenticationRef?: { readonly name: string; readonly kind?: string }
}

export interface Fallback {
  readonly failureThreshold: number
  readonly replicas: number
  readonly behavior?: string
}

export interface ScalingModifiers {
  readonly formula?: string
  readonly target?: string
  readonly activationTarget?: string
  readonly metricType?: MetricTarget['type']
}

export interface TargetResource {
  readonly group?: string
  readonly version?: string
  readonly kind?: string
  readonly resource?: string
}

export interface Health {
  readonly numberOfFailures?: number
  readonly status?: 'Happy' | 'Failing'
}

export interface Condition {
  readonly type: 'Ready' | 'Active' | 'Fallback' | 'Paused' | 'HPAActive'
  readonly status: 'True' | 'False' | 'Unknown'
  readonly reason?: string
  readonly message?: string
}

export interface ScaledObjectStatus {
  readonly scaleTargetKind?: string
  readonly scaleTargetGVKR?: TargetResource
  readonly originalReplicaCount?: number
  readonly lastActiveTime?: string
  readonly externalMetricNames?: readonly string[]
  readonly resourceMetricNames?: readonly string[]
  readonly compositeScalerName?: string
  readonly conditions?: readonly Condition[]
  readonly health?: Readonly<Record<string, Health>>
  readonly triggersActivity?: Readonly<Record<string, { readonly isActive: boolean }>>
  readonly pausedReplicaCount?: number
  readonly hpaName?: string
  readonly triggersTypes?: string
  readonly authenticationsTypes?: string
}

const annotations = {
  pausedReplicas: 'autoscaling.keda.sh/paused-replicas',
  paused: 'autoscaling.keda.sh/paused',
  pausedScaleIn: 'autoscaling.keda.sh/paused-scale-in',
  pausedScaleOut: 'autoscaling.keda.sh/paused-scale-out',
  forceActivation: 'autoscaling.keda.sh/force-activation',
} as const

export const ownerLabel = 'scaledobject.keda.sh/name'
export const compositeMetric = 'composite-metric'

export function annotationText({ metadata }: ScaledObject, name: string): string | undefined {
  return metadata.annotations?.[name]
}

/** The text of one of KEDA's own annotations; undefined without it. */
export function annotation(
  object: ScaledObject,
  name: keyof typeof annotations,
): string | undefined {
  return annotationText(object, annotations[name])
}

/** Anything but a Go spelling of false counts as true. */
function isSet(scaledObject: ScaledObject, name: keyof typeof annotations): boolean {
  const text = annotation(scaledObject, name)
  return text !== undefined && (parseGoBool(text) ?? true)
}

export function isPaused(scaledObject: ScaledObject): boolean {
  return annotation(scaledObject, 'pausedReplicas') !== undefined || isSet(scaledObject, 'paused')
}

export function pausesScaleIn(scaledObject: ScaledObject): boolean {
  return isSet(scaledObject, 'pausedScaleIn')
}

export function pausesScaleOut(scaledObject: ScaledObject): boolean {
  return isSet(scaledObject, 'pausedScaleOut')
}

export function forcesActivation(scaledObject: ScaledObject): boolean {
  return isSet(scaledObject, 'forceActivation')
}

export function modifiersOf({ spec }: ScaledObject): ScalingModifiers | undefined {
  const modifiers = spec.advanced?.scalingModifiers
  const isUsed = Object.values(modifiers ?? {}).some(value => value !== '')
  return isUsed ? modifiers : undefined
}

/** `conditions` with one of them set; a new one comes last. */
export function withCondition(
  conditions: readonly Condition[],
  condition: Condition,
): readonly Condition[] {
  const at = conditions.findIndex(({ type }) => type === condition.type)
  return at < 0 ? [...conditions, condition] : conditions.with(at, condition)
}
