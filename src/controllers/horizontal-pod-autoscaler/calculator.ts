// How many replicas one metric asks for.
// Port of pkg/controller/podautoscaler/replica_calculator.go, v1.36.3.

import type { Pod } from '../../kube/generated/types.ts'
import { isPodReady } from '../../kube/pod.ts'
import type { Answer, PodSamples } from './metrics.ts'
import {
  averageOf,
  groupPods,
  isWithin,
  type PodGroups,
  type Readiness,
  requestsOf,
  type Tolerances,
  type Usage,
  utilizationOf,
} from './usage.ts'

/** What is the same for all metrics of one look. */
export interface Look {
  readonly currentReplicas: number
  /** Replicas that the target's status tells of. */
  readonly statusReplicas: number
  readonly pods: readonly Pod[]
  readonly nowMs: number
  readonly readiness: Readiness
  readonly tolerances: Tolerances
}

export interface Proposal {
  readonly replicas: number
  /** Usage in thousandths: an average over pods, or the value itself. */
  readonly usage: bigint
  readonly percent?: number
}

const noPods = 'no pods returned by selector while calculating replica count'
const noUsage = 'did not receive metrics for targeted pods (pods might be unready)'
const int32Max = 2_147_483_647
const int64Max = 2n ** 63n - 1n

interface Counted {
  readonly groups: PodGroups
  readonly usage: Usage
}

function countedPods(look: Look, samples: PodSamples, resource: string): Answer<Counted> {
  const { pods, nowMs, readiness } = look
  if (pods.length === 0) return { ok: false, error: noPods }
  const groups = groupPods(pods, { samples, resource, nowMs, readiness })
  const usage: Usage = new Map()
  for (const [name, { milli }] of samples) {
    if (!groups.ignored.has(name) && !groups.unready.has(name)) usage.set(name, milli)
  }
  if (usage.size === 0) return { ok: false, error: noUsage }
  return { ok: true, value: { groups, usage } }
}

/** The ratio of the usage as filled in, or why there is none. */
type Ratio = (usage: Usage) => Answer<number>

interface Filling {
  /** Usage that a pod without a sample is taken to have when replicas would go down. */
  readonly missing: (name: string) => bigint
  readonly ratioOf: Ratio
}

/** Replicas by the ratio: pods of which nothing is known damp the change, never turn it round. */
function replicasBy(
  look: Look,
  ratio: number,
  { groups, usage }: Counted,
  { missing, ratioOf }: Filling,
): Answer<number> {
  const { currentReplicas, tolerances } = look
  const current: Answer<number> = { ok: true, value: currentReplicas }
  const upWithUnready = groups.unready.size > 0 && ratio > 1
  if (!upWithUnready && groups.missing.size === 0) {
    if (isWithin(tolerances, ratio)) return current
    return { ok: true, value: Math.ceil(ratio * groups.ready) }
  }
  for (const name of groups.missing) {
    if (ratio < 1) usage.set(name, missing(name))
    else if (ratio > 1) usage.set(name, 0n)
  }
  if (upWithUnready) for (const name of groups.unready) usage.set(name, 0n)
  const again = ratioOf(usage)
  if (!again.ok) return again
  const next = again.value
  const turned = (ratio < 1 && next > 1) || (ratio > 1 && next < 1)
  if (isWithin(tolerances, next) || turned) return current
  const replicas = Math.ceil(next * usage.size)
  const back = (next < 1 && replicas > currentReplicas) || (next > 1 && replicas < currentReplicas)
  return back ? current : { ok: true, value: replicas }
}

/** By the share of what pods request. */
export function byUtilization(
  look: Look,
  samples: PodSamples,
  metric: { readonly resource: string; readonly container: string; readonly percent: number },
): Answer<Proposal> {
  const counted = countedPods(look, samples, metric.resource)
  if (!counted.ok) return counted
  const requests = requestsOf(look.pods, metric.resource, metric.container)
  if (!requests.ok) return requests
  const first = utilizationOf(counted.value.usage, requests.value, metric.percent)
  if (!first.ok) return first
  const { ratio, percent, average } = first.value
  const fallback = BigInt(Math.max(100, metric.percent))
  const replicas = replicasBy(look, ratio, counted.value, {
    missing: name => ((requests.value.get(name) ?? 0n) * fallback) / 100n,
    ratioOf: usage => {
      const again = utilizationOf(usage, requests.value, metric.percent)
      return again.ok ? { ok: true, value: again.value.ratio } : again
    },
  })
  if (!replicas.ok) return replicas
  return { ok: true, value: { replicas: replicas.value, usage: average, percent } }
}

/** By the average over pods. */
export function byAverage(
  look: Look,
  samples: PodSamples,
  metric: { readonly resource: string; readonly target: bigint },
): Answer<Proposal> {
  const counted = countedPods(look, samples, metric.resource)
  if (!counted.ok) return counted
  const { ratio, average } = averageOf(counted.value.usage, metric.target)
  const replicas = replicasBy(look, ratio, counted.value, {
    missing: () => metric.target,
    ratioOf: usage => ({ ok: true, value: averageOf(usage, metric.target).ratio }),
  })
  if (!replicas.ok) return replicas
  return { ok: true, value: { replicas: replicas.value, usage: average } }
}

/** By a value that is not of single pods, against a target for the whole. */
export function byValue(look: Look, usage: bigint, target: bigint): Answer<Proposal> {
  const { currentReplicas, pods, tolerances } = look
  const ratio = Number(usage) / Number(target)
  if (currentReplicas === 0) return { ok: true, value: { replicas: Math.ceil(ratio), usage } }
  if (isWithin(tolerances, ratio)) {
    return { ok: true, value: { replicas: currentReplicas, usage } }
  }
  if (pods.length === 0) {
    return { ok: false, error: `unable to calculate ready pods: ${noPods}` }
  }
  const ready = pods.filter(pod => pod.status?.phase === 'Running' && isPodReady(pod)).length
  const replicas = Math.min(int32Max, Math.ceil(ratio * ready))
  return { ok: true, value: { replicas, usage } }
}

/** By a value that is not of single pods, against a target for each. */
export function byValuePerPod(look: Look, usage: bigint, target: bigint): Proposal {
  const { statusReplicas, tolerances } = look
  const ratio = Number(usage) / (Number(target) * statusReplicas)
  const replicas = isWithin(tolerances, ratio)
    ? statusReplicas
    : Math.min(int32Max, Math.ceil(Number(usage) / Number(target)))
  return { replicas, usage: perPod(usage, statusReplicas) }
}

function perPod(usage: bigint, count: number): bigint {
  if (usage >= int64Max) return int64Max
  const average = Math.ceil(Number(usage) / count)
  // Go converts infinity and not-a-number to the smallest integer.
  return Number.isFinite(average) ? BigInt(average) : -int64Max - 1n
}

/** The sum of all series; it stops at the largest integer. */
export function sumOf(values: readonly bigint[]): bigint {
  let sum = 0n
  for (const value of values) {
    sum += value
    if (sum > int64Max) return int64Max
  }
  return sum
}
