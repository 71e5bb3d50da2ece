// The endpoints of Services over time: which pods their EndpointSlices list as ready, from when to
// when, from one moment of a run on.

import type { Change } from '../../engine/store.ts'
import type { World } from '../../engine/world.ts'
import type { EndpointSlice } from '../../kube/generated/types.ts'
import { keyFrom, type KubeObject } from '../../kube/object.ts'
import type { Span } from '../../checks/verdict.ts'

const serviceLabel = 'kubernetes.io/service-name'

/** Spans in which a pod (by uid) was listed as ready; ascending. */
export type Listed = ReadonlyMap<string, readonly Span[]>

/** The Service a slice belongs to, by key. */
function serviceOf({ metadata }: KubeObject): string | undefined {
  const name = metadata.labels?.[serviceLabel]
  return name === undefined ? undefined : keyFrom(metadata.namespace, name)
}

/** Uids of the pods that a slice lists as ready. */
function readyIn(slice: KubeObject | undefined): readonly string[] {
  const { endpoints = [] } = (slice ?? {}) as Pick<EndpointSlice, 'endpoints'>
  return (endpoints ?? []).flatMap(({ conditions, targetRef, addresses }) =>
    conditions?.ready === false ? [] : (targetRef?.uid ?? addresses?.join() ?? []),
  )
}

/** The pods of each Service that slices list as ready now, by key of the Service. */
export function readyNow(world: World): ReadonlyMap<string, ReadonlySet<string>> {
  const byService = new Map<string, Set<string>>()
  for (const slice of world.store.list('EndpointSlice')) {
    const service = serviceOf(slice)
    if (service === undefined) continue
    const known = byService.get(service) ?? new Set()
    for (const uid of readyIn(slice)) known.add(uid)
    byService.set(service, known)
  }
  return byService
}

interface Book {
  /** How many slices of the Service list the pod: one for each address family. */
  readonly counts: Map<string, number>
  readonly sinceMs: Map<string, number>
  readonly spans: Map<string, Span[]>
}

/** Services, by key, of which a slice changed from change number `start` of the slices on. */
export function servicesChanged(world: World, start: number): ReadonlySet<string> {
  const services = new Set<string>()
  for (let index = start; index < world.store.logLength('EndpointSlice'); index += 1) {
    const { before, after } = world.store.logAt('EndpointSlice', index)
    for (const slice of [before, after]) {
      const service = slice === undefined ? undefined : serviceOf(slice)
      if (service !== undefined) services.add(service)
    }
  }
  return services
}

export interface Since {
  /** Changes of slices from this number on; what was before is read from the World before. */
  readonly start: number
  readonly fromMs: number
  /** Only these, by key. */
  readonly services: ReadonlySet<string>
}

/** Who was listed when, by key of the Service, since a moment. */
export function listedSince(
  world: World,
  before: World,
  { start, fromMs, services }: Since,
): ReadonlyMap<string, Listed> {
  const books = new Map<string, Book>([...services].map(service => [service, emptyBook()]))
  for (const slice of before.store.list('EndpointSlice')) list(books, slice, fromMs)
  for (let index = start; index < world.store.logLength('EndpointSlice'); index += 1) {
    note(books, world.store.logAt('EndpointSlice', index))
  }
  return new Map([...books].map(([service, book]) => [service, closed(book)]))
}

function note(books: Map<string, Book>, { before, after, atMs }: Change): void {
  const slice = after ?? before
  const book = slice === undefined ? undefined : bookOf(books, slice)
  if (book === undefined) return
  const old = new Set(readyIn(before))
  const now = new Set(readyIn(after))
  for (const uid of now) if (!old.has(uid)) count(book, uid, { atMs, by: 1 })
  for (const uid of old) if (!now.has(uid)) count(book, uid, { atMs, by: -1 })
}

function list(books: Map<string, Book>, slice: KubeObject, atMs: number): void {
  const book = bookOf(books, slice)
  if (book === undefined) return
  for (const uid of new Set(readyIn(slice))) count(book, uid, { atMs, by: 1 })
}

function emptyBook(): Book {
  return { counts: new Map(), sinceMs: new Map(), spans: new Map() }
}

/** The book of a slice's Service, when it is one of those that are asked for. */
function bookOf(books: Map<string, Book>, slice: KubeObject): Book | undefined {
  const service = serviceOf(slice)
  return service === undefined ? undefined : books.get(service)
}

function count(
  { counts, sinceMs, spans }: Book,
  uid: string,
  { atMs, by }: { readonly atMs: number; readonly by: number },
): void {
  const before = counts.get(uid) ?? 0
  const after = before + by
  counts.set(uid, after)
  if (before === 0 && after > 0) sinceMs.set(uid, atMs)
  if (before > 0 && after === 0) {
    const span = { fromMs: sinceMs.get(uid) ?? atMs, toMs: atMs }
    spans.set(uid, [...(spans.get(uid) ?? []), span])
  }
}

function closed({ counts, sinceMs, spans }: Book): Listed {
  const result = new Map<string, readonly Span[]>(spans)
  for (const [uid, times] of counts) {
    if (times === 0) continue
    const open = { fromMs: sinceMs.get(uid) ?? 0, toMs: Infinity }
    result.set(uid, [...(spans.get(uid) ?? []), open])
  }
  return result
}
