// One look of an autoscaler at its target: pure, from what it sees to what it wants.
// Port of pkg/controller/podautoscaler/horizontal.go (reconcileAutoscaler,
// computeReplicasForMetrics), v1.36.3.

import type {
  HorizontalPodAutoscaler,
  HorizontalPodAutoscalerCondition,
  MetricStatus,
  Pod,
} from '../../kube/generated/types.ts'
import { quantityOf } from '../../kube/quantity.ts'
import { formatTime } from '../../kube/time.ts'
import { type ConditionText, type History, limited } from './limits.ts'
import type { MetricsSource } from './metrics.ts'
import { type Outcome, proposalOf } from './proposals.ts'
import type { Readiness, Tolerances } from './usage.ts'

/** Flags of kube-controller-manager. */
export interface AutoscalerOptions extends Readiness {
  readonly syncPeriodMs: number
  readonly tolerance: number
  readonly downStabilizationMs: number
  /** How long one look takes until its requests are answered. */
  readonly workMs: number
  /** Tolerances of the behavior count (gate HPAConfigurableTolerance, on since 1.35). */
  readonly configurableTolerance: boolean
}

export const autoscalerDefaults: AutoscalerOptions = {
  syncPeriodMs: 15_000,
  tolerance: 0.1,
  downStabilizationMs: 300_000,
  cpuInitializationMs: 300_000,
  initialReadinessDelayMs: 30_000,
  workMs: 0,
  configurableTolerance: true,
}

/** What the scale subresource of the target says. */
export interface Scale {
  readonly replicas: number
  readonly statusReplicas: number
  /** In text form; empty when the target has none. */
  readonly selector: string
}

export interface Situation {
  readonly autoscaler: HorizontalPodAutoscaler
  readonly scale: Scale
  /** Pods under the selector. */
  readonly pods: readonly Pod[]
  /** Keys of all autoscalers whose selectors choose any of these pods, sorted. */
  readonly rivals: readonly string[]
  readonly nowMs: number
  readonly history: History
  readonly options: AutoscalerOptions
  readonly source: MetricsSource
}

export interface AutoscalerEvent {
  readonly reason: string
  readonly message: string
}

export interface Decision {
  readonly conditions: Conditions
  /** Null when no metric was looked at. */
  readonly metrics: readonly MetricStatus[] | null
  readonly desired: number
  readonly rescale: boolean
  readonly reason: string
  /** Warnings on the way, in order. */
  readonly events: readonly AutoscalerEvent[]
  readonly history: History
  /** The look ends here with this error: nothing is scaled. */
  readonly failure?: string
  /** Some metric failed, others decided. */
  readonly error?: string
  /** Only the past holds the autoscaler back: it will act by itself. */
  readonly held: boolean
}

/** Conditions in the order in which they first appeared. */
export class Conditions {
  private list: readonly HorizontalPodAutoscalerCondition[]
  private readonly now: string

  constructor(list: readonly HorizontalPodAutoscalerCondition[], nowMs: number) {
    this.list = list
    this.now = formatTime(nowMs)
  }

  get all(): readonly HorizontalPodAutoscalerCondition[] {
    return this.list
  }

  set(type: string, { status, reason, message }: ConditionText): void {
    const at = this.list.findIndex(each => each.type === type)
    const known = this.list[at]
    const since = known?.status === status ? known.lastTransitionTime : this.now
    const condition: HorizontalPodAutoscalerCondition = {
      type,
      status,
      ...(since !== undefined && { lastTransitionTime: since }),
      reason,
      message,
    }
    this.list = at < 0 ? [...this.list, condition] : this.list.with(at, condition)
  }

  remove(type: string): void {
    this.list = this.list.filter(each => each.type !== type)
  }
}

/** `Deployment/shop/web`, as errors name the target. */
export function referenceOf({ metadata, spec }: HorizontalPodAutoscaler): string {
  const { kind = '', name = '' } = spec?.scaleTargetRef ?? {}
  return `${kind}/${metadata.namespace ?? ''}/${name}`
}

/** What the autoscaler makes of what it sees. */
export function decide(situation: Situation): Decision {
  const { autoscaler, scale, nowMs } = situation
  const { minReplicas: min = 1, maxReplicas: max = 0 } = autoscaler.spec ?? {}
  const conditions = new Conditions(autoscaler.status?.conditions ?? [], nowMs)
  conditions.set('AbleToScale', {
    status: 'True',
    reason: 'SucceededGetScale',
    message: "the HPA controller was able to get the target's current scale",
  })
  const { replicas: current } = scale
  const { recommendations } = situation.history
  const history: History =
    recommendations.length > 0
      ? situation.history
      : { ...situation.history, recommendations: [{ replicas: current, atMs: nowMs }] }
  const fixed = { conditions, metrics: null, events: [], history, held: false } as const
  if (current === 0) {
    conditions.set('ScalingActive', {
      status: 'False',
      reason: 'ScalingDisabled',
      message: 'scaling is disabled since the replica count of the target is zero',
    })
    conditions.remove('ScaledToZero')
    return { ...fixed, desired: 0, rescale: false, reason: '' }
  }
  if (current > max) {
    const reason = 'Current number of replicas above Spec.MaxReplicas'
    return { ...fixed, desired: max, rescale: true, reason }
  }
  if (current < min) {
    const reason = 'Current number of replicas below Spec.MinReplicas'
    return { ...fixed, desired: min, rescale: true, reason }
  }
  return decideByMetrics({ ...situation, history }, conditions)
}

interface Computed {
  readonly replicas: number
  readonly name: string
  readonly statuses: readonly MetricStatus[]
  readonly events: readonly AutoscalerEvent[]
  readonly error?: string
  readonly fails: boolean
}

function decideByMetrics(situation: Situation, conditions: Conditions): Decision {
  const { autoscaler, scale, nowMs, history, options } = situation
  const { minReplicas: min = 1, maxReplicas: max = 0, behavior } = autoscaler.spec ?? {}
  const { replicas: current } = scale
  const computed = selectorProblem(situation, conditions) ?? compute(situation, conditions)
  const { statuses, events, error } = computed
  if (computed.fails) {
    const failure =
      'failed to compute desired number of replicas based on listed metrics for ' +
      `${referenceOf(autoscaler)}: ${error ?? ''}`
    const rest = { conditions, desired: autoscaler.status?.desiredReplicas ?? 0, rescale: false }
    const told = [...events, { reason: 'FailedComputeMetricsReplicas', message: error ?? '' }]
    const metrics = statuses.length === 0 ? null : statuses
    return { ...rest, metrics, reason: '', events: told, history, failure, held: false }
  }
  const proposed = Math.max(0, computed.replicas)
  const name = computed.replicas > 0 ? computed.name : ''
  const reason =
    proposed > current
      ? `${name} above target`
      : proposed < current
        ? 'All metrics below target'
        : ''
  const { downStabilizationMs } = options
  const wanted = { current, proposed, min, max, nowMs, downStabilizationMs }
  const limit = limited(wanted, history, behavior)
  conditions.set('AbleToScale', limit.ableToScale)
  conditions.set('ScalingLimited', limit.scalingLimited)
  return {
    conditions,
    metrics: statuses,
    desired: limit.replicas,
    rescale: limit.replicas !== current,
    reason,
    events,
    history: limit.history,
    ...(error !== undefined && { error }),
    held: limit.held,
  }
}

/** A target without a selector, or with one that another autoscaler shares, is not scaled. */
function selectorProblem(
  { scale: { selector }, rivals }: Situation,
  conditions: Conditions,
): Computed | undefined {
  const failed = { replicas: -1, name: '', statuses: [], fails: true } as const
  if (selector === '') {
    const error = 'selector is required'
    const message = "the HPA target's scale is missing a selector"
    conditions.set('ScalingActive', { status: 'False', reason: 'InvalidSelector', message })
    return { ...failed, events: [{ reason: 'SelectorRequired', message: error }], error }
  }
  if (rivals.length <= 1) return undefined
  const error = `pods by selector ${selector} are controlled by multiple HPAs: [${rivals.join(' ')}]`
  const reason = 'AmbiguousSelector'
  conditions.set('ScalingActive', { status: 'False', reason, message: error })
  return { ...failed, events: [{ reason, message: error }], error }
}

function tolerancesOf({ autoscaler, options }: Situation): Tolerances {
  const { tolerance } = options
  const behavior = options.configurableTolerance ? autoscaler.spec?.behavior : undefined
  const own = (given: string | number | undefined): number =>
    given === undefined ? tolerance : approximate(given)
  return { up: own(behavior?.scaleUp?.tolerance), down: own(behavior?.scaleDown?.tolerance) }
}

/** Quantity.AsApproximateFloat64: the unscaled value times a power of ten. */
function approximate(given: string | number): number {
  const { unscaled, scale } = quantityOf(given)
  return scale < 0 ? Number(unscaled) / 10 ** -scale : Number(unscaled) * 10 ** scale
}

/** The highest proposal of all metrics; a metric that fails keeps others from scaling down. */
function compute(situation: Situation, conditions: Conditions): Computed {
  const { autoscaler, scale, pods, nowMs, options, source } = situation
  const metrics = autoscaler.spec?.metrics ?? []
  const look = {
    currentReplicas: scale.replicas,
    statusReplicas: scale.statusReplicas,
    pods,
    nowMs,
    readiness: options,
    tolerances: tolerancesOf(situation),
  }
  const namespace = autoscaler.metadata.namespace ?? ''
  const outcomes = metrics.map(metric => proposalOf({ look, source, namespace }, metric))
  const failures = outcomes.filter(isFailure)
  const events = failures.map(({ reason, detail }) => ({ reason, message: detail }))
  const statuses = outcomes.map(each => (each.ok ? each.value.status : { type: '' }))
  let [replicas, name] = [0, '']
  for (const outcome of outcomes) {
    if (!outcome.ok || (replicas !== 0 && outcome.value.replicas <= replicas)) continue
    ;({ replicas, name } = outcome.value)
  }
  const [first] = failures
  const total = `invalid metrics (${failures.length} invalid out of ${metrics.length})`
  const error = first && `${total}, first error is: ${first.error}`
  const fails =
    failures.length >= metrics.length || (failures.length > 0 && replicas < scale.replicas)
  if (fails && first !== undefined) {
    const message = `the HPA was unable to compute the replica count: ${first.detail}`
    conditions.set('ScalingActive', { status: 'False', reason: first.reason, message })
  } else {
    const message = `the HPA was able to successfully calculate a replica count from ${name}`
    conditions.set('ScalingActive', { status: 'True', reason: 'ValidMetricFound', message })
  }
  return { replicas, name, statuses, events, fails, ...(error !== undefined && { error }) }
}

function isFailure(outcome: Outcome): outcome is Extract<Outcome, { ok: false }> {
  return !outcome.ok
}
