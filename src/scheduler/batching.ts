// Opportunistic batching (1.35 and later): a pod like the one before, which no longer fits where
// that one went, is tried first on the next best node of the earlier scores.
// Upstream: pkg/scheduler/framework/runtime/{batch,framework}.go and k8s.io/kube-scheduler
// framework/signers.go, v1.36.3.
//
// The default profile never batches: pods that its system-default spreading may concern have no
// signature. It takes a profile without PodTopologySpread, or with an empty list of defaults.

import { compareStrings, sortedStrings } from '../base/compare.ts'
import { assert } from '../base/assert.ts'
import { isDelegatedToDra } from './device-classes.ts'
import type { EngineRequest, SchedulingEngine } from './engine.ts'
import type { Pod } from './framework.ts'
import { podInfoOf } from './pod-info.ts'
import type { Profile } from './profile.ts'
import { newAttempt, runFilters, runPreFilter } from './runtime.ts'
import type { Placed, ScheduleOutcome } from './schedule-pod.ts'
import { isRejected } from './status.ts'

/** A node with its total score. */
interface Scored {
  readonly name: string
  readonly total: number
}

/** What one decision leaves for the next; never changed. */
export interface Batch {
  /** Number of the attempt that ended with a node. */
  readonly cycle: number
  readonly chosen: string
  /** Scores to use again; absent when there are none. */
  readonly scores?: {
    readonly signature: string
    /** A heap with the best node first. */
    readonly nodes: readonly Scored[]
    readonly sinceMs: number
  }
}

const maxAgeMs = 500

/** Whether pods of the profile can have a signature at all. */
export function canBatch(profile: Omit<Profile, 'batches'>, hasExtenders: boolean): boolean {
  const { features, filter, score, args } = profile
  if (features.version === '1.34' || hasExtenders) return false
  const spreads =
    filter.some(({ name }) => name === 'PodTopologySpread') ||
    score.some(({ plugin }) => plugin.name === 'PodTopologySpread')
  const { defaultingType, defaultConstraints } = args.podTopologySpread
  return !spreads || (defaultingType === 'List' && defaultConstraints.length === 0)
}

/** Equal texts: the same nodes fit with the same scores. Undefined: cannot be compared. */
export function signatureOf(
  pod: Pod,
  { profile, listers }: Pick<EngineRequest, 'profile' | 'listers'>,
): string | undefined {
  const spec = pod.spec ?? { containers: [] }
  const { affinity, resourceClaims = [], topologySpreadConstraints = [] } = spec
  const has = (name: string): boolean =>
    profile.filter.some(each => each.name === name) ||
    profile.score.some(({ plugin }) => plugin.name === name)
  if (topologySpreadConstraints.length > 0 && has('PodTopologySpread')) return undefined
  if (resourceClaims.length > 0 && has('DynamicResources')) return undefined
  const isApart = affinity?.podAffinity !== undefined || affinity?.podAntiAffinity !== undefined
  if (isApart && has('InterPodAffinity')) return undefined
  const { requested } = podInfoOf(pod)
  const context = { features: profile.features, listers }
  const names = [...requested.scalars.keys()]
  if (names.some(name => isDelegatedToDra(name, undefined, context))) return undefined
  const containers = [...spec.containers, ...(spec.initContainers ?? [])]
  const readsLabels =
    has('InterPodAffinity') && !profile.args.interPodAffinity.ignorePreferredTermsOfExistingPods
  return JSON.stringify([
    spec.schedulerName,
    { ...requested, scalars: [...requested.scalars].sort(([a], [b]) => compareStrings(a, b)) },
    volumesOf(pod),
    (spec.tolerations ?? []).map(each => JSON.stringify(each)).sort(compareStrings),
    readsLabels ? sortedEntries(pod.metadata.labels ?? {}) : [],
    podInfoOf(pod)
      .hostPorts.map(({ port }) => port)
      .sort((a, b) => a - b),
    affinity?.nodeAffinity ?? null,
    sortedEntries(spec.nodeSelector ?? {}),
    sortedStrings([...new Set(containers.map(({ image = '' }) => image))]),
  ])
}

function sortedEntries(map: Readonly<Record<string, string>>): readonly (readonly string[])[] {
  return Object.entries(map).sort(([a], [b]) => compareStrings(a, b))
}

/** ConfigMaps and Secrets decide nothing about nodes. */
function volumesOf({ spec }: Pod): readonly string[] {
  return sortedStrings(
    (spec?.volumes ?? [])
      .filter(({ configMap, secret }) => configMap === undefined && secret === undefined)
      .map(({ name: _, ...source }) => JSON.stringify(source)),
  )
}

export interface Batched {
  readonly outcome: ScheduleOutcome
  readonly batch: Batch | undefined
}

interface Attempt {
  readonly engine: SchedulingEngine
  readonly request: EngineRequest
  /** The number of the attempt, counted over all profiles. */
  readonly cycle: number
  readonly nowMs: number
}

/** Decides with the hint of the last batch, if it gives one, and says what is left for the next. */
export function scheduleBatched(pod: Pod, batch: Batch | undefined, attempt: Attempt): Batched {
  const { engine, request, cycle, nowMs } = attempt
  const signature = signatureOf(pod, request)
  const usable = isUsable(pod, signature, batch, attempt)
  const [hint, rest] = usable ? popped(batch?.scores?.nodes ?? []) : [undefined, []]
  const left =
    usable && batch?.scores ? { ...batch, scores: { ...batch.scores, nodes: rest } } : batch
  const outcome = engine.schedule(hinted(pod, hint), request)
  // Preemption must see the pod as it is.
  if (outcome.type === 'unfit' && hint !== undefined) {
    return { outcome: engine.schedule(pod, request), batch: left }
  }
  if (outcome.type !== 'placed') return { outcome, batch: left }
  const chosen = outcome.node
  if (chosen === hint) return { outcome, batch: { ...(left as Batch), cycle, chosen } }
  const nodes = othersOf(outcome)
  if (signature === undefined || nodes.length === 0) return { outcome, batch: { cycle, chosen } }
  return { outcome, batch: { cycle, chosen, scores: { signature, nodes, sinceMs: nowMs } } }
}

function hinted(pod: Pod, hint: string | undefined): Pod {
  if (hint === undefined || (pod.status?.nominatedNodeName ?? '') !== '') return pod
  return { ...pod, status: { ...pod.status, nominatedNodeName: hint } }
}

/** The pod before was of the same kind, a moment ago, and its node has no room for this one. */
function isUsable(
  pod: Pod,
  signature: string | undefined,
  batch: Batch | undefined,
  { request, cycle, nowMs }: Attempt,
): boolean {
  if (batch?.scores === undefined || batch.scores.nodes.length === 0) return false
  if (cycle !== batch.cycle + 1 || signature !== batch.scores.signature) return false
  if (nowMs > batch.scores.sinceMs + maxAgeMs) return false
  const snapshot = request.cache.snapshot()
  const node = snapshot.byName.get(batch.chosen)
  if (node === undefined) return false
  const { profile } = request
  const state = newAttempt({ ...request, snapshot })
  if (runPreFilter(profile, state, pod).status.code !== 'Success') return false
  return isRejected(runFilters(profile, state, pod, node))
}

/** The scores of all nodes but the chosen one, as the heap that upstream keeps. */
function othersOf({ scoring, trace, node }: Placed): readonly Scored[] {
  if (scoring === undefined) return []
  const all = trace.feasible.map(({ name }, index) => ({ name, total: scoring.totals[index] ?? 0 }))
  const [first, rest] = popped(heapOf(all))
  if (first === node) return rest
  // Another of equal nodes was chosen.
  return heapOf(all.filter(({ name }) => name !== node))
}

function heapOf(nodes: readonly Scored[]): readonly Scored[] {
  const heap = [...nodes]
  for (let at = (heap.length >> 1) - 1; at >= 0; at -= 1) sink(heap, at, heap.length)
  return heap
}

/** Go's heap.Pop: the last takes the place of the first and sinks. */
function popped(nodes: readonly Scored[]): readonly [string | undefined, readonly Scored[]] {
  const heap = [...nodes]
  const [first] = heap
  if (first === undefined) return [undefined, []]
  const last = heap.length - 1
  heap[0] = heap[last] as Scored
  heap.length = last
  sink(heap, 0, last)
  return [first.name, heap]
}

function sink(heap: Scored[], start: number, size: number): void {
  assert(size <= heap.length, 'a heap is not larger than its list')
  let parent = start
  for (;;) {
    let child = 2 * parent + 1
    if (child >= size) return
    if (child + 1 < size && isHigher(heap, child + 1, child)) child += 1
    if (!isHigher(heap, child, parent)) return
    const moved = heap[parent] as Scored
    heap[parent] = heap[child] as Scored
    heap[child] = moved
    parent = child
  }
}

function isHigher(heap: readonly Scored[], a: number, b: number): boolean {
  return (heap[a] as Scored).total > (heap[b] as Scored).total
}
