// What stands in for a metric that cannot be read, after enough failures.
// Port of KEDA v2.21.0 pkg/fallback/fallback.go.

import type { MetricSpec, Pod } from '../../kube/generated/types.ts'
import { parseSelector } from '../../kube/label-selector-text.ts'
import type { Quantity } from '../../kube/quantity.ts'
import { newQuantity } from '../../kube/quantity-math.ts'
import { approximateFloat, parseGoFloat } from '../../kube/go-float.ts'
import {
  compositeMetric,
  type Health,
  modifiersOf,
  type ScaledObject,
  type ScaledObjectStatus,
  withCondition,
} from './scaled-object.ts'
import type { KedaWorld } from './world.ts'

export interface MetricValue {
  readonly name: string
  readonly value: Quantity
}

export interface FallbackResult {
  readonly status: ScaledObjectStatus
  readonly values: readonly MetricValue[]
  readonly isActive: boolean
  readonly error?: string
}

/** Whether the fallback can be computed at all. */
export function isValidFallback({ spec, ...rest }: ScaledObject): boolean {
  const modifiers = modifiersOf({ spec, ...rest })
  if (modifiers !== undefined && !/^\+?0*[1-9][0-9]*$/.test(modifiers.target ?? '')) return false
  const { failureThreshold = 0, replicas = 0 } = spec.fallback ?? {}
  return failureThreshold >= 0 && replicas >= 0
}

/** One metric that was read. */
export function withValue(
  object: ScaledObject,
  metric: string,
  values: readonly MetricValue[],
): FallbackResult {
  const status = object.status ?? {}
  const isTracked = object.spec.fallback !== undefined && isValidFallback(object)
  if (!isTracked) return { status, values, isActive: false }
  const health: Health = { numberOfFailures: 0, status: 'Happy' }
  return { status: withHealth(object, metric, health), values, isActive: false }
}

/** One metric that could not be read. */
export function withError(
  world: KedaWorld,
  object: ScaledObject,
  { name, spec, error }: { name: string; spec: MetricSpec; error: string },
): FallbackResult {
  const { fallback } = object.spec
  const before = object.status ?? {}
  if (fallback === undefined || !isValidFallback(object)) {
    return { status: before, values: [], isActive: false, error }
  }
  const failures = (before.health?.[name]?.numberOfFailures ?? 0) + 1
  const status = withHealth(object, name, { numberOfFailures: failures, status: 'Failing' })
  const refused = { status, values: [], isActive: false }
  if (failures <= fallback.failureThreshold) return { ...refused, error }
  if (fallback.behavior === 'scalingModifiers') {
    // The formula takes it for nil.
    const value = newQuantity(-1, 'DecimalSI')
    return { status, values: [{ name, value }], isActive: false }
  }
  let current = 0
  if (fallback.behavior !== 'static') {
    const scale = world.scale(object)
    if (typeof scale === 'string') return { ...refused, error }
    current = scale.replicas
  }
  const value = standIn(world, object, { name, spec, current })
  if (value === undefined) return { ...refused, error: 'error performing fallback' }
  return { status, values: [value], isActive: true }
}

function withHealth(object: ScaledObject, metric: string, health: Health): ScaledObjectStatus {
  const before = object.status ?? {}
  const all = { ...before.health, [metric]: health }
  const threshold = object.spec.fallback?.failureThreshold ?? 0
  const isOver = Object.values(all).some(
    each => each.status === 'Failing' && (each.numberOfFailures ?? 0) > threshold,
  )
  const conditions = withCondition(
    before.conditions ?? initialConditions,
    isOver
      ? {
          type: 'Fallback',
          status: 'True',
          reason: 'FallbackExists',
          message: 'At least one trigger is falling back on this scaled object',
        }
      : noFallback,
  )
  return { ...before, health: all, conditions }
}

export const noFallback = {
  type: 'Fallback',
  status: 'False',
  reason: 'NoFallbackFound',
  message: 'No fallbacks are active on this scaled object',
} as const

export const initialConditions = [
  { type: 'Ready', status: 'Unknown' },
  { type: 'Active', status: 'Unknown' },
  { type: 'Fallback', status: 'Unknown' },
  { type: 'Paused', status: 'False' },
] as const

interface Missing {
  readonly name: string
  readonly spec: MetricSpec
  readonly current: number
}

function standIn(
  world: KedaWorld,
  object: ScaledObject,
  { name, spec, current }: Missing,
): MetricValue | undefined {
  const modifiers = modifiersOf(object)
  const target = spec.external?.target
  let replicas = fallbackReplicas(object, current)
  const isValue = (modifiers === undefined ? target?.type : modifiers.metricType) === 'Value'
  if (isValue) {
    const ready = readyReplicas(world, object)
    if (ready === undefined || ready === 0) return undefined
    replicas /= ready
  }
  const amount =
    target?.type === 'Value'
      ? target.value
      : target?.type === 'AverageValue'
        ? target.averageValue
        : undefined
  const normal =
    modifiers === undefined
      ? approximateFloat(amount ?? '0')
      : (parseGoFloat(modifiers.target ?? '') ?? 0)
  const milli = Math.trunc(normal * 1000 * replicas)
  const value = newQuantity(milli, 'DecimalSI', -3)
  return { name: modifiers === undefined ? name : compositeMetric, value }
}

function fallbackReplicas({ spec }: ScaledObject, current: number): number {
  const { replicas = 0, behavior } = spec.fallback ?? {}
  switch (behavior) {
    case 'currentReplicas':
      return current
    case 'currentReplicasIfHigher':
      return Math.max(current, replicas)
    case 'currentReplicasIfLower':
      return Math.min(current, replicas)
    default:
      return replicas
  }
}

function isReady({ status }: Pod): boolean {
  const condition = status?.conditions?.find(({ type }) => type === 'Ready')
  return status?.phase === 'Running' && condition?.status === 'True'
}

function readyReplicas(world: KedaWorld, object: ScaledObject): number | undefined {
  const scale = world.scale(object)
  if (typeof scale === 'string') return undefined
  const selector = parseSelector(scale.selector)
  if (!selector.ok) return undefined
  const pods = world.pods(object.metadata.namespace ?? '', selector.value)
  return typeof pods === 'string' ? undefined : pods.filter(isReady).length
}
