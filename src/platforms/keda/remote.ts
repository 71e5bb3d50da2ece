// Triggers that ask a server outside the cluster's API. The twin knows no such server: what they
// would answer is not modelled. Port of the building in KEDA v2.21.0 pkg/scalers.

import { type Param, readParams } from './params.ts'
import {
  type Build,
  externalSpec,
  type Scaler,
  type ScalerConfig,
  type ScalerType,
  targetOf,
  targetTypeOf,
} from './scaler.ts'

const prometheusParams = {
  serverAddress: { type: 'string' },
  query: { type: 'string' },
  threshold: { type: 'float64' },
  activationThreshold: { type: 'float64', optional: true },
  namespace: { type: 'string', optional: true },
  ignoreNullValues: { type: 'bool', default: 'true' },
  unsafeSsl: { type: 'bool', optional: true },
} as const satisfies Readonly<Record<string, Param>>

export const prometheus: ScalerType<typeof prometheusParams> = {
  type: 'prometheus',
  doc: 'The result of a query; never asked here.',
  params: prometheusParams,
  build: config => {
    const type = targetTypeOf(config.trigger)
    if (!type.ok) return type
    const { values, errors } = readParams('', config.trigger.metadata ?? {}, prometheusParams)
    if (errors.length > 0) return twice('prometheus', 'prometheus', errors.join('\n'))
    const target = targetOf(type.value, values.threshold)
    return unanswered(config, 'prometheus', target)
  },
}

const metricsApiParams = {
  targetValue: { type: 'float64', optional: true },
  activationTargetValue: { type: 'float64', default: '0' },
  url: { type: 'string' },
  format: { type: 'string', default: 'json' },
  valueLocation: { type: 'string' },
  unsafeSsl: { type: 'bool', default: 'false' },
} as const satisfies Readonly<Record<string, Param>>

export const metricsApi: ScalerType<typeof metricsApiParams> = {
  type: 'metrics-api',
  doc: 'A number in what a URL answers; never asked here.',
  params: metricsApiParams,
  build: config => {
    const type = targetTypeOf(config.trigger)
    if (!type.ok) return type
    const { values, errors } = readParams('', config.trigger.metadata ?? {}, metricsApiParams)
    if (errors.length > 0) return twice('metric API', 'metrics API', errors.join('\n'))
    if (values.targetValue === 0 && !config.isMetricSource) {
      const error = 'error parsing metric API metadata: no targetValue given in metadata'
      return { ok: false, error }
    }
    const target = targetOf(type.value, values.targetValue)
    return unanswered(config, `metric-api-${values.valueLocation}`, target)
  },
}

function twice(outer: string, inner: string, error: string): Build<Scaler> {
  return {
    ok: false,
    error: `error parsing ${outer} metadata: error parsing ${inner} metadata: ${error}`,
  }
}

function unanswered(
  config: ScalerConfig,
  name: string,
  target: ReturnType<typeof targetOf>,
): Build<Scaler> {
  const spec = externalSpec(config, name, target)
  return { ok: true, value: { spec, read: () => 'the twin does not model this metric source' } }
}
