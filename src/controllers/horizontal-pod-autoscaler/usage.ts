// From usage to a ratio of what is wanted, and from pods to what they request.
// Port of pkg/controller/podautoscaler/metrics/utilization.go and replica_calculator.go
// (groupPods, calculateRequests), v1.36.3.

import type { Container, Pod } from '../../kube/generated/types.ts'
import { podCondition } from '../../kube/pod.ts'
import { quantityOf } from '../../kube/quantity.ts'
import { scaledInt64 } from '../../kube/quantity-math.ts'
import { hasPodLevel, podRequests } from '../../kube/resources.ts'
import { parseTime } from '../../kube/time.ts'
import type { Answer, PodSamples } from './metrics.ts'

/** By how much usage may differ from the target before anything is scaled. */
export interface Tolerances {
  readonly down: number
  readonly up: number
}

export function isWithin({ down, up }: Tolerances, ratio: number): boolean {
  return 1 - down <= ratio && ratio <= 1 + up
}

/** Flags of kube-controller-manager that say when a young pod counts. */
export interface Readiness {
  readonly cpuInitializationMs: number
  readonly initialReadinessDelayMs: number
}

export interface PodGroups {
  readonly ready: number
  readonly unready: ReadonlySet<string>
  readonly missing: ReadonlySet<string>
  readonly ignored: ReadonlySet<string>
}

export interface Grouping {
  readonly samples: PodSamples
  /** Only for CPU the start of a pod is left out. */
  readonly resource: string
  readonly nowMs: number
  readonly readiness: Readiness
}

/** Which pods count, and how. */
export function groupPods(pods: readonly Pod[], grouping: Grouping): PodGroups {
  const unready = new Set<string>()
  const missing = new Set<string>()
  const ignored = new Set<string>()
  let ready = 0
  for (const pod of pods) {
    const { name = '', deletionTimestamp } = pod.metadata
    const phase = pod.status?.phase
    if (deletionTimestamp !== undefined || phase === 'Failed') ignored.add(name)
    else if (phase === 'Pending') unready.add(name)
    else if (!grouping.samples.has(name)) missing.add(name)
    else if (grouping.resource === 'cpu' && isYoung(pod, grouping)) unready.add(name)
    else ready += 1
  }
  return { ready, unready, missing, ignored }
}

function isYoung(pod: Pod, { samples, nowMs, readiness }: Grouping): boolean {
  const condition = podCondition(pod, 'Ready')
  const start = pod.status?.startTime
  const sample = samples.get(pod.metadata.name ?? '')
  if (condition === undefined || start === undefined || sample === undefined) return true
  const startMs = parseTime(start)
  const changedMs = parseTime(condition.lastTransitionTime ?? '')
  const isUnready = condition.status === 'False'
  if (startMs + readiness.cpuInitializationMs > nowMs) {
    return isUnready || sample.atMs < changedMs + sample.windowMs
  }
  return isUnready && startMs + readiness.initialReadinessDelayMs > changedMs
}

/** Requests of each pod in thousandths, by name; the text is what is missing. */
export function requestsOf(
  pods: readonly Pod[],
  resource: string,
  container: string,
): Answer<ReadonlyMap<string, bigint>> {
  const requests = new Map<string, bigint>()
  for (const pod of pods) {
    const podLevel = container === '' && hasPodLevel(pod, 'requests')
    const request = podLevel
      ? podLevelRequest(pod, resource)
      : containersRequest(pod, resource, container)
    if (!request.ok) return request
    requests.set(pod.metadata.name ?? '', request.value)
  }
  return { ok: true, value: requests }
}

function podLevelRequest(pod: Pod, resource: string): Answer<bigint> {
  const amount = podRequests(pod).get(resource)
  if (amount !== undefined) return { ok: true, value: scaledInt64(amount, -3) }
  const name = pod.metadata.name ?? ''
  return { ok: false, error: `missing pod-level request for ${resource} in Pod ${name}` }
}

function containersRequest(pod: Pod, resource: string, wanted: string): Answer<bigint> {
  const name = pod.metadata.name ?? ''
  const sidecars = pod.spec?.initContainers?.filter(each => each.restartPolicy === 'Always') ?? []
  const containers: readonly Container[] = [...(pod.spec?.containers ?? []), ...sidecars]
  let sum = 0n
  for (const container of containers) {
    if (wanted !== '' && container.name !== wanted) continue
    const request = container.resources?.requests?.[resource]
    if (request === undefined) {
      const error = `missing request for ${resource} in container ${container.name} of Pod ${name}`
      return { ok: false, error }
    }
    sum += scaledInt64(quantityOf(request), -3)
    if (wanted !== '') return { ok: true, value: sum }
  }
  if (wanted === '') return { ok: true, value: sum }
  return { ok: false, error: `container ${wanted} not found in Pod ${name}` }
}

/** Usage of pods in thousandths, by name; changed while missing pods are filled in. */
export type Usage = Map<string, bigint>

export interface Utilization {
  readonly ratio: number
  readonly percent: number
  readonly average: bigint
}

/** Usage as a share of what is requested, against the target percentage. */
export function utilizationOf(
  usage: Usage,
  requests: ReadonlyMap<string, bigint>,
  targetPercent: number,
): Answer<Utilization> {
  let [used, requested, count] = [0n, 0n, 0n]
  for (const [name, milli] of usage) {
    const request = requests.get(name)
    if (request === undefined) continue
    used += milli
    requested += request
    count += 1n
  }
  if (requested === 0n) return { ok: false, error: 'no metrics returned matched known pods' }
  const percent = Number(BigInt.asIntN(32, (used * 100n) / requested))
  return { ok: true, value: { ratio: percent / targetPercent, percent, average: used / count } }
}

/** Average usage against the target. */
export function averageOf(usage: Usage, target: bigint): { ratio: number; average: bigint } {
  let used = 0n
  for (const milli of usage.values()) used += milli
  const average = used / BigInt(usage.size)
  return { ratio: Number(average) / Number(target), average }
}
