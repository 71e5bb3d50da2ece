// Answers HPA vectors: timelines of one autoscaler, with the metrics of each step as given.

import {
  autoscalerDefaults,
  decide,
} from '../../../src/controllers/horizontal-pod-autoscaler/decision.ts'
import {
  type History,
  noHistory,
  withScaleEvent,
} from '../../../src/controllers/horizontal-pod-autoscaler/limits.ts'
import {
  type Answer,
  emptyTexts,
  type MetricsSource,
  type PodSample,
} from '../../../src/controllers/horizontal-pod-autoscaler/metrics.ts'
import { statusAfter } from '../../../src/controllers/horizontal-pod-autoscaler/status.ts'
import { applyDefaults } from '../../../src/kube/defaults/registry.ts'
import type { HorizontalPodAutoscaler, Pod } from '../../../src/kube/generated/types.ts'
import type { Topic } from './topic.ts'

interface Sample {
  readonly containers: Readonly<Record<string, number | string>>
  readonly age: number
  readonly window: number
}

interface Step {
  readonly at: number
  readonly pods: readonly Pod[] | null
  readonly statusReplicas: number
  readonly setReplicas?: number
  readonly metrics: {
    readonly resource?: Readonly<Record<string, Readonly<Record<string, Sample>>>>
    readonly pods?: Readonly<Record<string, Readonly<Record<string, number | string>>>>
    readonly object?: Readonly<Record<string, number | string>>
    readonly external?: Readonly<Record<string, readonly (number | string)[]>>
  }
}

interface Timeline {
  readonly hpa: HorizontalPodAutoscaler
  readonly startReplicas: number
  readonly steps: readonly Step[]
}

const epochMs = 946_684_800_000
const customWindowMs = 60_000

function sourceOf({ metrics }: Step, nowMs: number): MetricsSource {
  const empty = (api: keyof typeof emptyTexts): Answer<never> => ({
    ok: false,
    error: emptyTexts[api],
  })
  return {
    resource: ({ resource, container }) => {
      const all = Object.entries(metrics.resource?.[resource] ?? {})
      // The API lists a pod with all of its resources, so other resources keep it from being empty.
      const any = Object.values(metrics.resource ?? {}).some(each => Object.keys(each).length > 0)
      if (!any) return empty('resource')
      const samples = new Map<string, PodSample>()
      for (const [name, { containers, age, window }] of all) {
        const used = container === '' ? Object.values(containers) : [containers[container]]
        if (used.length === 0 || used.includes(undefined)) continue
        const milli = used.reduce((sum: bigint, each) => sum + BigInt(each ?? 0), 0n)
        samples.set(name, { milli, atMs: nowMs - age * 1000, windowMs: window * 1000 })
      }
      return { ok: true, value: samples }
    },
    pods: ({ metric }) => {
      const all = Object.entries(metrics.pods?.[metric] ?? {})
      if (all.length === 0) return empty('custom')
      const sample = (milli: number | string): PodSample => ({
        milli: BigInt(milli),
        atMs: nowMs,
        windowMs: customWindowMs,
      })
      return { ok: true, value: new Map(all.map(([name, milli]) => [name, sample(milli)])) }
    },
    object: ({ metric }) => {
      const value = metrics.object?.[metric]
      // The recorded client says no more of an object without the metric.
      if (value === undefined) return { ok: false, error: 'not found' }
      return { ok: true, value: BigInt(value) }
    },
    external: ({ metric }) => {
      const values = metrics.external?.[metric] ?? []
      return values.length === 0 ? empty('external') : { ok: true, value: values.map(BigInt) }
    },
  }
}

export const answer: Topic = (_family, input) => {
  const { hpa, startReplicas, steps } = input as Timeline
  let autoscaler = applyDefaults('HorizontalPodAutoscaler', hpa) as HorizontalPodAutoscaler
  let replicas = startReplicas
  let history: History = noHistory
  const out = steps.map(step => {
    if (step.setReplicas !== undefined) replicas = step.setReplicas
    const nowMs = epochMs + step.at * 1000
    const pods = [...(step.pods ?? [])]
    const scale = { replicas, statusReplicas: step.statusReplicas, selector: 'app=web' }
    const source = sourceOf(step, nowMs)
    const situation = { autoscaler, scale, pods, rivals: [], nowMs, history, source }
    const decision = decide({ ...situation, options: autoscalerDefaults })
    history = decision.history
    const events = decision.events.map(({ reason, message }) => `Warning ${reason} ${message}`)
    const rescale = decision.rescale && decision.failure === undefined
    if (rescale) {
      events.push(
        `Normal SuccessfulRescale New size: ${decision.desired}; reason: ${decision.reason}`,
      )
      const change = { from: replicas, to: decision.desired, nowMs }
      history = withScaleEvent(history, autoscaler.spec?.behavior, change)
    }
    const status = statusAfter({ autoscaler, decision, current: replicas, nowMs })
    if (rescale) replicas = decision.desired
    autoscaler = { ...autoscaler, status }
    return {
      error: decision.failure ?? decision.error ?? null,
      events: events.length === 0 ? null : events,
      replicas,
      scaled: rescale,
      status,
    }
  })
  return { steps: out }
}
