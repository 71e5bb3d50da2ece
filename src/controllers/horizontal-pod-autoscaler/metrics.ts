// What an autoscaler asks the metrics APIs, and what they answer.
// Upstream: pkg/controller/podautoscaler/metrics/{interfaces,client}.go, v1.36.3.

import type { CrossVersionObjectReference, LabelSelector, Pod } from '../../kube/generated/types.ts'

/** The usage of one pod: thousandths of the unit, measured over a window that ended at `atMs`. */
export interface PodSample {
  readonly milli: bigint
  readonly atMs: number
  readonly windowMs: number
}

/** Samples by name of the pod; pods of which nothing is known are missing. */
export type PodSamples = ReadonlyMap<string, PodSample>

export type Answer<T> =
  | { readonly ok: true; readonly value: T }
  | { readonly ok: false; readonly error: string }

export interface PodsQuery {
  readonly namespace: string
  /** The pods of the target. */
  readonly pods: readonly Pod[]
}

/** The metrics APIs of a cluster. Errors are texts as their clients see them. */
export interface MetricsSource {
  /** metrics.k8s.io: of one container, or the sum over all when `container` is empty. */
  resource(query: PodsQuery & { resource: string; container: string }): Answer<PodSamples>
  /** custom.metrics.k8s.io, of pods. */
  pods(query: PodsQuery & { metric: string; selector?: LabelSelector }): Answer<PodSamples>
  /** custom.metrics.k8s.io, of another object. */
  object(query: {
    namespace: string
    metric: string
    object: CrossVersionObjectReference
    selector?: LabelSelector
    pods: readonly Pod[]
  }): Answer<bigint>
  /** external.metrics.k8s.io: one value per series. */
  external(query: {
    namespace: string
    metric: string
    selector?: LabelSelector
    pods: readonly Pod[]
  }): Answer<readonly bigint[]>
}

function unable(what: string): { readonly ok: false; readonly error: string } {
  return { ok: false, error: `the server is currently unable to handle the request (get ${what})` }
}

/** The metrics APIs while nobody stands behind them. */
export const noMetrics: MetricsSource = {
  resource: () => unable('pods.metrics.k8s.io'),
  pods: () => unable('pods.custom.metrics.k8s.io'),
  object: () => unable('objects.custom.metrics.k8s.io'),
  external: ({ metric }) => unable(`${metric}.external.metrics.k8s.io`),
}

/** What clients say of an answer without items. */
export const emptyTexts = {
  resource: 'no metrics returned from resource metrics API',
  custom: 'no metrics returned from custom metrics API',
  external: 'no metrics returned from external metrics API',
} as const

/** Answers of a source, with the client's text around a failure. */
export function fetched<T>(answer: Answer<T>, api: keyof typeof emptyTexts): Answer<T> {
  if (answer.ok || Object.values<string>(emptyTexts).includes(answer.error)) return answer
  return { ok: false, error: `unable to fetch metrics from ${api} metrics API: ${answer.error}` }
}
