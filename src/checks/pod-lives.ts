// Reads the log of a World as lives of pods: what existed when, where, and when it served. What a
// fork shares with the run it began in is read once, and what nothing happened to stays as it was.

import type { Change } from '../engine/store.ts'
import type { World } from '../engine/world.ts'
import type { Pod } from '../kube/generated/types.ts'
import { heartbeatOf } from '../kube/node-heartbeat.ts'
import { controllerOf, type KubeObject, type ObjectRef } from '../kube/object.ts'
import { subtract } from './spans.ts'
import type { PodLife, Span } from './verdict.ts'

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

/** The lives of all pods up to the end of a log. */
export interface PodLives {
  /** How many changes of pods were read, and the last of them: what tells one log from another. */
  readonly length: number
  readonly last: Change | undefined
  readonly drafts: readonly Draft[]
  /** In order of birth, as the drafts. */
  readonly lives: readonly PodLife[]
  /** Where in that order the present pod of a key is. */
  readonly byKey: ReadonlyMap<string, number>
  readonly silences: ReadonlyMap<string, readonly Span[]>
}

/** Reads on from what is known of the beginning of the log, or all of it. */
export function podLives(world: World, known: PodLives | undefined): PodLives {
  const silences = silencesOf(world)
  const length = world.store.logLength('Pod')
  const last = length === 0 ? undefined : world.store.logAt('Pod', length - 1)
  const reading: Reading = {
    drafts: known === undefined ? [] : [...known.drafts],
    byKey: new Map(known?.byKey),
    mine: new Set(),
    owners: undefined,
  }
  for (let index = known?.length ?? 0; index < length; index += 1) {
    read(world, reading, world.store.logAt('Pod', index))
  }
  const { drafts, byKey } = reading
  const moved = known === undefined ? undefined : movedNodes(known.silences, silences)
  const lives = drafts.map((draft, index) => {
    const stays = draft === known?.drafts[index] && moved?.has(draft.node ?? '') !== true
    return stays ? (known.lives[index] as PodLife) : finished(draft, silences)
  })
  return { length, last, drafts, lives, byKey, silences }
}

/** Whether a World's log of pods begins with what is known. */
export function continues({ store }: World, { length, last }: PodLives): boolean {
  if (length === 0 || store.logLength('Pod') < length) return false
  return store.logAt('Pod', length - 1) === last
}

/** Nodes that have fallen silent or were heard again since. */
function movedNodes(
  before: PodLives['silences'],
  after: PodLives['silences'],
): ReadonlySet<string> {
  const nodes = [...after].filter(([node, spans]) => !sameSpans(before.get(node) ?? none, spans))
  return new Set(nodes.map(([node]) => node))
}

function sameSpans(a: readonly Span[], b: readonly Span[]): boolean {
  return (
    a.length === b.length &&
    a.every(({ fromMs, toMs }, index) => fromMs === b[index]?.fromMs && toMs === b[index]?.toMs)
  )
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

export function refIn(
  object: KubeObject,
  { kind, name }: { kind: string; name: string },
): ObjectRef {
  const { namespace } = object.metadata
  return namespace === undefined ? { kind, name } : { kind, namespace, name }
}

interface Reading {
  readonly drafts: Draft[]
  readonly byKey: Map<string, number>
  /** Drafts of this reading: those of others are copied before they change. */
  readonly mine: Set<Draft>
  /** Read when the first pod is born. */
  owners: ReadonlyMap<string, ObjectRef> | undefined
}

/** Adds what one change of a pod says. */
function read(world: World, reading: Reading, { key, atMs, before, after }: Change): void {
  const { drafts, byKey, mine } = reading
  if (before === undefined && after !== undefined) {
    reading.owners ??= ownersOf(world)
    const draft = born(after as Pod, { key, atMs, owners: reading.owners })
    byKey.set(key, drafts.length)
    mine.add(draft)
    drafts.push(draft)
  }
  const index = byKey.get(key)
  if (index === undefined) return
  let draft = drafts[index] as Draft
  if (!mine.has(draft)) {
    draft = { ...draft, ready: draft.ready.slice() }
    drafts[index] = draft
    mine.add(draft)
  }
  if (after === undefined) died(draft, atMs)
  else observed(draft, after as Pod, atMs)
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
