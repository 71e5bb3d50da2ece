// What measurements make of a metric, and metrics of a run.
// Port of argo-rollouts v1.8.3 analysis/analysis.go (assessRunStatus, assessMetricStatus).

import { isOver, type Metric, type MetricResult, numberOf, type Phase } from './types.ts'

interface Assessed {
  readonly phase: Phase
  readonly message?: string
}

const consecutiveErrorsDefault = 4

/** Best first; of several metrics the worst decides. */
const order: readonly Phase[] = [
  'Successful',
  'Running',
  'Pending',
  'Inconclusive',
  'Error',
  'Failed',
]

/** EffectiveCount: one, unless the metric is to be measured again and again. */
export function countOf({ count, interval }: Metric): number | undefined {
  const wanted = numberOf(count)
  if (wanted !== undefined && wanted !== 0) return wanted
  return interval === undefined || interval === '' ? 1 : undefined
}

/** assessMetricFailureInconclusiveOrError: the last limit that is exceeded decides. */
function exceeded(metric: Metric, result: MetricResult): Assessed | undefined {
  const { failed = 0, inconclusive = 0, consecutiveError = 0 } = result
  const failures = numberOf(metric.failureLimit) ?? 0
  const unclear = numberOf(metric.inconclusiveLimit) ?? 0
  const errors = numberOf(metric.consecutiveErrorLimit) ?? consecutiveErrorsDefault
  if (consecutiveError > errors) {
    const message = `consecutiveErrors (${consecutiveError}) > consecutiveErrorLimit (${errors})`
    return { phase: 'Error', message }
  }
  if (inconclusive > unclear) {
    const message = `inconclusive (${inconclusive}) > inconclusiveLimit (${unclear})`
    return { phase: 'Inconclusive', message }
  }
  if (failures >= 0 && failed > failures) {
    return { phase: 'Failed', message: `failed (${failed}) > failureLimit (${failures})` }
  }
  return undefined
}

export function assessMetric(metric: Metric, result: MetricResult, isEnding: boolean): Phase {
  if (isOver(result.phase)) return result.phase
  if (result.measurements.length === 0) return isEnding ? 'Successful' : 'Pending'
  const limit = exceeded(metric, result)
  if (limit !== undefined) return limit.phase
  const successes = numberOf(metric.consecutiveSuccessLimit) ?? 0
  if (successes > 0 && (result.consecutiveSuccess ?? 0) >= successes) return 'Successful'
  const count = countOf(metric)
  if (count !== undefined && (result.count ?? 0) >= count) {
    if (successes === 0) return 'Successful'
    return (numberOf(metric.failureLimit) ?? 0) >= 0 ? 'Inconclusive' : 'Failed'
  }
  return isEnding ? 'Successful' : 'Running'
}

/** A run ends by request, or when a metric that counts has not succeeded. */
export function isEnding(isAsked: boolean, results: readonly MetricResult[]): boolean {
  if (isAsked) return true
  return results.some(
    ({ phase, dryRun }) => dryRun !== true && ['Failed', 'Error', 'Inconclusive'].includes(phase),
  )
}

export function assessRun(
  metrics: readonly Metric[],
  results: readonly MetricResult[],
  isAsked: boolean,
): Assessed {
  const ends = isEnding(isAsked, results)
  let worst: Phase | undefined
  let message = isAsked ? 'Run Terminated' : ''
  let areAllOver = true
  for (const metric of metrics) {
    const result = results.find(({ name }) => name === metric.name)
    if (result === undefined || !isOver(result.phase)) {
      areAllOver = false
      continue
    }
    const { phase } = result
    if (result.dryRun === true) worst ??= 'Successful'
    else if (worst === undefined || order.indexOf(phase) > order.indexOf(worst)) {
      worst = phase
      const why = exceeded(metric, result)?.message
      if (why === undefined) continue
      const said = result.message ? `: "Error Message: ${result.message}"` : ''
      message = `Metric "${metric.name}" assessed ${phase} due to ${why}${said}`
    }
  }
  if (ends) return { phase: worst ?? 'Successful', message }
  return areAllOver && worst !== undefined ? { phase: worst, message } : { phase: 'Running' }
}
