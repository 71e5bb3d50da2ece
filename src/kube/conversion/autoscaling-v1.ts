// HorizontalPodAutoscalers of autoscaling/v1: what that version has no fields for travels in
// annotations. Port of pkg/apis/autoscaling/v1/{conversion,defaults}.go, v1.36.3.

import type {
  HorizontalPodAutoscaler,
  MetricSpec,
  MetricStatus,
  MetricTarget,
} from '../generated/types.ts'
import type { KubeObject, ObjectMeta } from '../object.ts'

const annotationKeys = {
  metrics: 'autoscaling.alpha.kubernetes.io/metrics',
  currentMetrics: 'autoscaling.alpha.kubernetes.io/current-metrics',
  conditions: 'autoscaling.alpha.kubernetes.io/conditions',
  behavior: 'autoscaling.alpha.kubernetes.io/behavior',
} as const

type Fields = Readonly<Record<string, unknown>>

/** A v1 autoscaler as it is stored: metrics and behavior are fields. */
export function autoscalerFromV1(object: KubeObject): KubeObject {
  const { targetCPUUtilizationPercentage: cpu, ...rest } = (object['spec'] ?? {}) as Fields
  const annotations = object.metadata.annotations ?? {}
  const listed = parsed(annotations[annotationKeys.metrics])
  const metrics = [
    ...(Array.isArray(listed) ? listed.map(metricFromV1) : []),
    ...(cpu === undefined ? [] : [cpuMetric(cpu as number)]),
  ]
  const behavior = parsed(annotations[annotationKeys.behavior])
  const spec = {
    ...rest,
    ...(metrics.length > 0 && { metrics }),
    ...(isFields(behavior) && { behavior: lowerKeys(behavior) }),
  }
  return { ...object, apiVersion: 'autoscaling/v2', metadata: cleaned(object.metadata), spec }
}

/** A stored autoscaler as autoscaling/v1 shows it. */
export function autoscalerToV1(object: KubeObject): KubeObject {
  const { spec, status } = object as HorizontalPodAutoscaler
  const { metrics = [], behavior, ...rest } = spec ?? { maxReplicas: 0, scaleTargetRef: {} }
  const cpu = metrics.find(isCpu)?.resource?.target.averageUtilization
  const others = metrics.filter(metric => !isCpu(metric)).map(metricToV1)
  const { currentMetrics, conditions, ...counts } = status ?? { desiredReplicas: 0 }
  const current = currentMetrics ?? []
  const texts: Record<string, string> = { ...object.metadata.annotations }
  if (others.length > 0) texts[annotationKeys.metrics] = JSON.stringify(others)
  if (current.length > 0) {
    texts[annotationKeys.currentMetrics] = JSON.stringify(current.map(statusToV1))
  }
  if (behavior !== undefined) texts[annotationKeys.behavior] = JSON.stringify(upperKeys(behavior))
  if ((conditions?.length ?? 0) > 0) texts[annotationKeys.conditions] = JSON.stringify(conditions)
  const utilization = current.find(each => each.resource?.name === 'cpu')?.resource?.current
    .averageUtilization
  return {
    ...object,
    apiVersion: 'autoscaling/v1',
    metadata: {
      ...object.metadata,
      ...(Object.keys(texts).length > 0 && { annotations: texts }),
    },
    spec: { ...rest, ...(cpu !== undefined && { targetCPUUtilizationPercentage: cpu }) },
    status: {
      currentReplicas: 0,
      ...counts,
      ...(utilization !== undefined && { currentCPUUtilizationPercentage: utilization }),
    },
  }
}

function isFields(value: unknown): value is Fields {
  return typeof value === 'object' && value !== null && !Array.isArray(value)
}

/** A text that is no JSON counts as absent. */
function parsed(text: string | undefined): unknown {
  if (text === undefined) return undefined
  try {
    return JSON.parse(text)
  } catch {
    return undefined
  }
}

function cleaned({ annotations, ...metadata }: ObjectMeta): ObjectMeta {
  if (annotations === undefined) return metadata
  const dropped: readonly string[] = Object.values(annotationKeys)
  const kept = Object.entries(annotations).filter(([key]) => !dropped.includes(key))
  return kept.length === 0 ? metadata : { ...metadata, annotations: Object.fromEntries(kept) }
}

function cpuMetric(averageUtilization: number): MetricSpec {
  const target = { type: 'Utilization', averageUtilization }
  return { type: 'Resource', resource: { name: 'cpu', target } }
}

function isCpu({ type, resource }: MetricSpec): boolean {
  if (type !== 'Resource' || resource?.name !== 'cpu') return false
  return resource.target.averageUtilization !== undefined
}

/** The annotation of the behavior holds the internal type: Go names, read in any case. */
function lowerKeys(value: unknown): unknown {
  return renamed(value, key => key.slice(0, 1).toLowerCase() + key.slice(1))
}

function upperKeys(value: unknown): unknown {
  return renamed(value, key => key.slice(0, 1).toUpperCase() + key.slice(1))
}

function renamed(value: unknown, rename: (key: string) => string): unknown {
  if (Array.isArray(value)) return value.map(item => renamed(item, rename))
  if (!isFields(value)) return value
  return Object.fromEntries(
    Object.entries(value)
      .filter(([, each]) => each !== null)
      .map(([key, each]) => [rename(key), renamed(each, rename)]),
  )
}

function defined(fields: Fields): Fields {
  return Object.fromEntries(Object.entries(fields).filter(([, value]) => value !== undefined))
}

/** The type of a target follows from what is given. */
function targetOf(given: {
  readonly value?: unknown
  readonly averageValue?: unknown
  readonly averageUtilization?: unknown
}): Fields {
  const { value, averageUtilization } = given
  const type =
    averageUtilization !== undefined
      ? 'Utilization'
      : value === undefined
        ? 'AverageValue'
        : 'Value'
  return defined({ type, ...given })
}

function metricFromV1(metric: unknown): Fields {
  if (!isFields(metric)) return {}
  const { type } = metric
  const source = (name: string): Fields => (metric[name] ?? {}) as Fields
  switch (type) {
    case 'Resource':
    case 'ContainerResource': {
      const field = type === 'Resource' ? 'resource' : 'containerResource'
      const { name, container, targetAverageUtilization, targetAverageValue } = source(field)
      const target = targetOf({
        averageUtilization: targetAverageUtilization,
        averageValue: targetAverageValue,
      })
      return { type, [field]: defined({ name, container, target }) }
    }
    case 'Pods': {
      const { metricName: name, selector, targetAverageValue: averageValue } = source('pods')
      const target = { type: 'AverageValue', averageValue }
      return { type, pods: { metric: defined({ name, selector }), target } }
    }
    case 'Object': {
      const { target: describedObject, metricName: name, selector, ...given } = source('object')
      const { targetValue, averageValue } = given
      const isZero = targetValue === undefined || targetValue === '0' || targetValue === 0
      const value = averageValue !== undefined && isZero ? undefined : targetValue
      const typed = averageValue === undefined ? 'Value' : 'AverageValue'
      const target = defined({ type: typed, value, averageValue })
      return { type, object: { describedObject, metric: defined({ name, selector }), target } }
    }
    default: {
      const { metricName: name, metricSelector: selector, ...given } = source('external')
      const { targetValue: value, targetAverageValue: averageValue } = given
      const target = targetOf({ value, averageValue })
      return { type, external: { metric: defined({ name, selector }), target } }
    }
  }
}

function metricToV1(metric: MetricSpec): Fields {
  const { type, resource, containerResource, pods, object, external } = metric
  const amounts = (target: MetricTarget): Fields => ({
    targetAverageUtilization: target.averageUtilization,
    targetAverageValue: target.averageValue,
  })
  return defined({
    type,
    ...(object && {
      object: defined({
        target: object.describedObject,
        metricName: object.metric.name,
        targetValue: object.target.value ?? '0',
        selector: object.metric.selector,
        averageValue: object.target.averageValue,
      }),
    }),
    ...(pods && {
      pods: defined({
        metricName: pods.metric.name,
        targetAverageValue: pods.target.averageValue ?? '0',
        selector: pods.metric.selector,
      }),
    }),
    ...(resource && { resource: defined({ name: resource.name, ...amounts(resource.target) }) }),
    ...(containerResource && {
      containerResource: defined({
        name: containerResource.name,
        ...amounts(containerResource.target),
        container: containerResource.container,
      }),
    }),
    ...(external && {
      external: defined({
        metricName: external.metric.name,
        metricSelector: external.metric.selector,
        targetValue: external.target.value,
        targetAverageValue: external.target.averageValue,
      }),
    }),
  })
}

function statusToV1(status: MetricStatus): Fields {
  const { type, resource, containerResource, pods, object, external } = status
  const measured = resource ?? containerResource
  const amounts = measured && {
    name: measured.name,
    currentAverageUtilization: measured.current.averageUtilization,
    currentAverageValue: measured.current.averageValue ?? '0',
  }
  const counted = (source: NonNullable<typeof object | typeof external>): Fields => ({
    metricName: source.metric.name,
    currentValue: source.current.value ?? '0',
  })
  return defined({
    type,
    ...(object && {
      object: defined({
        target: object.describedObject,
        ...counted(object),
        selector: object.metric.selector,
        averageValue: object.current.averageValue,
      }),
    }),
    ...(pods && {
      pods: defined({
        metricName: pods.metric.name,
        currentAverageValue: pods.current.averageValue ?? '0',
        selector: pods.metric.selector,
      }),
    }),
    ...(resource && { resource: defined({ ...amounts }) }),
    ...(containerResource && {
      containerResource: defined({ ...amounts, container: containerResource.container }),
    }),
    ...(external && {
      external: defined({
        ...counted(external),
        metricSelector: external.metric.selector,
        currentAverageValue: external.current.averageValue,
      }),
    }),
  })
}
