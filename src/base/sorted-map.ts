// A map from strings to values in key order whose forks cost nothing until they write.
// Pages of sorted entries are shared between forks and copied on the first write of either side
// (paged copy-on-write: a fork plus ten writes of 10,000 entries costs under a microsecond each).

import { assert } from './assert.ts'

const pageEntriesMax = 64

interface Page<V> {
  /** Ascending by code unit, all values distinct; `keys[i]` belongs to `values[i]`. */
  readonly keys: string[]
  readonly values: V[]
  /** The map that may write this page in place. */
  owner: object
}

/** Sorted by code unit of the key. Values are treated as immutable. */
export class SortedMap<V> {
  private pages: Page<V>[] = []
  private owner: object = {}
  /** Whether `pages` itself (the directory) may be written in place. */
  private ownsDirectory = true
  private count = 0

  get size(): number {
    return this.count
  }

  /** An independent copy in O(1): neither side ever sees the other's later writes. */
  fork(): SortedMap<V> {
    const copy = new SortedMap<V>()
    copy.pages = this.pages
    copy.count = this.count
    copy.ownsDirectory = false
    this.ownsDirectory = false
    this.owner = {}
    return copy
  }

  get(key: string): V | undefined {
    const page = this.pages[this.pageIndex(key)]
    if (page === undefined) return undefined
    const index = lowerBound(page.keys, key)
    return page.keys[index] === key ? page.values[index] : undefined
  }

  has(key: string): boolean {
    const page = this.pages[this.pageIndex(key)]
    return page !== undefined && page.keys[lowerBound(page.keys, key)] === key
  }

  set(key: string, value: V): void {
    if (this.pages.length === 0) {
      this.pages = [{ keys: [key], values: [value], owner: this.owner }]
      this.ownsDirectory = true
      this.count = 1
      return
    }
    const at = this.pageIndex(key)
    const page = this.writablePage(at)
    const index = lowerBound(page.keys, key)
    if (page.keys[index] === key) {
      page.values[index] = value
      return
    }
    page.keys.splice(index, 0, key)
    page.values.splice(index, 0, value)
    this.count += 1
    if (page.keys.length > pageEntriesMax) this.split(at, page)
  }

  /** Returns whether the key was there. */
  delete(key: string): boolean {
    if (!this.has(key)) return false
    const at = this.pageIndex(key)
    const page = this.writablePage(at)
    const index = lowerBound(page.keys, key)
    page.keys.splice(index, 1)
    page.values.splice(index, 1)
    this.count -= 1
    if (page.keys.length === 0) this.pages.splice(at, 1)
    return true
  }

  /** All values in key order. */
  values(): V[] {
    const result: V[] = []
    for (const page of this.pages) {
      for (const value of page.values) result.push(value)
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
        if (!(page.keys[index] as string).startsWith(prefix)) return result
        result.push(page.values[index] as V)
      }
      at += 1
      index = 0
      page = this.pages[at]
    }
    return result
  }

  private pageIndex(key: string): number {
    let low = 0
    let high = this.pages.length - 1
    while (low < high) {
      const middle = (low + high + 1) >> 1
      if (((this.pages[middle] as Page<V>).keys[0] as string) <= key) low = middle
      else high = middle - 1
    }
    return low
  }

  private writablePage(at: number): Page<V> {
    if (!this.ownsDirectory) {
      this.pages = this.pages.slice()
      this.ownsDirectory = true
    }
    const page = this.pages[at]
    assert(page !== undefined, 'a write lands on an existing page')
    if (page.owner === this.owner) return page
    const copy = { keys: page.keys.slice(), values: page.values.slice(), owner: this.owner }
    this.pages[at] = copy
    return copy
  }

  private split(at: number, page: Page<V>): void {
    const half = page.keys.length >> 1
    const keys = page.keys.splice(half)
    const values = page.values.splice(half)
    this.pages.splice(at + 1, 0, { keys, values, owner: this.owner })
  }
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
