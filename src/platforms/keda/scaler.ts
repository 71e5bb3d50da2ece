// The shape of a trigger type, and the metrics it gives. Upstream: KEDA v2.21.0 pkg/scalers.

import type { MetricSpec, MetricTarget } from '../../kube/generated/types.ts'
import { quantityOf, quantityText } from '../../kube/quantity.ts'
import type { Param, ParamValues } from './params.ts'
import type { Trigger } from './scaled-object.ts'
import type { KedaWorld } from './world.ts'

/** Where a trigger stands. */
export interface ScalerConfig {
  readonly trigger: Trigger
  readonly index: number
  readonly namespace: string
  /** A formula uses its metric, so it needs no target of its own. */
  readonly isMetricSource: boolean
}

export interface Reading {
  /** undefined where the trigger has no metric of its own. */
  readonly value?: number
  readonly isActive: boolean
}

export interface Scaler {
  readonly spec: MetricSpec
  /** Asks the source now; a text is the error. */
  readonly read: (world: KedaWorld) => Reading | string
}

export type Build<T> =
  | { readonly ok: true; readonly value: T }
  | { readonly ok: false; readonly error: string }

/** One trigger type: data first. */
export interface ScalerType<P extends Readonly<Record<string, Param>> = never> {
  readonly type: string
  readonly doc: string
  readonly params: P
  readonly build: (config: ScalerConfig) => Build<Scaler>
}

export type Values<P extends Readonly<Record<string, Param>>> = ParamValues<P>

const unsupportedUtilization =
  "'Utilization' metric type is unsupported for external metrics, allowed values are 'Value' or 'AverageValue'"

/** The target type of an external metric. */
export function targetTypeOf({ metricType = '' }: Trigger): Build<MetricTarget['type']> {
  if (metricType === 'Utilization') {
    const error = `error getting scaler metric type: ${unsupportedUtilization}`
    return { ok: false, error }
  }
  return { ok: true, value: metricType === '' ? 'AverageValue' : metricType }
}

/** GetMetricTargetMili. */
export function targetOf(type: MetricTarget['type'], value: number): MetricTarget {
  const text = milliQuantity(value)
  return type === 'AverageValue' ? { type, averageValue: text } : { type, value: text }
}

/** quantityFromFloat64: three decimals; nothing below 0. */
export function milliQuantity(value: number): string {
  if (!Number.isFinite(value) || value < 0) return '0'
  return quantityText(quantityOf(threeDecimals(value)))
}

/** Go's %.3f: halves go to the even neighbour. */
function threeDecimals(value: number): string {
  const milli = value * 1000
  const isTie = Number.isInteger(value * 16) && milli % 1 === 0.5
  if (isTie && Math.floor(milli) % 2 === 0) return (Math.floor(milli) / 1000).toFixed(3)
  return value >= 1e21 ? BigInt(value).toString() : value.toFixed(3)
}

export function externalSpec(
  { index }: ScalerConfig,
  name: string,
  target: MetricTarget,
): MetricSpec {
  const metric = { name: `s${index}-${normalized(name)}` }
  return { external: { metric, target }, type: 'External' }
}

function normalized(name: string): string {
  return name.replaceAll(/[/.:%()]/g, '-')
}
