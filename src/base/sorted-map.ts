// A map from strings to values in key order whose forks cost nothing until they write.
// Values lie in hash layers, as in a log-structured merge tree: what was written since the last
// fork on top, frozen layers below that forks share. The order of keys lies in sorted pages that
// are copied on the first write of either side; replacing a value does not touch them.

import { assert } from './assert.ts'

const pageKeysMax = 64
const gone = Symbol('gone')

type Layer<V> = ReadonlyMap<string, V | typeof gone>

interface Page {
  /** Ascending by code unit, all distinct. */
  readonly keys: string[]
  /** The map that may write this page in place. */
  readonly owner: object
}

/** Sorted by code unit of the key. Values are treated as immutable; none is undefined. */
export class SortedMap<V> {
  private own = new Map<string, V | typeof gone>()
  /** Oldest first; each holds less than half of what the one below holds. */
  private layers: readonly Layer<V>[] = []
  private pages: Page[] = []
  private owner: object = {}
  /** Whether `pages` itself (the directory) may be written in place. */
  private ownsDirectory = true
  private count = 0

  get size(): number {
    return this.count
  }

  /** An independent copy in O(writes since the last fork): neither side sees the other's. */
  fork(): SortedMap<V> {
    if (this.own.size > 0) {
      this.layers = withLayer(this.layers, this.own)
      this.own = new Map()
    }
    const copy = new SortedMap<V>()
    copy.layers = this.layers
    copy.pages = this.pages
    copy.count = this.count
    copy.ownsDirectory = false
    this.ownsDirectory = false
    this.owner = {}
    return copy
  }

  get(key: string): V | undefined {
    let value = this.own.get(key)
    for (let at = this.layers.length - 1; value === undefined && at >= 0; at -= 1) {
      value = (this.layers[at] as Layer<V>).get(key)
    }
    return value === gone ? undefined : value
  }

  has(key: string): boolean {
    return this.get(key) !== undefined
  }

  set(key: string, value: V): void {
    if (this.get(key) === undefined) this.insertKey(key)
    this.own.set(key, value)
  }

  /** Returns whether the key was there. */
  delete(key: string): boolean {
    if (this.get(key) === undefined) return false
    if (this.layers.length === 0) this.own.delete(key)
    else this.own.set(key, gone)
    this.removeKey(key)
    return true
  }

  /** All values in key order. */
  values(): V[] {
    const result: V[] = []
    for (const page of this.pages) {
      for (const key of page.keys) result.push(this.get(key) as V)
    }
    return result
  }

  /** All keys in order. */
  keys(): string[] {
    const result: string[] = []
    for (const page of this.pages) {
      for (const key of page.keys) result.push(key)
    }
    return result
  }

  /** The values whose key starts with `prefix`, in key order. */
  withPrefix(prefix: string): V[] {
    const result: V[] = []
    let at = this.pageIndex(prefix)
    let page = this.pages[at]
    let index = page === undefined ? 0 : lowerBound(page.keys, prefix)
    while (page !== undefined) {
      for (; index < page.keys.length; index += 1) {
        const key = page.keys[index] as string
        if (!key.startsWith(prefix)) return result
        result.push(this.get(key) as V)
      }
      at += 1
      index = 0
      page = this.pages[at]
    }
    return result
  }

  private insertKey(key: string): void {
    this.count += 1
    if (this.pages.length === 0) {
      this.pages = [{ keys: [key], owner: this.owner }]
      this.ownsDirectory = true
      return
    }
    const at = this.pageIndex(key)
    const { keys } = this.writablePage(at)
    keys.splice(lowerBound(keys, key), 0, key)
    if (keys.length <= pageKeysMax) return
    const rest = keys.splice(keys.length >> 1)
    this.pages.splice(at + 1, 0, { keys: rest, owner: this.owner })
  }

  private removeKey(key: string): void {
    this.count -= 1
    const at = this.pageIndex(key)
    const { keys } = this.writablePage(at)
    keys.splice(lowerBound(keys, key), 1)
    if (keys.length === 0) this.pages.splice(at, 1)
  }

  private pageIndex(key: string): number {
    let low = 0
    let high = this.pages.length - 1
    while (low < high) {
      const middle = (low + high + 1) >> 1
      if (((this.pages[middle] as Page).keys[0] as string) <= key) low = middle
      else high = middle - 1
    }
    return low
  }

  private writablePage(at: number): Page {
    if (!this.ownsDirectory) {
      this.pages = this.pages.slice()
      this.ownsDirectory = true
    }
    const page = this.pages[at]
    assert(page !== undefined, 'a write lands on an existing page')
    if (page.owner === this.owner) return page
    const copy = { keys: page.keys.slice(), owner: this.owner }
    this.pages[at] = copy
    return copy
  }
}

/** One layer more; layers that are not much smaller than what lies below are merged into it. */
function withLayer<V>(layers: readonly Layer<V>[], added: Layer<V>): readonly Layer<V>[] {
  const result = layers.slice()
  let top = added
  for (;;) {
    const below = result.at(-1)
    if (below === undefined || top.size * 2 < below.size) break
    result.pop()
    top = merged(below, top, result.length === 0)
  }
  result.push(top)
  return result
}

function merged<V>(below: Layer<V>, top: Layer<V>, isLowest: boolean): Layer<V> {
  const result = new Map(below)
  for (const [key, value] of top) {
    if (isLowest && value === gone) result.delete(key)
    else result.set(key, value)
  }
  return result
}

function lowerBound(keys: readonly string[], key: string): number {
  let low = 0
  let high = keys.length
  while (low < high) {
    const middle = (low + high) >> 1
    if ((keys[middle] as string) < key) low = middle + 1
    else high = middle
  }
  return low
}
