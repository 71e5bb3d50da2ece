// An append-only list whose forks share every full page; entries are never changed.

import { fail } from './assert.ts'

const pageBits = 8
const pageEntries = 2 ** pageBits
const pageMask = pageEntries - 1

/** Append-only; `fork()` is O(1) and the first append after it copies one page. */
export class PagedLog<T> {
  private pages: T[][] = []
  private ownsLastPage = true
  private count = 0

  get length(): number {
    return this.count
  }

  fork(): PagedLog<T> {
    const copy = new PagedLog<T>()
    copy.pages = this.pages
    copy.count = this.count
    copy.ownsLastPage = false
    this.ownsLastPage = false
    return copy
  }

  append(entry: T): void {
    if (!this.ownsLastPage) this.takeLastPage()
    const within = this.count % pageEntries
    if (within === 0) this.pages.push([entry])
    else (this.pages[this.pages.length - 1] as T[]).push(entry)
    this.count += 1
  }

  at(index: number): T {
    if (index < 0 || index >= this.count) fail('a log is read inside its bounds')
    return (this.pages[index >> pageBits] as T[])[index & pageMask] as T
  }

  /** Entries from `start` (inclusive) to the end. */
  from(start: number): T[] {
    const within = start & pageMask
    const pages = this.pages.slice(start >> pageBits)
    return ([] as T[]).concat(...pages).slice(within, within + this.count - start)
  }

  private takeLastPage(): void {
    this.pages = this.pages.slice()
    const last = this.pages.length - 1
    if (last >= 0 && this.count % pageEntries !== 0) {
      this.pages[last] = (this.pages[last] as T[]).slice(0, this.count % pageEntries)
    }
    this.ownsLastPage = true
  }
}
