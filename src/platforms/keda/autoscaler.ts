// The HorizontalPodAutoscaler that belongs to a ScaledObject.
// Port of KEDA v2.21.0 controllers/keda/hpa.go.

import { compareStrings } from '../../base/compare.ts'
import type {
  HorizontalPodAutoscaler,
  HorizontalPodAutoscalerSpec,
  MetricSpec,
} from '../../kube/generated/types.ts'
import { quantityText } from '../../kube/quantity.ts'
import { newQuantity } from '../../kube/quantity-math.ts'
import { goInt64, parseGoFloat } from '../../kube/go-float.ts'
import {
  annotationText,
  compositeMetric,
  modifiersOf,
  ownerLabel,
  pausesScaleIn,
  pausesScaleOut,
  type ScaledObject,
  type TargetResource,
} from './scaled-object.ts'
import type { ScalersCache } from './scalers-cache.ts'

const labelMax = 63
const defaultMax = 100
const excludedLabels = 'scaledobject.keda.sh/hpa-excluded-labels'

export function defaultAutoscalerName({ metadata }: ScaledObject): string {
  return `keda-hpa-${metadata.name ?? ''}`
}

export function autoscalerName(object: ScaledObject): string {
  return object.spec.advanced?.horizontalPodAutoscalerConfig?.name || defaultAutoscalerName(object)
}

export function minReplicas({ spec }: ScaledObject): number {
  const { minReplicaCount = 0 } = spec
  return minReplicaCount > 0 ? minReplicaCount : 1
}

export function maxReplicas({ spec }: ScaledObject): number {
  return spec.maxReplicaCount ?? defaultMax
}

/** `version` is the label that KEDA's build leaves. */
export function autoscalerFor(
  object: ScaledObject,
  metrics: readonly MetricSpec[],
  { target, version }: { target: TargetResource; version: string },
): HorizontalPodAutoscaler {
  const { metadata, spec } = object
  const { group = '', version: api = '', kind = '' } = target
  const behavior = behaviorOf(object)
  const owner = { apiVersion: 'keda.sh/v1alpha1', kind: 'ScaledObject' }
  return {
    apiVersion: 'autoscaling/v2',
    kind: 'HorizontalPodAutoscaler',
    metadata: {
      name: autoscalerName(object),
      namespace: metadata.namespace ?? '',
      labels: labelsOf(object, version),
      ...(metadata.annotations && { annotations: metadata.annotations }),
      ownerReferences: [
        {
          ...owner,
          name: metadata.name ?? '',
          uid: metadata.uid ?? '',
          controller: true,
          blockOwnerDeletion: true,
        },
      ],
    },
    spec: {
      minReplicas: minReplicas(object),
      maxReplicas: maxReplicas(object),
      metrics: [...metrics],
      ...(behavior !== undefined && { behavior }),
      scaleTargetRef: {
        apiVersion: group === '' ? api : `${group}/${api}`,
        kind,
        name: spec.scaleTargetRef.name,
      },
    },
  }
}

function labelsOf(object: ScaledObject, version: string): Record<string, string> {
  const { metadata } = object
  const name = autoscalerName(object)
  const short =
    name.length > labelMax ? name.slice(0, labelMax).replace(/[^\p{L}\p{N}]+$/u, '') : name
  const excluded = (annotationText(object, excludedLabels) ?? '').split(',')
  const kept = Object.entries(metadata.labels ?? {}).filter(([key]) => !excluded.includes(key))
  return {
    'app.kubernetes.io/name': short,
    'app.kubernetes.io/version': version,
    'app.kubernetes.io/part-of': metadata.name ?? '',
    'app.kubernetes.io/managed-by': 'keda-operator',
    ...Object.fromEntries(kept),
  }
}

function behaviorOf(object: ScaledObject): HorizontalPodAutoscalerSpec['behavior'] {
  const given = object.spec.advanced?.horizontalPodAutoscalerConfig?.behavior
  const isIn = pausesScaleIn(object)
  const isOut = pausesScaleOut(object)
  if (given === undefined && !isIn && !isOut) return undefined
  const selectPolicy = 'Disabled'
  return {
    ...given,
    ...(isIn && { scaleDown: { ...given?.scaleDown, selectPolicy } }),
    ...(isOut && { scaleUp: { ...given?.scaleUp, selectPolicy } }),
  }
}

export interface Metrics {
  readonly metrics: readonly MetricSpec[]
  readonly externalNames: readonly string[]
  readonly resourceNames: readonly string[]
  readonly compositeName?: string
}

/** The metrics of the autoscaler, from the built triggers; a text is the error. */
export function metricsOf(object: ScaledObject, { triggers }: ScalersCache): Metrics | string {
  const name = object.metadata.name ?? ''
  const selector = { matchLabels: { [ownerLabel]: name } }
  const specs = triggers.map(({ scaler: { spec } }) =>
    spec.external === undefined
      ? spec
      : { ...spec, external: { ...spec.external, metric: { ...spec.external.metric, selector } } },
  )
  if (specs.length === 0) {
    const where = `${object.metadata.namespace ?? ''}/${name}`
    return `no metric specs returned from scalers for ScaledObject ${where}`
  }
  const externalNames = specs.flatMap(({ external }) => external?.metric.name ?? [])
  const resourceNames = specs.flatMap(({ resource }) => resource?.name ?? [])
  const twice = externalNames.find((each, index) => externalNames.indexOf(each) < index)
  if (twice !== undefined) {
    return `metricName ${twice} defined multiple times in ScaledObject ${name}`
  }
  const sorted = specs.toSorted((a, b) => compareStrings(a.type, b.type))
  const composite = compositeSpec(object)
  if (composite === undefined) return { metrics: sorted, externalNames, resourceNames }
  if (typeof composite === 'string') return composite
  const metrics = [...sorted.filter(({ resource }) => resource !== undefined), composite]
  return { metrics, externalNames, resourceNames, compositeName: compositeMetric }
}

function compositeSpec(object: ScaledObject): MetricSpec | string | undefined {
  const modifiers = modifiersOf(object)
  if (modifiers === undefined) return undefined
  const type = modifiers.metricType || 'AverageValue'
  if (type === 'Utilization') {
    return 'error metric target type is Utilization, but it needs to be AverageValue or Value for external metrics'
  }
  const target = parseGoFloat(modifiers.target ?? '') ?? 0
  if (!(target > 0)) return undefined
  const text = quantityText(newQuantity(goInt64(target * 1000), 'DecimalSI', -3))
  const selector = { matchLabels: { [ownerLabel]: object.metadata.name ?? '' } }
  return {
    type: 'External',
    external: {
      metric: { name: compositeMetric, selector },
      target: { type, ...(type === 'Value' ? { value: text } : { averageValue: text }) },
    },
  }
}
