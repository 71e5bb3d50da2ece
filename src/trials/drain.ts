// Drains a node as kubectl does: cordon, evict everything that is not of a DaemonSet, retry.
// Upstream: kubectl pkg/drain/{drain,filters}.go, v0.36.3.

import type { Refusal } from '../checks/verdict.ts'
import { request } from '../cluster/cluster.ts'
import { nodeNameIndex } from '../controllers/indexes.ts'
import type { World } from '../engine/world.ts'
import { controllerOf, keyOf, type KubeObject } from '../kube/object.ts'
import { refOf, type Voyage } from './voyage.ts'

/** How often kubectl retries an eviction that a budget refused. */
const retryMs = 5000
/** Without --timeout kubectl would try for ever; the twin gives up when nothing changes any more. */
const drainMsMax = 1_800_000

interface Pending {
  readonly pod: KubeObject
  evicted: boolean
  attempts: number
  refusal: Omit<Refusal, 'attempts'> | undefined
}

/** Marks a node unschedulable, or schedulable again. */
export function cordon(voyage: Voyage, node: string, unschedulable = true): void {
  const known = voyage.world.store.get('Node', node)
  if (known !== undefined) voyage.patch(known, { spec: { unschedulable } })
}

/** Drains a node; evictions that never pass become refusals of the voyage. True when it is empty. */
export function drain(voyage: Voyage, node: string): boolean {
  const { world } = voyage
  cordon(voyage, node)
  const pods = podsToMove(world, node).map(
    (pod): Pending => ({ pod, evicted: false, attempts: 0, refusal: undefined }),
  )
  const endMs = world.nowMs + drainMsMax
  let stalled = false
  while (world.nowMs < endMs && !stalled) {
    const left = pods.filter(pending => isThere(world, pending.pod))
    if (left.length === 0) return true
    const before = world.store.revision
    for (const pending of left) if (!pending.evicted) evict(world, pending)
    const outcome = voyage.wait(retryMs)
    stalled = outcome.reason === 'quiescent' && world.store.revision === before
  }
  for (const { refusal, attempts, pod } of pods) {
    if (refusal !== undefined && isThere(world, pod)) voyage.addRefusal({ ...refusal, attempts })
  }
  return pods.every(({ pod }) => !isThere(world, pod))
}

/** Pods that a drain has to move: neither of a DaemonSet, nor static, nor finished. */
function podsToMove(world: World, node: string): readonly KubeObject[] {
  return world.store.indexed('Pod', nodeNameIndex.name, node).filter(pod => {
    const owner = controllerOf(pod.metadata)
    const isStatic = pod.metadata.annotations?.['kubernetes.io/config.mirror'] !== undefined
    return owner?.kind !== 'DaemonSet' && !isStatic
  })
}

function isThere(world: World, pod: KubeObject): boolean {
  return world.store.get('Pod', keyOf(pod.metadata))?.metadata.uid === pod.metadata.uid
}

function evict(world: World, pending: Pending): void {
  const { namespace, name = '' } = pending.pod.metadata
  const target = { kind: 'Pod', namespace, name }
  const response = request(world, { verb: 'evict', target })
  pending.attempts += 1
  if (response.ok || response.code === 404) {
    pending.evicted = true
    pending.refusal = undefined
    return
  }
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
