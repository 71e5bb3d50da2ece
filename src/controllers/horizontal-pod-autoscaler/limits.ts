// From what metrics propose to what an autoscaler does: stabilisation, rates, bounds.
// Port of pkg/controller/podautoscaler/horizontal.go (normalizeDesiredReplicas and what it calls),
// v1.36.3.

import type {
  HorizontalPodAutoscalerBehavior,
  HPAScalingRules,
} from '../../kube/generated/types.ts'

/** What an autoscaler remembers of its past. */
export interface History {
  readonly recommendations: readonly { readonly replicas: number; readonly atMs: number }[]
  readonly ups: readonly ScaleEvent[]
  readonly downs: readonly ScaleEvent[]
}

export interface ScaleEvent {
  readonly change: number
  readonly atMs: number
}

export const noHistory: History = { recommendations: [], ups: [], downs: [] }

export interface Wanted {
  readonly current: number
  /** What the metrics propose. */
  readonly proposed: number
  readonly min: number
  readonly max: number
  readonly nowMs: number
  /** --horizontal-pod-autoscaler-downscale-stabilization. */
  readonly downStabilizationMs: number
}

export interface ConditionText {
  readonly status: 'True' | 'False'
  readonly reason: string
  readonly message: string
}

export interface Limited {
  readonly replicas: number
  readonly history: History
  readonly ableToScale: ConditionText
  readonly scalingLimited: ConditionText
  /** True while only the past holds the autoscaler back. */
  readonly held: boolean
}

const texts = {
  ready: 'recommended size matches current size',
  downStabilized:
    'recent recommendations were higher than current one, applying the highest recent recommendation',
  upStabilized:
    'recent recommendations were lower than current one, applying the lowest recent recommendation',
  within: 'the desired count is within the acceptable range',
  few: 'the desired replica count is less than the minimum replica count',
  many: 'the desired replica count is more than the maximum replica count',
  fastUp: 'the desired replica count is increasing faster than the maximum scale rate',
  fastDown: 'the desired replica count is decreasing faster than the maximum scale rate',
} as const

/** The count to scale to. */
export function limited(
  wanted: Wanted,
  history: History,
  behavior: HorizontalPodAutoscalerBehavior | undefined,
): Limited {
  const stable =
    behavior === undefined ? stabilized(wanted, history) : stabilizedBy(behavior, wanted, history)
  const { replicas: target } = stable
  const bounded =
    behavior === undefined
      ? bounds(wanted, target)
      : rated(behavior, wanted, { target, history: stable.history })
  return {
    replicas: bounded.replicas,
    history: stable.history,
    ableToScale:
      target === wanted.proposed
        ? { status: 'True', reason: 'ReadyForNewScale', message: texts.ready }
        : { status: 'True', reason: stable.reason, message: stable.message },
    scalingLimited: {
      status: bounded.replicas === target ? 'False' : 'True',
      reason: bounded.reason,
      message: bounded.message,
    },
    held: target !== wanted.proposed || (bounded.replicas !== target && bounded.passing),
  }
}

interface Stable {
  readonly replicas: number
  readonly history: History
  readonly reason: string
  readonly message: string
}

type Recommendations = History['recommendations']

/** An old entry makes place for the new one; the last of several old ones. */
function remembered(
  recommendations: Recommendations,
  entry: Recommendations[number],
  isOld: (atMs: number) => boolean,
): Recommendations {
  const at = recommendations.findLastIndex(({ atMs }) => isOld(atMs))
  return at < 0 ? [...recommendations, entry] : recommendations.with(at, entry)
}

/** The highest recommendation of the last minutes. */
function stabilized({ proposed, nowMs, downStabilizationMs }: Wanted, history: History): Stable {
  const cutoff = nowMs - downStabilizationMs
  let replicas = proposed
  for (const entry of history.recommendations) {
    if (entry.atMs >= cutoff) replicas = Math.max(replicas, entry.replicas)
  }
  const entry = { replicas: proposed, atMs: nowMs }
  const recommendations = remembered(history.recommendations, entry, atMs => atMs < cutoff)
  return {
    replicas,
    history: { ...history, recommendations },
    reason: 'ScaleDownStabilized',
    message: texts.downStabilized,
  }
}

/** Windows of their own for both directions. */
function stabilizedBy(
  { scaleUp, scaleDown }: HorizontalPodAutoscalerBehavior,
  { current, proposed, nowMs, downStabilizationMs }: Wanted,
  history: History,
): Stable {
  const upCutoff = nowMs - (scaleUp?.stabilizationWindowSeconds ?? 0) * 1000
  const downSeconds = scaleDown?.stabilizationWindowSeconds
  const downCutoff = nowMs - (downSeconds === undefined ? downStabilizationMs : downSeconds * 1000)
  let [up, down] = [proposed, proposed]
  for (const { replicas, atMs } of history.recommendations) {
    if (atMs > upCutoff) up = Math.min(replicas, up)
    if (atMs > downCutoff) down = Math.max(replicas, down)
  }
  const entry = { replicas: proposed, atMs: nowMs }
  const isOld = (atMs: number): boolean => atMs < upCutoff && atMs < downCutoff
  const recommendations = remembered(history.recommendations, entry, isOld)
  const isUp = proposed >= current
  return {
    replicas: Math.min(Math.max(current, up), down),
    history: { ...history, recommendations },
    reason: isUp ? 'ScaleUpStabilized' : 'ScaleDownStabilized',
    message: isUp ? texts.upStabilized : texts.downStabilized,
  }
}

interface Bounded {
  readonly replicas: number
  readonly reason: string
  readonly message: string
  /** The limit is one of rate, which time lifts. */
  readonly passing: boolean
}

const inRange = { reason: 'DesiredWithinRange', message: texts.within, passing: false } as const

/** Without a behavior: at most twice as many, or four. */
function bounds({ current, min, max }: Wanted, target: number): Bounded {
  const fast = Math.max(2 * current, 4)
  const limit =
    max > fast
      ? { reason: 'ScaleUpLimit', message: texts.fastUp, passing: true }
      : { reason: 'TooManyReplicas', message: texts.many, passing: false }
  if (target < min) {
    return { replicas: min, reason: 'TooFewReplicas', message: texts.few, passing: false }
  }
  const most = Math.min(max, fast)
  return target > most ? { replicas: most, ...limit } : { replicas: target, ...inRange }
}

interface Rating {
  readonly target: number
  readonly history: History
}

/** With a behavior: what its policies allow per period. */
function rated(
  { scaleUp, scaleDown }: HorizontalPodAutoscalerBehavior,
  { current, min, max, nowMs }: Wanted,
  { target, history }: Rating,
): Bounded {
  if (target > current) {
    const fast = Math.max(current, rateLimit({ current, nowMs, history, direction: 1 }, scaleUp))
    const limit =
      max > fast
        ? { reason: 'ScaleUpLimit', message: texts.fastUp, passing: true }
        : { reason: 'TooManyReplicas', message: texts.many, passing: false }
    const most = Math.min(max, fast)
    if (target > most) return { replicas: most, ...limit }
  } else if (target < current) {
    const slow = Math.min(current, rateLimit({ current, nowMs, history, direction: -1 }, scaleDown))
    const limit =
      min < slow
        ? { reason: 'ScaleDownLimit', message: texts.fastDown, passing: true }
        : { reason: 'TooFewReplicas', message: texts.few, passing: false }
    const least = Math.max(min, slow)
    if (target < least) return { replicas: least, ...limit }
  }
  return { replicas: target, ...inRange }
}

interface Rate {
  readonly current: number
  readonly nowMs: number
  readonly history: History
  readonly direction: 1 | -1
}

/** How far the policies let the count go from where it was at the start of each period. */
function rateLimit(
  { current, nowMs, history, direction }: Rate,
  rules: HPAScalingRules | undefined,
): number {
  if (rules?.selectPolicy === 'Disabled') return current
  const proposals = (rules?.policies ?? []).map(({ type, value, periodSeconds }) => {
    const cutoff = nowMs - periodSeconds * 1000
    const start = current - changeSince(history.ups, cutoff) + changeSince(history.downs, cutoff)
    if (type === 'Pods') return start + direction * value
    const share = start * (1 + (direction * value) / 100)
    return direction === 1 ? Math.ceil(share) : Math.trunc(share)
  })
  // `Max` means the greatest change, which downwards is the smallest count.
  const largest = (rules?.selectPolicy === 'Min') !== (direction === 1)
  return largest ? Math.max(...proposals) : Math.min(...proposals)
}

function changeSince(events: readonly ScaleEvent[], cutoff: number): number {
  return events.reduce((sum, { change, atMs }) => (atMs > cutoff ? sum + change : sum), 0)
}

/** Remembers a change for the policies; without a behavior nobody asks for it. */
export function withScaleEvent(
  history: History,
  behavior: HorizontalPodAutoscalerBehavior | undefined,
  { from, to, nowMs }: { readonly from: number; readonly to: number; readonly nowMs: number },
): History {
  if (behavior === undefined) return history
  const isUp = to > from
  const periods = ((isUp ? behavior.scaleUp : behavior.scaleDown)?.policies ?? []).map(
    ({ periodSeconds }) => periodSeconds,
  )
  const cutoff = nowMs - Math.max(0, ...periods) * 1000
  const events = (isUp ? history.ups : history.downs).filter(({ atMs }) => atMs >= cutoff)
  const entry = { change: Math.abs(to - from), atMs: nowMs }
  return { ...history, [isUp ? 'ups' : 'downs']: [...events, entry] }
}
