// Pod garbage collection: pods of nodes that are gone or out of service, unscheduled terminating
// pods, and too many finished ones. Upstream: pkg/controller/podgc/gc_controller.go, v1.36.3.

import { compareStrings } from '../base/compare.ts'
import type { Node, Pod, PodCondition } from '../kube/generated/types.ts'
import { formatTime } from '../kube/time.ts'
import { isNotFound } from './failures.ts'
import {
  type Api,
  type Controller,
  done,
  type ObjectChange,
  type Part,
  type ReconcileResult,
  type WatchContext,
} from './framework.ts'

/** The loop runs every 20 s from the start; ticks at which there is nothing to do are skipped. */
const periodMs = 20_000
/** A node must have been missing for this long before its pods are deleted. */
const quarantineMs = 40_000
const outOfServiceTaint = 'node.kubernetes.io/out-of-service'

export interface PodGarbageCollectionOptions {
  /** --terminated-pod-gc-threshold. */
  readonly terminatedMax?: number
  /** Unix ms at which the controller started, if not at the start of the run. */
  readonly startMs?: number
  /** Which of two timers that end together is first: the quarantine, or else the loop's. */
  readonly quarantineFirst?: boolean
}

type Collecting = PodGarbageCollectionOptions & { readonly terminatedMax: number }

const terminatedMaxDefault = 12_500

const startKey = 'start'
const loopKey = 'loop'
const quarantineKey = 'quarantine'

/** When the quarantine of each missing node ends. */
type Quarantine = Readonly<Record<string, number>>

export function podGarbageCollection(given: PodGarbageCollectionOptions = {}): Controller {
  const options = { terminatedMax: terminatedMaxDefault, ...given }
  return {
    name: 'pod-garbage-collector-controller',
    doc: 'Deletes pods that no kubelet will ever finish, and the oldest finished ones.',
    watches: [
      { kind: 'Node', keys: (change, context) => onChange(change, context, options) },
      { kind: 'Pod', keys: (change, context) => onChange(change, context, options) },
    ],
    periodic: { keys: [startKey], everyMs: 0 },
    *reconcile(key, api) {
      const nowMs = yield* api.now()
      if (key === startKey) {
        yield* api.remember(startKey, nowMs)
        return done
      }
      const startMs = options.startMs ?? (yield* api.recall<number>(startKey)) ?? nowMs
      if (ticksFrom(nowMs, startMs) !== nowMs) return done
      return yield* collect(api, nowMs, options)
    },
  }
}

function ticksFrom(nowMs: number, startMs: number): number {
  const past = (((nowMs - startMs) % periodMs) + periodMs) % periodMs
  return past === 0 ? nowMs : nowMs + periodMs - past
}

function onChange(
  change: ObjectChange,
  context: WatchContext,
  options: PodGarbageCollectionOptions,
): readonly string[] {
  const matters = change.kind === 'Node' ? nodeMatters(change) : podMatters(change, context)
  if (!matters) return []
  const { nowMs, memory } = context
  const startMs = options.startMs ?? memory.get<number>(startKey) ?? nowMs
  context.enqueueAfter(loopKey, ticksFrom(nowMs, startMs) - nowMs)
  return []
}

function nodeMatters(change: ObjectChange): boolean {
  return change.after === undefined || isOutOfService(change.after)
}

function podMatters(change: ObjectChange, { lister }: WatchContext): boolean {
  const pod: Pod | undefined = change.after
  if (pod === undefined) return false
  const before: Pod | undefined = change.before
  if (isTerminated(pod) && (before === undefined || !isTerminated(before))) return true
  const name = pod.spec?.nodeName ?? ''
  const terminating = pod.metadata.deletionTimestamp !== undefined
  if (name === '') return terminating
  if (!terminating && name === before?.spec?.nodeName) return false
  const node = lister.get<Node>('Node', name)
  return node === undefined || (terminating && isOutOfService(node))
}

function isTerminated(pod: Pod): boolean {
  const { phase = 'Pending' } = pod.status ?? {}
  return phase !== 'Pending' && phase !== 'Running' && phase !== 'Unknown'
}

/** Not ready and tainted as out of service. */
function isOutOfService(node: Node): boolean {
  const ready = node.status?.conditions?.find(({ type }) => type === 'Ready')
  if (ready?.status === 'True') return false
  return node.spec?.taints?.some(({ key }) => key === outOfServiceTaint) === true
}

function* collect(
  api: Api,
  nowMs: number,
  { terminatedMax, quarantineFirst }: Collecting,
): Part<ReconcileResult> {
  const pods = yield* api.list<Pod>('Pod')
  yield* collectTerminated(api, pods, terminatedMax)
  let failed = false
  for (const pod of inOrder(pods.filter(pod => pod.metadata.deletionTimestamp !== undefined))) {
    const node = yield* api.get<Node>('Node', pod.spec?.nodeName ?? '')
    if (node === undefined || !isOutOfService(node)) continue
    if (!(yield* failAndDelete(api, pod, undefined))) failed = true
  }
  // A quarantine that ends with this tick has ended, or not yet.
  const endedMs = quarantineFirst === true ? nowMs + 1 : nowMs
  const waiting = yield* collectOrphans(api, pods, { nowMs, endedMs })
  for (const pod of pods) {
    if (pod.metadata.deletionTimestamp === undefined) continue
    if ((pod.spec?.nodeName ?? '') !== '') continue
    if (!(yield* failAndDelete(api, pod, undefined))) failed = true
  }
  return failed || waiting ? { requeueAfterMs: periodMs } : done
}

function* collectTerminated(api: Api, pods: readonly Pod[], max: number): Part<void> {
  if (max <= 0) return
  const terminated = pods.filter(isTerminated)
  const surplus = terminated.length - max
  if (surplus <= 0) return
  for (const pod of inOrder(terminated).slice(0, surplus)) {
    yield* failAndDelete(api, pod, undefined)
  }
}

/** Evicted pods first, then by age, then by name. */
function inOrder(pods: readonly Pod[]): readonly Pod[] {
  const evicted = (pod: Pod): number =>
    pod.status?.phase === 'Failed' && pod.status.reason === 'Evicted' ? 0 : 1
  const created = (pod: Pod): string => pod.metadata.creationTimestamp ?? ''
  return pods.toSorted(
    (a, b) =>
      evicted(a) - evicted(b) ||
      compareStrings(created(a), created(b)) ||
      compareStrings(a.metadata.name ?? '', b.metadata.name ?? ''),
  )
}

/** True while nodes are in quarantine, so that the loop has to run again. */
function* collectOrphans(
  api: Api,
  pods: readonly Pod[],
  { nowMs, endedMs }: { readonly nowMs: number; readonly endedMs: number },
): Part<boolean> {
  const orphans: Pod[] = []
  for (const pod of pods) {
    const name = pod.spec?.nodeName ?? ''
    if (name !== '' && (yield* api.get<Node>('Node', name)) === undefined) orphans.push(pod)
  }
  const before = (yield* api.recall<Quarantine>(quarantineKey)) ?? {}
  const after: Record<string, number> = {}
  const gone = new Set<string>()
  for (const name of new Set(orphans.map(pod => pod.spec?.nodeName ?? ''))) {
    const untilMs = before[name] ?? nowMs + quarantineMs
    // Two ticks after the first the quarantine ends in a race with the tick itself; in most of the
    // recordings the tick comes first, so that a third one finds the node gone: 60 to 80 s in all.
    if (untilMs >= endedMs) {
      after[name] = untilMs
      continue
    }
    const live = yield* api.getLive('Node', undefined, name)
    if (isNotFound(live)) gone.add(name)
    else after[name] = nowMs + quarantineMs
  }
  let failed = false
  for (const pod of orphans) {
    if (!gone.has(pod.spec?.nodeName ?? '')) continue
    if (yield* failAndDelete(api, pod, orphanCondition(pod, nowMs))) continue
    failed = true
    // Each tick puts the nodes of orphans in quarantine again.
    after[pod.spec?.nodeName ?? ''] = nowMs + quarantineMs
  }
  yield* api.remember(quarantineKey, Object.keys(after).length === 0 ? undefined : after)
  return failed || Object.keys(after).length > 0
}

function orphanCondition(pod: Pod, nowMs: number): PodCondition {
  const { generation } = pod.metadata
  return {
    type: 'DisruptionTarget',
    status: 'True',
    reason: 'DeletionByPodGC',
    message: 'PodGC: node no longer exists',
    lastTransitionTime: formatTime(nowMs),
    ...(generation !== undefined && { observedGeneration: generation }),
  }
}

/** Marks a pod Failed, unless it has ended, and deletes it at once; false when refused. */
function* failAndDelete(api: Api, pod: Pod, condition: PodCondition | undefined): Part<boolean> {
  const { phase } = pod.status ?? {}
  if (phase !== 'Succeeded' && phase !== 'Failed') {
    const { generation, uid } = pod.metadata
    const others = (pod.status?.conditions ?? []).filter(({ type }) => type !== condition?.type)
    const status = {
      phase: 'Failed',
      ...(generation !== undefined && { observedGeneration: generation }),
      ...(condition && { conditions: [...others, condition] }),
    }
    const marked = yield* api.patchStatus(pod, 'merge', { metadata: { uid }, status })
    if (!marked.ok) return isNotFound(marked)
  }
  const deleted = yield* api.delete(pod, { gracePeriodSeconds: 0 })
  return deleted.ok || isNotFound(deleted)
}
