// A sorted array whose forks share it until one side writes.

/** Negative when `a` comes first. The order must be total. */
export type Compare<T> = (a: T, b: T) => number

/** Sorted by a total order given with every call, so that the state itself holds no function. */
export class OrderedList<T> {
  private items: T[] = []
  private owned = true

  get length(): number {
    return this.items.length
  }

  fork(): OrderedList<T> {
    const copy = new OrderedList<T>()
    copy.items = this.items
    copy.owned = false
    this.owned = false
    return copy
  }

  /** The first item; undefined when empty. */
  first(): T | undefined {
    return this.items[0]
  }

  values(): readonly T[] {
    return this.items
  }

  insert(item: T, compare: Compare<T>): void {
    this.takeOwnership()
    this.items.splice(this.position(item, compare), 0, item)
  }

  /** Removes the item that compares equal; returns whether there was one. */
  remove(item: T, compare: Compare<T>): boolean {
    const index = this.position(item, compare)
    const found = this.items[index]
    if (found === undefined || compare(found, item) !== 0) return false
    this.takeOwnership()
    this.items.splice(index, 1)
    return true
  }

  shift(): T | undefined {
    if (this.items.length === 0) return undefined
    this.takeOwnership()
    return this.items.shift()
  }

  private position(item: T, compare: Compare<T>): number {
    let low = 0
    let high = this.items.length
    while (low < high) {
      const middle = (low + high) >> 1
      if (compare(this.items[middle] as T, item) < 0) low = middle + 1
      else high = middle
    }
    return low
  }

  private takeOwnership(): void {
    if (this.owned) return
    this.items = this.items.slice()
    this.owned = true
  }
}
