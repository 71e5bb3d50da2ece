// The kubernetes-workload trigger: how many pods a selector finds.
// Port of KEDA v2.21.0 pkg/scalers/kubernetes_workload_scaler.go.

import type { Pod } from '../../kube/generated/types.ts'
import type { Selector } from '../../kube/label-selector.ts'
import { parseSelector } from '../../kube/label-selector-text.ts'
import { type Param, readParams } from './params.ts'
import {
  type Build,
  externalSpec,
  type Reading,
  type Scaler,
  type ScalerConfig,
  type ScalerType,
  targetOf,
  targetTypeOf,
  type Values,
} from './scaler.ts'
import type { KedaWorld } from './world.ts'

const params = {
  podSelector: { type: 'string' },
  value: { type: 'float64', default: '0' },
  activationValue: { type: 'float64', default: '0' },
  groupByNode: { type: 'bool', default: 'false' },
} as const satisfies Readonly<Record<string, Param>>

export const kubernetesWorkload: ScalerType<typeof params> = {
  type: 'kubernetes-workload',
  doc: 'Counts the pods of a selector that have not ended.',
  params,
  build,
}

function build(config: ScalerConfig): Build<Scaler> {
  const { trigger, namespace, isMetricSource } = config
  const type = targetTypeOf(trigger)
  if (!type.ok) return type
  const refused = (error: string) =>
    ({ ok: false, error: `error parsing kubernetes workload metadata: ${error}` }) as const
  const { values, errors } = readParams(trigger.type, trigger.metadata ?? {}, params)
  const isTooSmall = values.value <= 0 && !isMetricSource
  const all = [...errors, ...(isTooSmall ? ['value must be a float greater than 0'] : [])]
  if (all.length > 0) {
    return refused(`error parsing kubernetes workload metadata: ${all.join('\n')}`)
  }
  const selector = parseSelector(values.podSelector)
  if (!selector.ok) return refused(`error parsing pod selector: ${selector.error}`)
  const spec = externalSpec(config, `workload-${namespace}`, targetOf(type.value, values.value))
  const scope = { namespace, selector: selector.value }
  return { ok: true, value: { spec, read: world => read(world, scope, values) } }
}

interface Scope {
  readonly namespace: string
  readonly selector: Selector
}

function read(
  world: KedaWorld,
  { namespace, selector }: Scope,
  { groupByNode, activationValue }: Values<typeof params>,
): Reading | string {
  const pods = world.pods(namespace, selector)
  if (typeof pods === 'string') return `error inspecting kubernetes workload: ${pods}`
  const counted = pods.filter(hasNotEnded)
  const nodes = new Set(counted.flatMap(({ spec }) => spec?.nodeName || []))
  const value = groupByNode ? nodes.size : counted.length
  return { value, isActive: value > activationValue }
}

function hasNotEnded({ status }: Pod): boolean {
  return status?.phase !== 'Succeeded' && status?.phase !== 'Failed'
}
