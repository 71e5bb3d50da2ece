// In which order the nodes of one attempt are looked at when several workers share the walk. Each
// order gives a window: the nodes that are found before there are enough.
// Upstream: pkg/scheduler/framework/parallelize/parallelism.go and client-go
// util/workqueue/parallelizer.go, v1.36.3.

import { assert } from '../base/assert.ts'
import { drawBelow } from '../base/prng.ts'

/** Below that all nodes are looked at, so that the order decides nothing but ties. */
export const sampledFrom = 100

/**
 * The orders that may be chosen: 0 one worker, the documented rule; 1 all workers at the same
 * pace; from 2 on the next worker is drawn each time.
 */
export const windowsMax = 8

/** How many nodes a worker takes at a time: at most the root of their number. */
export function chunkSizeFor(count: number, parallelism: number): number {
  const share = Math.trunc(count / parallelism) + 1
  return Math.max(1, Math.min(Math.trunc(Math.sqrt(count)), share))
}

export interface Walked {
  /** How many nodes there are. */
  readonly count: number
  /** The position of the first. */
  readonly start: number
  readonly parallelism: number
}

/**
 * Positions in the order in which their checks end. 16 workers on 1,000 nodes take chunks of 31:
 * at the same pace they look at 0, 31, 62, …, 465, then at 1, 32, 63, …
 */
export function orderOfChecks(window: number, { count, start, parallelism }: Walked): Int32Array {
  assert(window > 0, 'the window of one worker needs no order of its own')
  const size = chunkSizeFor(count, parallelism)
  const chunks = Math.ceil(count / size)
  const workers = Math.min(parallelism, chunks)
  const next = Int32Array.from({ length: workers }, (_, worker) => worker * size)
  const busy = Array.from({ length: workers }, (_, worker) => worker)
  const order = new Int32Array(count)
  let chunksTaken = workers
  let turn = 0
  for (let done = 0; done < count; done += 1) {
    const at =
      window === 1 ? turn % busy.length : drawBelow(busy.length, window, 'window', start + done)
    const worker = busy[at] as number
    const offset = next[worker] as number
    order[done] = (start + offset) % count
    const isLast = offset + 1 === count || (offset + 1) % size === 0
    turn = at + 1
    if (!isLast) {
      next[worker] = offset + 1
    } else if (chunksTaken < chunks) {
      next[worker] = chunksTaken * size
      chunksTaken += 1
    } else {
      busy.splice(at, 1)
      turn = at
    }
  }
  return order
}
