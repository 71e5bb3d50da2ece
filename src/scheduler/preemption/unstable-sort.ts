// Go's unstable sort, so that victims that compare equal come out in the real order.
// Upstream: Go 1.26 sort.Slice (pattern-defeating quicksort), sort/zsortfunc.go.

type Less<T> = (a: T, b: T) => boolean

/** Up to this length an insertion sort keeps the order of equal items. */
const insertionLength = 12
const ninther = 50

/** Sorts in place exactly as sort.Slice would, also when `less` contradicts itself. */
export function sortLikeGo<T>(items: T[], less: Less<T>): void {
  new Sorter(items, less).sort(0, items.length, 32 - Math.clz32(items.length))
}

class Sorter<T> {
  private readonly items: T[]
  private readonly lessItems: Less<T>
  private swaps = 0

  constructor(items: T[], less: Less<T>) {
    this.items = items
    this.lessItems = less
  }

  sort(from: number, to: number, depth: number): void {
    let [start, end, limit] = [from, to, depth]
    let balanced = true
    let partitioned = true
    for (;;) {
      const length = end - start
      if (length <= insertionLength) return this.insertionSort(start, end)
      if (limit === 0) return this.heapSort(start, end)
      if (!balanced) {
        this.breakPatterns(start, end)
        limit -= 1
      }
      let { pivot, hint } = this.choosePivot(start, end)
      if (hint === 'decreasing') {
        this.reverse(start, end)
        pivot = end - 1 - (pivot - start)
        hint = 'increasing'
      }
      const looksSorted = balanced && partitioned && hint === 'increasing'
      if (looksSorted && this.partialInsertionSort(start, end)) return
      if (start > 0 && !this.less(start - 1, pivot)) {
        start = this.partitionEqual(start, end, pivot)
        continue
      }
      const { middle, already } = this.partition(start, end, pivot)
      partitioned = already
      const left = middle - start
      const right = end - middle
      balanced = Math.min(left, right) >= Math.floor(length / 8)
      if (left < right) {
        this.sort(start, middle, limit)
        start = middle + 1
      } else {
        this.sort(middle + 1, end, limit)
        end = middle
      }
    }
  }

  private less(a: number, b: number): boolean {
    return this.lessItems(this.items[a] as T, this.items[b] as T)
  }

  private swap(a: number, b: number): void {
    const item = this.items[a] as T
    this.items[a] = this.items[b] as T
    this.items[b] = item
  }

  private insertionSort(start: number, end: number): void {
    for (let i = start + 1; i < end; i += 1) {
      for (let j = i; j > start && this.less(j, j - 1); j -= 1) this.swap(j, j - 1)
    }
  }

  private heapSort(start: number, end: number): void {
    const length = end - start
    for (let i = Math.floor((length - 1) / 2); i >= 0; i -= 1) this.siftDown(i, length, start)
    for (let i = length - 1; i >= 0; i -= 1) {
      this.swap(start, start + i)
      this.siftDown(0, i, start)
    }
  }

  private siftDown(low: number, high: number, first: number): void {
    let root = low
    for (;;) {
      let child = 2 * root + 1
      if (child >= high) return
      if (child + 1 < high && this.less(first + child, first + child + 1)) child += 1
      if (!this.less(first + root, first + child)) return
      this.swap(first + root, first + child)
      root = child
    }
  }

  private partition(
    start: number,
    end: number,
    pivot: number,
  ): { middle: number; already: boolean } {
    this.swap(start, pivot)
    let i = start + 1
    let j = end - 1
    let already = true
    for (;;) {
      while (i <= j && this.less(i, start)) i += 1
      while (i <= j && !this.less(j, start)) j -= 1
      if (i > j) break
      already = false
      this.swap(i, j)
      i += 1
      j -= 1
    }
    this.swap(j, start)
    return { middle: j, already }
  }

  private partitionEqual(start: number, end: number, pivot: number): number {
    this.swap(start, pivot)
    let i = start + 1
    let j = end - 1
    for (;;) {
      while (i <= j && !this.less(start, i)) i += 1
      while (i <= j && this.less(start, j)) j -= 1
      if (i > j) return i
      this.swap(i, j)
      i += 1
      j -= 1
    }
  }

  private partialInsertionSort(start: number, end: number): boolean {
    let i = start + 1
    for (let step = 0; step < 5; step += 1) {
      while (i < end && !this.less(i, i - 1)) i += 1
      if (i === end) return true
      if (end - start < ninther) return false
      this.swap(i, i - 1)
      if (i - start >= 2)
        for (let j = i - 1; j >= 1 && this.less(j, j - 1); j -= 1) this.swap(j, j - 1)
      if (end - i >= 2)
        for (let j = i + 1; j < end && this.less(j, j - 1); j += 1) this.swap(j, j - 1)
    }
    return false
  }

  private breakPatterns(start: number, end: number): void {
    const length = end - start
    if (length < 8) return
    const modulus = 2 ** (32 - Math.clz32(length))
    let random = BigInt(length)
    const middle = start + Math.floor(length / 4) * 2
    for (let index = middle - 1; index <= middle + 1; index += 1) {
      random = xorshift(random)
      let other = Number(random & BigInt(modulus - 1))
      if (other >= length) other -= length
      this.swap(index, start + other)
    }
  }

  private choosePivot(start: number, end: number): { pivot: number; hint: Hint } {
    const length = end - start
    const quarter = Math.floor(length / 4)
    let [i, j, k] = [start + quarter, start + quarter * 2, start + quarter * 3]
    this.swaps = 0
    if (length >= 8) {
      if (length >= ninther) {
        i = this.median(i - 1, i, i + 1)
        j = this.median(j - 1, j, j + 1)
        k = this.median(k - 1, k, k + 1)
      }
      j = this.median(i, j, k)
    }
    const hint = this.swaps === 0 ? 'increasing' : this.swaps === 12 ? 'decreasing' : 'unknown'
    return { pivot: j, hint }
  }

  private median(first: number, second: number, third: number): number {
    let [a, b] = this.ordered(first, second)
    ;[b] = this.ordered(b, third)
    ;[a, b] = this.ordered(a, b)
    return b
  }

  private ordered(a: number, b: number): [number, number] {
    if (!this.less(b, a)) return [a, b]
    this.swaps += 1
    return [b, a]
  }

  private reverse(start: number, end: number): void {
    for (let i = start, j = end - 1; i < j; i += 1, j -= 1) this.swap(i, j)
  }
}

type Hint = 'increasing' | 'decreasing' | 'unknown'

/** The 64-bit generator that Go seeds with the length. */
function xorshift(state: bigint): bigint {
  let next = state
  next ^= BigInt.asUintN(64, next << 13n)
  next ^= next >> 7n
  next ^= BigInt.asUintN(64, next << 17n)
  return next
}
