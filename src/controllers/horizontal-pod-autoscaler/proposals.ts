// What each metric of an autoscaler proposes, and the status that tells of it.
// Port of pkg/controller/podautoscaler/horizontal.go (computeReplicasForMetric and what it calls),
// v1.36.3.

import type {
  LabelSelector,
  MetricSpec,
  MetricStatus,
  MetricTarget,
} from '../../kube/generated/types.ts'
import type { Quantity } from '../../kube/quantity.ts'
import { quantityOf, quantityText } from '../../kube/quantity.ts'
import { newQuantity, scaledInt64 } from '../../kube/quantity-math.ts'
import { selectorText } from '../../kube/label-selector.ts'
import {
  byAverage,
  byUtilization,
  byValue,
  byValuePerPod,
  type Look,
  type Proposal,
  sumOf,
} from './calculator.ts'
import { type Answer, fetched, type MetricsSource } from './metrics.ts'

export interface Proposed {
  readonly replicas: number
  /** How reasons and conditions name the metric. */
  readonly name: string
  readonly status: MetricStatus
}

/** `detail` goes into the event and the condition, `error` is what the reconcile fails with. */
export type Outcome =
  | { readonly ok: true; readonly value: Proposed }
  | {
      readonly ok: false
      readonly reason: string
      readonly detail: string
      readonly error: string
    }

export interface Asking {
  readonly look: Look
  readonly source: MetricsSource
  readonly namespace: string
}

/** The proposal of one metric. */
export function proposalOf(asking: Asking, metric: MetricSpec): Outcome {
  switch (metric.type) {
    case 'Resource':
    case 'ContainerResource':
      return resourceProposal(asking, metric)
    case 'Pods':
      return podsProposal(asking, metric)
    case 'Object':
      return objectProposal(asking, metric)
    default:
      return externalProposal(asking, metric)
  }
}

function milliOf(target: string | number): bigint {
  return scaledInt64(quantityOf(target), -3)
}

function amount(milli: bigint, binary = false): string {
  const small = BigInt(Number(milli)) === milli && Number.isSafeInteger(Number(milli))
  const format: Quantity['format'] = binary ? 'BinarySI' : 'DecimalSI'
  return quantityText(newQuantity(small ? Number(milli) : milli, format, -3))
}

function failed(reason: string, detail: string, error: string): Outcome {
  return { ok: false, reason, detail, error }
}

function resourceProposal(asking: Asking, metric: MetricSpec): Outcome {
  const { look, source, namespace } = asking
  const inContainer = metric.type === 'ContainerResource'
  const { name, target } = (inContainer ? metric.containerResource : metric.resource) ?? noResource
  const container = metric.containerResource?.container ?? ''
  const query = { namespace, pods: look.pods, resource: name, container }
  const samples = fetched(source.resource(query), 'resource')
  const prefix = `unable to get metrics for resource ${name}: `
  const proposal = !samples.ok
    ? { ok: false as const, error: prefix + samples.error }
    : resourceReplicas(look, samples.value, { resource: name, container, target })
  const kind = target.averageValue === undefined ? 'utilization' : 'usage'
  if (!proposal.ok) {
    const invalid = proposal.error === noResourceTarget
    const detail = invalid ? proposal.error : `failed to get ${name} ${kind}: ${proposal.error}`
    const error = inContainer
      ? `failed to get ${container} container metric value: ${detail}`
      : `failed to get ${name} resource metric value: ${detail}`
    return failed(`FailedGet${metric.type}Metric`, detail, error)
  }
  const { replicas, usage, percent } = proposal.value
  const averageValue = amount(usage, name === 'memory')
  const current =
    percent === undefined ? { averageValue } : { averageValue, averageUtilization: percent }
  const inside = inContainer ? 'container ' : ''
  const shown =
    percent === undefined
      ? `${name} resource`
      : `${name} ${inside}resource utilization (percentage of request)`
  const status = inContainer
    ? { type: metric.type, containerResource: { name, container, current } }
    : { type: metric.type, resource: { name, current } }
  return { ok: true, value: { replicas, name: shown, status } }
}

const noResource = { name: '', target: { type: '' } as MetricTarget }
const noResourceTarget =
  'invalid resource metric source: neither an average utilization target nor an average value (usage) target was set'

function resourceReplicas(
  look: Look,
  samples: Parameters<typeof byAverage>[1],
  { resource, container, target }: { resource: string; container: string; target: MetricTarget },
): Answer<Proposal> {
  const { averageValue, averageUtilization: percent } = target
  if (averageValue !== undefined) {
    return byAverage(look, samples, { resource, target: milliOf(averageValue) })
  }
  if (percent === undefined) return { ok: false, error: noResourceTarget }
  return byUtilization(look, samples, { resource, container, percent })
}

function podsProposal({ look, source, namespace }: Asking, { pods }: MetricSpec): Outcome {
  const { name = '', selector } = pods?.metric ?? {}
  const target = milliOf(pods?.target.averageValue ?? '0')
  const query = { namespace, pods: look.pods, metric: name, ...(selector && { selector }) }
  const samples = fetched(source.pods(query), 'custom')
  const proposal = samples.ok
    ? byAverage(look, samples.value, { resource: '', target })
    : { ok: false as const, error: `unable to get metric ${name}: ${samples.error}` }
  if (!proposal.ok) {
    const error = `failed to get pods metric value: ${proposal.error}`
    return failed('FailedGetPodsMetric', proposal.error, error)
  }
  const { replicas, usage } = proposal.value
  const current = { averageValue: amount(usage) }
  const status = { type: 'Pods', pods: { metric: identified(name, selector), current } }
  return { ok: true, value: { replicas, name: `pods metric ${name}`, status } }
}

function identified(name: string, selector: LabelSelector | undefined) {
  return selector === undefined ? { name } : { name, selector }
}

function objectProposal({ look, source, namespace }: Asking, { object }: MetricSpec): Outcome {
  const describedObject = object?.describedObject ?? { kind: '', name: '' }
  const { name = '', selector } = object?.metric ?? {}
  const { type, value, averageValue } = object?.target ?? { type: '' }
  const reason = 'FailedGetObjectMetric'
  const wrap = 'failed to get object metric value: '
  const target = type === 'Value' ? value : type === 'AverageValue' ? averageValue : undefined
  if (target === undefined) {
    const error =
      'invalid object metric source: neither a value target nor an average value target was set'
    return failed(reason, error, wrap + error)
  }
  const query = { namespace, metric: name, object: describedObject, pods: look.pods }
  const usage = fetched(source.object({ ...query, ...(selector && { selector }) }), 'custom')
  const { kind } = describedObject
  const proposal = usage.ok
    ? total(look, usage.value, { type, target: milliOf(target) })
    : {
        ok: false as const,
        error: `unable to get metric ${name}: ${kind} on ${namespace} ${describedObject.name}/${usage.error}`,
      }
  if (!proposal.ok) {
    const again = type === 'Value' ? '' : `failed to get ${name} object metric: `
    return failed(reason, proposal.error, wrap + again + proposal.error)
  }
  const { replicas, usage: shown } = proposal.value
  const current = type === 'Value' ? { value: amount(shown) } : { averageValue: amount(shown) }
  const metric = identified(name, selector)
  const status = { type: 'Object', object: { metric, current, describedObject } }
  const title =
    type === 'Value'
      ? `${kind} metric ${name}`
      : `external metric ${name}(${selectorText(selector)})`
  return { ok: true, value: { replicas, name: title, status } }
}

function total(
  look: Look,
  usage: bigint,
  { type, target }: { readonly type: string; readonly target: bigint },
): Answer<Proposal> {
  if (type === 'Value') return byValue(look, usage, target)
  return { ok: true, value: byValuePerPod(look, usage, target) }
}

function externalProposal({ look, source, namespace }: Asking, metric: MetricSpec): Outcome {
  const { external } = metric
  const { name = '', selector } = external?.metric ?? {}
  const { value, averageValue } = external?.target ?? { type: '' }
  const reason = 'FailedGetExternalMetric'
  const wrap = `failed to get ${name} external metric value: `
  const target = averageValue ?? value
  if (target === undefined) {
    const error =
      'invalid external metric source: neither a value target nor an average value target was set'
    return failed(reason, error, wrap + error)
  }
  const query = { namespace, metric: name, pods: look.pods, ...(selector && { selector }) }
  const values = fetched(source.external(query), 'external')
  const type = averageValue === undefined ? 'Value' : 'AverageValue'
  const proposal = values.ok
    ? total(look, sumOf(values.value), { type, target: milliOf(target) })
    : {
        ok: false as const,
        error: `unable to get external metric ${namespace}/${name}/${selectorText(selector)}: ${values.error}`,
      }
  if (!proposal.ok) {
    const again =
      type === 'Value'
        ? `failed to get external metric ${name}: `
        : `failed to get ${name} external metric: `
    return failed(reason, proposal.error, wrap + again + proposal.error)
  }
  const { replicas, usage } = proposal.value
  const current = type === 'Value' ? { value: amount(usage) } : { averageValue: amount(usage) }
  const status = { type: 'External', external: { metric: identified(name, selector), current } }
  const title = `external metric ${name}(${selectorText(selector)})`
  return { ok: true, value: { replicas, name: title, status } }
}
