// How long a Job waits before it replaces failed pods.
// Upstream: pkg/controller/job/backoff_utils.go, v1.36.3.

import type { ContainerStatus, Pod } from '../../kube/generated/types.ts'
import { parseTime } from '../../kube/time.ts'
import { indexFailures, indexIgnoredFailures } from './job-spec.ts'

const backoffBaseMs = 10_000
const backoffMaxMs = 10 * 60 * 1000

/** Failures since the last success, and when the last one was. */
export interface BackoffRecord {
  readonly failures: number
  readonly lastFailureMs?: number
}

/** The record after newly finished pods. */
export function nextRecord(
  before: BackoffRecord | undefined,
  succeeded: readonly Pod[],
  failed: readonly Pod[],
): BackoffRecord {
  const old = before ?? { failures: 0 }
  const failures = failed.map(finishedMs).sort((a, b) => a - b)
  const lastFailureMs = failures.at(-1)
  if (succeeded.length === 0) {
    if (lastFailureMs === undefined) return old
    return { failures: old.failures + failures.length, lastFailureMs }
  }
  const lastSuccessMs = Math.max(...succeeded.map(finishedMs))
  const since = failures.filter(atMs => atMs > lastSuccessMs)
  return since.length === 0 || lastFailureMs === undefined
    ? { failures: 0 }
    : { failures: since.length, lastFailureMs }
}

/** 10 s, 20 s, 40 s ... at most 10 min after the last failure. */
export function remainingMs({ failures, lastFailureMs }: BackoffRecord, nowMs: number): number {
  if (failures === 0 || lastFailureMs === undefined) return 0
  const delayMs = Math.min(backoffBaseMs * 2 ** (failures - 1), backoffMaxMs)
  return Math.max(0, delayMs - (nowMs - lastFailureMs))
}

/** The same for one index, whose failures are counted on its last failed pod. */
export function remainingForIndexMs(lastFailed: Pod | undefined, nowMs: number): number {
  if (lastFailed === undefined) return 0
  const failures = indexFailures(lastFailed) + indexIgnoredFailures(lastFailed) + 1
  return remainingMs({ failures, lastFailureMs: finishedMs(lastFailed) }, nowMs)
}

/** When a pod ended, as far as its status tells. */
export function finishedMs(pod: Pod): number {
  const { containerStatuses = [], initContainerStatuses = [], conditions = [] } = pod.status ?? {}
  const sidecars = new Set(
    (pod.spec?.initContainers ?? [])
      .filter(({ restartPolicy }) => restartPolicy === 'Always')
      .map(({ name }) => name),
  )
  const relevant = initContainerStatuses.filter(({ name }) => sidecars.has(name))
  const ended = latestEndMs([...containerStatuses, ...relevant])
  if (ended !== undefined) return ended
  const ready = conditions.find(({ type }) => type === 'Ready')
  if (ready?.status === 'False' && ready.lastTransitionTime !== undefined) {
    return parseTime(ready.lastTransitionTime)
  }
  const { deletionTimestamp, deletionGracePeriodSeconds = 0, creationTimestamp } = pod.metadata
  if (deletionTimestamp !== undefined) {
    return parseTime(deletionTimestamp) - deletionGracePeriodSeconds * 1000
  }
  return creationTimestamp === undefined ? 0 : parseTime(creationTimestamp)
}

/** The end of the last container; undefined while one has not ended. */
function latestEndMs(statuses: readonly ContainerStatus[]): number | undefined {
  let latest: number | undefined
  for (const { state } of statuses) {
    const finishedAt = state?.terminated?.finishedAt
    if (finishedAt === undefined) return undefined
    const atMs = parseTime(finishedAt)
    latest = Math.max(latest ?? atMs, atMs)
  }
  return latest
}
