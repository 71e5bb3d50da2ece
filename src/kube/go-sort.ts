// Go's stable sort, step by step: where `less` is not transitive only the same sequence of
// comparisons gives the same order. Upstream: Go 1.26 sort.Stable (insertionSort, symMerge).

type Less<T> = (a: T, b: T) => boolean

const blockSize = 20

/** A copy of `items` as sort.Stable would leave it. */
export function stableSort<T>(items: readonly T[], less: Less<T>): T[] {
  const data = items.slice()
  const n = data.length
  let block = blockSize
  let a = 0
  let b = block
  while (b <= n) {
    insertionSort(data, less, { from: a, to: b })
    a = b
    b += block
  }
  insertionSort(data, less, { from: a, to: n })
  for (; block < n; block *= 2) {
    a = 0
    b = 2 * block
    while (b <= n) {
      symMerge(data, less, { from: a, middle: a + block, to: b })
      a = b
      b += 2 * block
    }
    if (a + block < n) symMerge(data, less, { from: a, middle: a + block, to: n })
  }
  return data
}

interface Range {
  readonly from: number
  readonly to: number
}

interface Halves extends Range {
  readonly middle: number
}

function swap<T>(data: T[], i: number, j: number): void {
  const kept = data[i] as T
  data[i] = data[j] as T
  data[j] = kept
}

function insertionSort<T>(data: T[], less: Less<T>, { from, to }: Range): void {
  for (let i = from + 1; i < to; i += 1) {
    for (let j = i; j > from && less(data[j] as T, data[j - 1] as T); j -= 1) swap(data, j, j - 1)
  }
}

/** Moves one element into the sorted other half. */
function mergeOne<T>(data: T[], less: Less<T>, { from, middle, to }: Halves): void {
  const first = middle - from === 1
  let low = first ? middle : from
  let high = first ? to : middle
  while (low < high) {
    const half = (low + high) >> 1
    const isLow = first
      ? less(data[half] as T, data[from] as T)
      : !less(data[middle] as T, data[half] as T)
    if (isLow) low = half + 1
    else high = half
  }
  if (first) for (let k = from; k < low - 1; k += 1) swap(data, k, k + 1)
  else for (let k = middle; k > low; k -= 1) swap(data, k, k - 1)
}

function symMerge<T>(data: T[], less: Less<T>, halves: Halves): void {
  const { from, middle, to } = halves
  if (middle - from === 1 || to - middle === 1) {
    mergeOne(data, less, halves)
    return
  }
  const half = (from + to) >> 1
  const n = half + middle
  let start = middle > half ? n - to : from
  let limit = middle > half ? half : middle
  const last = n - 1
  while (start < limit) {
    const c = (start + limit) >> 1
    if (!less(data[last - c] as T, data[c] as T)) start = c + 1
    else limit = c
  }
  const end = n - start
  if (start < middle && middle < end) rotate(data, { from: start, middle, to: end })
  if (from < start && start < half) symMerge(data, less, { from, middle: start, to: half })
  if (half < end && end < to) symMerge(data, less, { from: half, middle: end, to })
}

function rotate<T>(data: T[], { from, middle, to }: Halves): void {
  const left = data.slice(from, middle)
  data.copyWithin(from, middle, to)
  for (let index = 0; index < left.length; index += 1) {
    data[to - left.length + index] = left[index] as T
  }
}
