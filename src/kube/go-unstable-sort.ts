// Go's sort.Slice, step by step: equal elements, and elements that `less` orders both ways, end up
// where the same sequence of swaps puts them. Upstream: Go 1.26 sort/zsortfunc.go pdqsort_func.

type Less<T> = (a: T, b: T) => boolean

const insertionMax = 12
const ninetherMin = 50
const swapsMax = 12

/** A copy of `items` as sort.Slice would leave it. */
export function unstableSort<T>(items: readonly T[], less: Less<T>): T[] {
  const sorted = items.slice()
  sortLikeGo(sorted, less)
  return sorted
}

/** Sorts in place exactly as sort.Slice would, also when `less` contradicts itself. */
export function sortLikeGo<T>(items: T[], less: Less<T>): void {
  new PatternDefeatingSort(items, less).sort(0, items.length, bitLength(items.length))
}

function bitLength(value: number): number {
  return 32 - Math.clz32(value)
}

interface Pivot {
  readonly at: number
  readonly hint: 'increasing' | 'decreasing' | 'unknown'
}

interface Partition {
  readonly middle: number
  readonly wasPartitioned: boolean
}

class PatternDefeatingSort<T> {
  private readonly data: T[]
  private readonly isLess: Less<T>
  private swaps = 0

  constructor(data: T[], less: Less<T>) {
    this.data = data
    this.isLess = less
  }

  sort(from: number, to: number, depth: number): void {
    let [a, b, limit] = [from, to, depth]
    let wasBalanced = true
    let wasPartitioned = true
    for (;;) {
      const length = b - a
      if (length <= insertionMax) return this.insertionSort(a, b)
      if (limit === 0) return this.heapSort(a, b)
      if (!wasBalanced) {
        this.breakPatterns(a, b)
        limit -= 1
      }
      const pivot = this.orderedPivot(a, b)
      if (wasBalanced && wasPartitioned && pivot.hint === 'increasing') {
        if (this.isNearlySorted(a, b)) return
      }
      if (a > 0 && !this.less(a - 1, pivot.at)) {
        a = this.partitionEqual(a, b, pivot.at)
        continue
      }
      const partition = this.partition(a, b, pivot.at)
      wasPartitioned = partition.wasPartitioned
      const { middle } = partition
      const [left, right] = [middle - a, b - middle]
      wasBalanced = Math.min(left, right) >= Math.trunc(length / 8)
      if (left < right) {
        this.sort(a, middle, limit)
        a = middle + 1
      } else {
        this.sort(middle + 1, b, limit)
        b = middle
      }
    }
  }

  private less(i: number, j: number): boolean {
    return this.isLess(this.data[i] as T, this.data[j] as T)
  }

  private swap(i: number, j: number): void {
    const { data } = this
    ;[data[i], data[j]] = [data[j] as T, data[i] as T]
  }

  private insertionSort(a: number, b: number): void {
    for (let i = a + 1; i < b; i += 1) {
      for (let j = i; j > a && this.less(j, j - 1); j -= 1) this.swap(j, j - 1)
    }
  }

  private siftDown(low: number, high: number, first: number): void {
    for (let root = low; ; ) {
      let child = 2 * root + 1
      if (child >= high) return
      if (child + 1 < high && this.less(first + child, first + child + 1)) child += 1
      if (!this.less(first + root, first + child)) return
      this.swap(first + root, first + child)
      root = child
    }
  }

  private heapSort(a: number, b: number): void {
    const high = b - a
    for (let i = Math.trunc((high - 1) / 2); i >= 0; i -= 1) this.siftDown(i, high, a)
    for (let i = high - 1; i >= 0; i -= 1) {
      this.swap(a, a + i)
      this.siftDown(0, i, a)
    }
  }

  /** Swaps three elements in the middle with others: a fixed sequence of random numbers. */
  private breakPatterns(a: number, b: number): void {
    const length = b - a
    if (length < 8) return
    let random = BigInt(length)
    const mask = (1n << BigInt(bitLength(length))) - 1n
    const middle = a + Math.trunc(length / 4) * 2
    for (let index = middle - 1; index <= middle + 1; index += 1) {
      random = BigInt.asUintN(64, random ^ (random << 13n))
      random ^= random >> 7n
      random = BigInt.asUintN(64, random ^ (random << 17n))
      const other = Number(random & mask)
      this.swap(index, a + (other >= length ? other - length : other))
    }
  }

  /** Chooses a pivot; a range that looks descending is turned round first. */
  private orderedPivot(a: number, b: number): Pivot {
    const pivot = this.choosePivot(a, b)
    if (pivot.hint !== 'decreasing') return pivot
    for (let [i, j] = [a, b - 1]; i < j; i += 1, j -= 1) this.swap(i, j)
    return { at: b - 1 - (pivot.at - a), hint: 'increasing' }
  }

  private choosePivot(a: number, b: number): Pivot {
    const length = b - a
    const quarter = Math.trunc(length / 4)
    let [i, j, k] = [a + quarter, a + quarter * 2, a + quarter * 3]
    this.swaps = 0
    if (length >= ninetherMin) {
      ;[i, j, k] = [
        this.median(i - 1, i, i + 1),
        this.median(j - 1, j, j + 1),
        this.median(k - 1, k, k + 1),
      ]
    }
    j = this.median(i, j, k)
    if (this.swaps === 0) return { at: j, hint: 'increasing' }
    return { at: j, hint: this.swaps === swapsMax ? 'decreasing' : 'unknown' }
  }

  /** Counts how often the three were out of order. */
  private median(first: number, second: number, third: number): number {
    let [a, b, c] = [first, second, third]
    const order = (x: number, y: number): readonly [number, number] => {
      if (!this.less(y, x)) return [x, y]
      this.swaps += 1
      return [y, x]
    }
    ;[a, b] = order(a, b)
    ;[b, c] = order(b, c)
    ;[a, b] = order(a, b)
    return b
  }

  /** Finishes a range with few elements out of order; false when it is not such a range. */
  private isNearlySorted(a: number, b: number): boolean {
    let i = a + 1
    for (let step = 0; step < 5; step += 1) {
      while (i < b && !this.less(i, i - 1)) i += 1
      if (i === b) return true
      if (b - a < ninetherMin) return false
      this.swap(i, i - 1)
      if (i - a >= 2) {
        for (let j = i - 1; j >= 1 && this.less(j, j - 1); j -= 1) this.swap(j, j - 1)
      }
      if (b - i >= 2) {
        for (let j = i + 1; j < b && this.less(j, j - 1); j += 1) this.swap(j, j - 1)
      }
    }
    return false
  }

  private partitionEqual(a: number, b: number, pivot: number): number {
    this.swap(a, pivot)
    let [i, j] = [a + 1, b - 1]
    for (;;) {
      while (i <= j && !this.less(a, i)) i += 1
      while (i <= j && this.less(a, j)) j -= 1
      if (i > j) return i
      this.swap(i, j)
      i += 1
      j -= 1
    }
  }

  private partition(a: number, b: number, pivot: number): Partition {
    this.swap(a, pivot)
    let [i, j] = [a + 1, b - 1]
    let isFirst = true
    for (;;) {
      while (i <= j && this.less(i, a)) i += 1
      while (i <= j && !this.less(j, a)) j -= 1
      if (i > j) break
      isFirst = false
      this.swap(i, j)
      i += 1
      j -= 1
    }
    this.swap(j, a)
    return { middle: j, wasPartitioned: isFirst }
  }
}
