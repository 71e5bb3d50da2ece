// The cpu and memory triggers: the autoscaler reads those itself.
// Port of KEDA v2.21.0 pkg/scalers/cpu_memory_scaler.go.

import type { MetricSpec, MetricTarget } from '../../kube/generated/types.ts'
import { canonicalQuantity } from '../../kube/quantity.ts'
import { parseInt32 } from './go-int.ts'
import { type Param, readParams } from './params.ts'
import type { Build, Scaler, ScalerConfig, ScalerType } from './scaler.ts'

const params = {
  type: {
    type: 'string',
    deprecated:
      "The 'type' setting is DEPRECATED and is removed in v2.18 - Use 'metricType' instead.",
  },
  value: { type: 'string' },
  containerName: { type: 'string', optional: true },
} as const satisfies Readonly<Record<string, Param>>

export const cpu: ScalerType<typeof params> = {
  type: 'cpu',
  doc: 'Leaves the target of the autoscaler as it is written.',
  params,
  build: config => build('cpu', config),
}

export const memory: ScalerType<typeof params> = {
  ...cpu,
  type: 'memory',
  build: config => build('memory', config),
}

function build(name: string, { trigger }: ScalerConfig): Build<Scaler> {
  const refused = (error: string) =>
    ({ ok: false, error: `error parsing ${name} metadata: ${error}` }) as const
  const { values, errors } = readParams(trigger.type, trigger.metadata ?? {}, params)
  if (errors.length > 0) return refused(errors.join('\n'))
  const target = targetOf(trigger.metricType ?? '', values.value)
  if (typeof target === 'string') return refused(target)
  const { containerName: container } = values
  const spec: MetricSpec =
    container === ''
      ? { resource: { name, target }, type: 'Resource' }
      : { containerResource: { container, name, target }, type: 'ContainerResource' }
  return { ok: true, value: { spec, read: () => ({ isActive: true }) } }
}

function targetOf(type: string, value: string): MetricTarget | string {
  switch (type) {
    case 'AverageValue':
      return { averageValue: canonicalQuantity(value) ?? value, type }
    case 'Utilization': {
      const averageUtilization = parseInt32(value)
      return typeof averageUtilization === 'string'
        ? averageUtilization
        : { averageUtilization, type }
    }
    default: {
      const allowed = "allowed values are 'Utilization' or 'AverageValue'"
      return `unknown metric type: ${type}, ${allowed}`
    }
  }
}
