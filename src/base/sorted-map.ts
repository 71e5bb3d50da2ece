// A map from strings to values in key order whose forks cost nothing until they write.
// Values lie in a layered map, the order of keys in sorted pages that are copied on the first write
// of either side; replacing a value does not touch the pages.

import { assert } from './assert.ts'
import { LayeredMap } from './layered-map.ts'

const pageKeysMax = 64

interface Page {
  /** Ascending by code unit, all distinct. */
  readonly keys: string[]
  /** The map that may write this page in place. */
  readonly owner: object
}

/** Sorted by code unit of the key. Values are treated as immutable; none is undefined. */
export class SortedMap<V> {
  private byKey = new LayeredMap<V>()
  private pages: Page[] = []
  private owner: object = {}
  /** Whether `pages` itself (the directory) may be written in place. */
  private ownsDirectory = true
  private count = 0

  get size(): number {
    return this.count
  }

  /** An independent copy: neither side ever sees the other's later writes. */
  fork(): SortedMap<V> {
    const copy = new SortedMap<V>()
    copy.byKey = this.byKey.fork()
    copy.pages = this.pages
    copy.count = this.count
    copy.ownsDirectory = false
    this.ownsDirectory = false
    this.owner = {}
    return copy
  }

  get(key: string): V | undefined {
    return this.byKey.get(key)
  }

  has(key: string): boolean {
    return this.get(key) !== undefined
  }

  set(key: string, value: V): void {
    if (this.get(key) === undefined) this.insertKey(key)
    this.byKey.set(key, value)
  }

  /** Returns whether the key was there. */
  delete(key: string): boolean {
    if (this.get(key) === undefined) return false
    this.byKey.delete(key)
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
