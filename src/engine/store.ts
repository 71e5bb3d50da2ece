// Objects by kind and key, secondary indexes, and the log of every change: the watch stream.

import { LayeredMap } from '../base/layered-map.ts'
import { PagedLog } from '../base/paged-log.ts'
import { SortedMap } from '../base/sorted-map.ts'
import { keyOf, type KubeObject } from '../kube/object.ts'

/** One write. `revision` counts all writes of the run from 1; the log is in revision order. */
export interface Change {
  readonly revision: number
  readonly atMs: number
  readonly kind: string
  readonly key: string
  /** Undefined when the object was created. */
  readonly before: KubeObject | undefined
  /** Undefined when the object was removed. */
  readonly after: KubeObject | undefined
  /** Who wrote: the name of an actor or controller. */
  readonly writer: string
  /** How, as whoever serves requests told; the engine only keeps it. */
  readonly via?: unknown
}

/** A secondary index over objects of one kind, or of every kind. */
export interface IndexSpec {
  readonly name: string
  /** Undefined: every kind. */
  readonly kind?: string
  /** The part that decides the values: while it is the very same, the index stands. */
  readonly part: (object: KubeObject) => unknown
  /** The values under which the object is found; usually none or one. */
  readonly values: (object: KubeObject) => readonly string[]
}

interface KindTable {
  readonly objects: SortedMap<KubeObject>
  readonly indexes: readonly IndexTable[]
  readonly log: PagedLog<Change>
  /** Lists by namespace, or of `everywhere`, kept up to date: readers outnumber writers. */
  readonly lists: LayeredMap<readonly KubeObject[]>
}

/** One index that applies to a kind. */
interface IndexTable {
  readonly spec: IndexSpec
  /** `value NUL key` → key. */
  readonly map: SortedMap<string>
  /** Objects by value, as far as they were asked for and have not changed since. */
  readonly lists: LayeredMap<readonly KubeObject[]>
}

/** Changes in revision order, to be read only. */
export type ChangeLog = Pick<PagedLog<Change>, 'length' | 'at'>

const none: readonly never[] = []
const noChanges: ChangeLog = new PagedLog<Change>()
/** No namespace has this name. */
const everywhere = '*'

/** The store of one World; forked with it. */
export class Store {
  private readonly specs: readonly IndexSpec[]
  private readonly tables = new Map<string, KindTable>()
  private changes = new PagedLog<Change>()

  constructor(specs: readonly IndexSpec[]) {
    this.specs = specs
  }

  /** Revision of the latest write; 0 before the first. */
  get revision(): number {
    return this.changes.length
  }

  fork(): Store {
    const copy = new Store(this.specs)
    copy.changes = this.changes.fork()
    for (const [kind, table] of this.tables) copy.tables.set(kind, forkTable(table))
    return copy
  }

  get(kind: string, key: string): KubeObject | undefined {
    return this.tables.get(kind)?.objects.get(key)
  }

  /** All objects of a kind, or of one namespace of it, ordered by key. */
  list(kind: string, namespace?: string): readonly KubeObject[] {
    const table = this.tables.get(kind)
    if (table === undefined) return none
    const name = namespace ?? everywhere
    const known = table.lists.get(name)
    if (known !== undefined) return known
    const { objects } = table
    const list = namespace === undefined ? objects.values() : objects.withPrefix(`${namespace}/`)
    table.lists.set(name, list)
    return list
  }

  /** Objects of `kind` that the index files under `value`, ordered by key. */
  indexed(kind: string, index: string, value: string): readonly KubeObject[] {
    const table = this.tables.get(kind)
    if (table === undefined) return none
    const found = indexTable(table, index)
    if (found === undefined) return none
    const known = found.lists.get(value)
    if (known !== undefined) return known
    const keys = found.map.withPrefix(`${value}\0`)
    const list = keys.length === 0 ? none : keys.map(key => table.objects.get(key) as KubeObject)
    found.lists.set(value, list)
    return list
  }

  /** Kinds of which the store holds, or held, objects: sorted. */
  kinds(): string[] {
    return [...this.tables.keys()].sort()
  }

  /** Writes (or with `after` undefined removes) an object and appends the change. */
  write(change: Change): void {
    const table = this.table(change.kind)
    relist(table.lists, change)
    if (change.after === undefined) table.objects.delete(change.key)
    else table.objects.set(change.key, change.after)
    for (let at = 0; at < table.indexes.length; at += 1) {
      reindex(table.indexes[at] as IndexTable, change)
    }
    table.log.append(change)
    this.changes.append(change)
  }

  /** All changes of a kind so far. */
  logOf(kind: string): ChangeLog {
    return this.tables.get(kind)?.log ?? noChanges
  }

  /** Number of changes of a kind so far. */
  logLength(kind: string): number {
    return this.logOf(kind).length
  }

  /** The change number `index` (from 0) of a kind. */
  logAt(kind: string, index: number): Change {
    return this.logOf(kind).at(index)
  }

  /** All changes from revision `start + 1` on. */
  changesAfter(revision: number): readonly Change[] {
    return this.changes.from(revision)
  }

  private table(kind: string): KindTable {
    const known = this.tables.get(kind)
    if (known !== undefined) return known
    const specs = this.specs.filter(spec => spec.kind === undefined || spec.kind === kind)
    const table: KindTable = {
      objects: new SortedMap(),
      indexes: specs.map(spec => ({
        spec,
        map: new SortedMap<string>(),
        lists: new LayeredMap(),
      })),
      log: new PagedLog(),
      lists: new LayeredMap(),
    }
    this.tables.set(kind, table)
    return table
  }
}

function forkTable(table: KindTable): KindTable {
  return {
    objects: table.objects.fork(),
    indexes: table.indexes.map(({ spec, map, lists }) => ({
      spec,
      map: map.fork(),
      lists: lists.fork(),
    })),
    log: table.log.fork(),
    lists: table.lists.fork(),
  }
}

function indexTable({ indexes }: KindTable, name: string): IndexTable | undefined {
  for (let at = 0; at < indexes.length; at += 1) {
    const index = indexes[at] as IndexTable
    if (index.spec.name === name) return index
  }
  return undefined
}

type Lists = LayeredMap<readonly KubeObject[]>

function relist(lists: Lists, change: Change): void {
  replace(lists, everywhere, change)
  const slash = change.key.indexOf('/')
  if (slash >= 0) replace(lists, change.key.slice(0, slash), change)
}

/** The list with the new version of an object in its place, with the new one, or without it. */
function replace(lists: Lists, name: string, change: Change): void {
  const list = lists.get(name)
  if (list === undefined) return
  const { before, after } = change
  if (before === undefined) {
    if (after !== undefined) lists.set(name, list.toSpliced(placeIn(list, change.key), 0, after))
    return
  }
  const at = list.indexOf(before)
  if (at < 0) lists.delete(name)
  else lists.set(name, after === undefined ? list.toSpliced(at, 1) : list.with(at, after))
}

/** Where an object of that key belongs in a list in the order of keys. */
function placeIn(list: readonly KubeObject[], key: string): number {
  let low = 0
  let high = list.length
  while (low < high) {
    const middle = (low + high) >> 1
    if (keyOf((list[middle] as KubeObject).metadata) < key) low = middle + 1
    else high = middle
  }
  return low
}

function reindex({ spec, map, lists }: IndexTable, change: Change): void {
  const { before, after } = change
  const same = before !== undefined && after !== undefined && spec.part(before) === spec.part(after)
  const now = after === undefined ? none : spec.values(after)
  if (same) {
    for (let at = 0; at < now.length; at += 1) replace(lists, now[at] as string, change)
    return
  }
  const old = before === undefined ? none : spec.values(before)
  for (const value of old) {
    if (now.includes(value)) continue
    map.delete(`${value}\0${change.key}`)
    replace(lists, value, { ...change, after: undefined })
  }
  for (const value of now) {
    if (old.includes(value)) replace(lists, value, change)
    else {
      map.set(`${value}\0${change.key}`, change.key)
      replace(lists, value, { ...change, before: undefined })
    }
  }
}
