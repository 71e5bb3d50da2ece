// Reads the log of a World as lives of pods and workloads: what existed when, and what served.

import type { Change } from '../engine/store.ts'
import type { World } from '../engine/world.ts'
import type { Pod } from '../kube/generated/types.ts'
import { heartbeatOf } from '../kube/node-heartbeat.ts'
import { controllerOf, keyOf, type KubeObject, type ObjectRef } from '../kube/object.ts'
import { countOver, subtract } from './spans.ts'
import type { ClusterLife, PodLife, Span, WorkloadLife } from './verdict.ts'

/** Kinds whose availability is judged; a ReplicaSet or Job under an owner counts for the owner. */
const workloadKinds = ['DaemonSet', 'Deployment', 'ReplicaSet', 'StatefulSet'] as const

const none: readonly Span[] = []

interface Draft {
  readonly key: string
  readonly uid: string
  readonly workload: ObjectRef | undefined
  readonly createdMs: number
  boundMs: number | undefined
  node: string | undefined
  markedMs: number | undefined
  goneMs: number | undefined
  readySinceMs: number | undefined
  ready: Span[]
  unschedulable: { message: string; sinceMs: number } | undefined
  pod: Pod
}

/** The lives of everything that the World has seen so far. */
export function lifeOf(world: World): ClusterLife {
  const silences = silencesOf(world)
  const owners = ownersOf(world)
  const pods = podDrafts(world, owners).map(draft => finished(draft, silences))
  return { pods, workloads: workloadsOf(world, pods), silences }
}

/** A node is silent from the moment its lease says so until its kubelet is heard again. */
function silencesOf(world: World): ReadonlyMap<string, readonly Span[]> {
  const spans = new Map<string, Span[]>()
  for (let index = 0; index < world.store.logLength('Lease'); index += 1) {
    const { after, atMs } = world.store.logAt('Lease', index)
    const node = after?.metadata.name
    const heartbeat = after === undefined ? undefined : heartbeatOf(after)
    if (node === undefined || heartbeat === undefined) continue
    const known = spans.get(node) ?? []
    const last = known.at(-1)
    const { untilMs, podsServe } = heartbeat
    if (podsServe === true) continue
    if (untilMs !== undefined) known.push({ fromMs: untilMs, toMs: Infinity })
    else if (last?.toMs === Infinity) known[known.length - 1] = { ...last, toMs: atMs }
    spans.set(node, known)
  }
  return spans
}

/** The owner of each ReplicaSet and Job that ever existed, by uid. */
function ownersOf(world: World): ReadonlyMap<string, ObjectRef> {
  const owners = new Map<string, ObjectRef>()
  for (const kind of ['ReplicaSet', 'Job']) {
    for (let index = 0; index < world.store.logLength(kind); index += 1) {
      const { before, after } = world.store.logAt(kind, index)
      if (before !== undefined || after === undefined) continue
      const owner = controllerOf(after.metadata)
      if (owner !== undefined) owners.set(after.metadata.uid ?? '', refIn(after, owner))
    }
  }
  return owners
}

function refIn(object: KubeObject, { kind, name }: { kind: string; name: string }): ObjectRef {
  const { namespace } = object.metadata
  return namespace === undefined ? { kind, name } : { kind, namespace, name }
}

/** The drafts of the beginning of a log. */
interface Beginning {
  readonly length: number
  readonly last: Change
  readonly drafts: readonly Draft[]
}

/** Forks of a run begin with the same changes, the very same objects: by the first one. */
const beginnings = new WeakMap<Change, Beginning>()

function beginningOf({ store }: World): Beginning | undefined {
  const known = beginnings.get(store.logAt('Pod', 0))
  if (known === undefined || known.length > store.logLength('Pod')) return undefined
  return store.logAt('Pod', known.length - 1) === known.last ? known : undefined
}

function copyOf(draft: Draft): Draft {
  return { ...draft, ready: draft.ready.slice() }
}

function podDrafts(world: World, owners: ReadonlyMap<string, ObjectRef>): readonly Draft[] {
  const length = world.store.logLength('Pod')
  if (length === 0) return []
  const known = beginningOf(world)
  const drafts = known === undefined ? [] : known.drafts.map(copyOf)
  const start = known?.length ?? 0
  readOn(world, { drafts, start, owners })
  if (start * 2 < length) {
    const last = world.store.logAt('Pod', length - 1)
    beginnings.set(world.store.logAt('Pod', 0), { length, last, drafts: drafts.map(copyOf) })
  }
  return drafts
}

interface Reading {
  readonly drafts: Draft[]
  readonly start: number
  readonly owners: ReadonlyMap<string, ObjectRef>
}

/** Adds what the log of pods says from `start` on. */
function readOn(world: World, { drafts, start, owners }: Reading): void {
  const current = new Map(drafts.map(draft => [draft.key, draft]))
  for (let index = start; index < world.store.logLength('Pod'); index += 1) {
    const { key, atMs, before, after } = world.store.logAt('Pod', index)
    if (before === undefined && after !== undefined) {
      const draft = born(after as Pod, { key, atMs, owners })
      drafts.push(draft)
      current.set(key, draft)
    }
    const draft = current.get(key)
    if (draft === undefined) continue
    if (after === undefined) died(draft, atMs)
    else observed(draft, after as Pod, atMs)
  }
}

interface Birth {
  readonly key: string
  readonly atMs: number
  readonly owners: ReadonlyMap<string, ObjectRef>
}

function born(pod: Pod, { key, atMs, owners }: Birth): Draft {
  const owner = controllerOf(pod.metadata)
  const direct = owner === undefined ? undefined : refIn(pod, owner)
  return {
    key,
    uid: pod.metadata.uid ?? '',
    workload: owner === undefined ? undefined : (owners.get(owner.uid) ?? direct),
    createdMs: atMs,
    boundMs: undefined,
    node: undefined,
    markedMs: undefined,
    goneMs: undefined,
    readySinceMs: undefined,
    ready: [],
    unschedulable: undefined,
    pod,
  }
}

function observed(draft: Draft, pod: Pod, atMs: number): void {
  draft.pod = pod
  const node = pod.spec?.nodeName
  if (draft.boundMs === undefined && node !== undefined && node !== '') {
    draft.boundMs = atMs
    draft.node = node
  }
  if (draft.markedMs === undefined && pod.metadata.deletionTimestamp !== undefined) {
    draft.markedMs = atMs
  }
  const serves = draft.markedMs === undefined && isReady(pod)
  if (serves) draft.readySinceMs ??= atMs
  else closeReady(draft, atMs)
  noteScheduling(draft, pod, atMs)
}

function noteScheduling(draft: Draft, pod: Pod, atMs: number): void {
  if (draft.boundMs !== undefined) return
  const scheduled = pod.status?.conditions?.find(({ type }) => type === 'PodScheduled')
  if (scheduled?.status !== 'False') return
  const sinceMs = draft.unschedulable?.sinceMs ?? atMs
  draft.unschedulable = { message: scheduled.message ?? '', sinceMs }
}

function died(draft: Draft, atMs: number): void {
  draft.goneMs = atMs
  draft.markedMs ??= atMs
  closeReady(draft, atMs)
}

function closeReady(draft: Draft, atMs: number): void {
  if (draft.readySinceMs === undefined) return
  draft.ready.push({ fromMs: draft.readySinceMs, toMs: atMs })
  draft.readySinceMs = undefined
}

function isReady(pod: Pod): boolean {
  return pod.status?.conditions?.some(c => c.type === 'Ready' && c.status === 'True') ?? false
}

function finished(draft: Draft, silences: ReadonlyMap<string, readonly Span[]>): PodLife {
  const { readySinceMs, ready, node, ...rest } = draft
  const spans =
    readySinceMs === undefined ? ready : [...ready, { fromMs: readySinceMs, toMs: Infinity }]
  const holes = node === undefined ? none : (silences.get(node) ?? none)
  return { ...rest, node, serving: holes.length === 0 ? spans : subtract(spans, holes) }
}

function workloadsOf(world: World, pods: readonly PodLife[]): readonly WorkloadLife[] {
  const byWorkload = new Map<string, PodLife[]>()
  for (const pod of pods) {
    if (pod.workload === undefined) continue
    const name = refText(pod.workload)
    const known = byWorkload.get(name)
    if (known === undefined) byWorkload.set(name, [pod])
    else known.push(pod)
  }
  return workloadKinds.flatMap(kind => {
    const objects = world.store
      .list(kind)
      .filter(object => kind !== 'ReplicaSet' || controllerOf(object.metadata) === undefined)
    if (objects.length === 0) return []
    const wants = wantsOf(world, kind)
    return objects.map(object => workloadLife(kind, object, { byWorkload, wants }))
  })
}

interface KindLife {
  readonly byWorkload: ReadonlyMap<string, PodLife[]>
  readonly wants: ReadonlyMap<string, WorkloadLife['wants']>
}

function workloadLife(
  kind: string,
  object: KubeObject,
  { byWorkload, wants: wantsByKey }: KindLife,
): WorkloadLife {
  const ref = refIn(object, { kind, name: object.metadata.name ?? '' })
  const pods = byWorkload.get(refText(ref)) ?? []
  const steps = countOver(pods.flatMap(pod => pod.serving))
  const wants = wantsByKey.get(keyOf(object.metadata)) ?? []
  return { ref, object, wanted: wantedOf(kind, object), wants, pods, steps }
}

/** How many pods each object of a kind asked for over time, by key. */
function wantsOf(world: World, kind: string): KindLife['wants'] {
  const wants = new Map<string, { atMs: number; wanted: number }[]>()
  for (let index = 0; index < world.store.logLength(kind); index += 1) {
    const { key, atMs, after } = world.store.logAt(kind, index)
    if (after === undefined) continue
    const wanted = wantedOf(kind, after)
    const known = wants.get(key)
    if (known === undefined) wants.set(key, [{ atMs, wanted }])
    else if (known.at(-1)?.wanted !== wanted) known.push({ atMs, wanted })
  }
  return wants
}

type Scaled = KubeObject & {
  readonly spec?: { readonly replicas?: number }
  readonly status?: { readonly desiredNumberScheduled?: number }
}

/** How many pods the workload asks for now. */
function wantedOf(kind: string, object: KubeObject): number {
  const scaled = object as Scaled
  return kind === 'DaemonSet'
    ? (scaled.status?.desiredNumberScheduled ?? 0)
    : (scaled.spec?.replicas ?? 1)
}

/** `Kind namespace/name`: how reports and maps name an object. */
export function refText({ kind, namespace, name }: ObjectRef): string {
  return namespace === undefined ? `${kind} ${name}` : `${kind} ${namespace}/${name}`
}
