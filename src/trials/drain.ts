// Drains a node as kubectl does it: cordon, evict everything that is not of a DaemonSet, retry.
// Upstream: kubectl pkg/drain/{drain,filters}.go, v0.36.3.

import type { Refusal } from '../checks/verdict.ts'
import { request } from '../cluster/cluster.ts'
import type { ApiResponse, DeleteOptions } from '../apiserver/request.ts'
import type { World } from '../engine/world.ts'
import { formatDuration } from '../kube/duration.ts'
import { keyOf, type KubeObject } from '../kube/object.ts'
import { type DrainFilters, filterPods } from './drain-filters.ts'
import { refOf, type Voyage } from './voyage.ts'

/** How often kubectl retries an eviction that a budget refused. */
const retryMs = 5000
/** How often it looks whether a pod that it evicted is gone. */
const pollMs = 1000
/** Without --timeout kubectl would try for ever; the twin gives up when nothing changes any more. */
const drainMsMax = 1_800_000

/** Flags of `kubectl drain`. */
export interface DrainOptions extends DrainFilters {
  readonly timeoutMs?: number
  readonly gracePeriodSeconds?: number
  readonly disableEviction?: boolean
  /** Whose drain it is: one that never ends is then called so. */
  readonly purpose?: 'upgrade'
}

interface Pending {
  readonly pod: KubeObject
  state: 'waiting' | 'evicted' | 'failed'
  nextMs: number
  attempts: number
  refusal: Omit<Refusal, 'attempts'> | undefined
}

/** Marks a node unschedulable, or schedulable again. */
export function cordon(voyage: Voyage, node: string, unschedulable = true): void {
  const known = voyage.world.store.get('Node', node)
  if (known !== undefined) voyage.patch(known, { spec: { unschedulable } })
}

/** Drains a node; evictions that never pass become refusals of the voyage. True when it is empty. */
export function drain(voyage: Voyage, node: string, options: DrainOptions = {}): boolean {
  const left = drainOnce(voyage, node, options)
  for (const refusal of left ?? []) voyage.addRefusal(refusal)
  return left === undefined
}

/** Drains a node; what is in the way in the end, undefined when the node is empty. */
export function drainOnce(
  voyage: Voyage,
  node: string,
  options: DrainOptions,
): readonly Refusal[] | undefined {
  const { world } = voyage
  const { purpose, timeoutMs } = options
  const whose = { node, ...(purpose && { purpose }) }
  cordon(voyage, node)
  const { move, errors } = filterPods(world, node, options)
  if (errors.length > 0) return errors.map(message => notBegun(voyage, node, message))
  const pods = move.map(
    (pod): Pending => ({
      pod,
      state: 'waiting',
      nextMs: world.nowMs,
      attempts: 0,
      refusal: undefined,
    }),
  )
  const startMs = world.nowMs
  moveAll(voyage, pods, options)
  const left = pods.filter(({ pod }) => isThere(world, pod))
  if (left.length === 0) return undefined
  const isTimeUp = timeoutMs !== undefined && world.nowMs >= startMs + timeoutMs
  return left.flatMap(({ refusal, attempts, pod }) => {
    const last = refusal ?? (isTimeUp ? tooSlow(pod, { atMs: startMs, timeoutMs }) : undefined)
    return last === undefined ? [] : [{ ...last, attempts, ...whose }]
  })
}

/** The drain does not begin: what kubectl prints instead. */
function notBegun({ world }: Voyage, node: string, message: string): Refusal {
  const object = { kind: 'Node', name: node }
  const told = { atMs: world.nowMs, what: 'evict' as const, object, code: 0, attempts: 1 }
  return { ...told, reason: 'DrainRefused', message }
}

/** A pod was evicted and is not gone when the time is up. */
function tooSlow(
  pod: KubeObject,
  { atMs, timeoutMs }: { atMs: number; timeoutMs: number },
): Omit<Refusal, 'attempts'> {
  const { name = '', namespace = '' } = pod.metadata
  const message =
    `error when waiting for pod "${name}" in namespace "${namespace}" to terminate: ` +
    `global timeout reached: ${formatDuration(timeoutMs)}`
  return { atMs, what: 'evict', object: refOf(pod), code: 0, reason: 'DrainTimeout', message }
}

/** Evicts and waits until all pods are gone, the time is up or nothing changes any more. */
function moveAll(voyage: Voyage, pods: readonly Pending[], options: DrainOptions): void {
  const { world } = voyage
  const endMs = world.nowMs + (options.timeoutMs ?? drainMsMax)
  let changedMs = world.nowMs
  while (world.nowMs < endMs && !voyage.isStuck) {
    const left = pods.filter(({ pod, state }) => state !== 'failed' && isThere(world, pod))
    if (left.length === 0) return
    const before = world.store.revision
    for (const pending of left) {
      if (pending.state === 'waiting' && pending.nextMs <= world.nowMs)
        move(world, pending, options)
    }
    const outcome = voyage.wait(Math.min(pollMs, endMs - world.nowMs))
    if (outcome.reason !== 'quiescent' || world.store.revision !== before) changedMs = world.nowMs
    else if (world.nowMs - changedMs > retryMs) return
  }
}

function isThere(world: World, pod: KubeObject): boolean {
  return world.store.get('Pod', keyOf(pod.metadata))?.metadata.uid === pod.metadata.uid
}

function send(world: World, { metadata }: KubeObject, options: DrainOptions): ApiResponse {
  const { namespace, name = '' } = metadata
  const target = { kind: 'Pod', namespace, name }
  const { gracePeriodSeconds, disableEviction } = options
  const grace: { options?: DeleteOptions } =
    gracePeriodSeconds === undefined ? {} : { options: { gracePeriodSeconds } }
  return request(world, { verb: disableEviction === true ? 'delete' : 'evict', target, ...grace })
}

// Only a refusal by a disruption budget (429) is tried again.
function move(world: World, pending: Pending, options: DrainOptions): void {
  const response = send(world, pending.pod, options)
  pending.attempts += 1
  if (response.ok || response.code === 404) {
    pending.state = 'evicted'
    pending.refusal = undefined
    return
  }
  if (response.code === 429) pending.nextMs = world.nowMs + retryMs
  else pending.state = 'failed'
  const { code, reason, message, details } = response.status
  const cause = details?.causes?.[0]?.message
  pending.refusal = {
    atMs: pending.refusal?.atMs ?? world.nowMs,
    what: 'evict',
    object: refOf(pending.pod),
    code,
    reason,
    message: cause === undefined ? message : `${message} ${cause}`,
  }
}
