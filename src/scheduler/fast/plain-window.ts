// The window when every node in it fits: it is a stretch of the order of nodes, and where nothing
// but resources is scored the best of it is known after one look at each node.

import { isEarlierInHeap } from './heap-order.ts'
import type { NodeColumns } from './node-columns.ts'
import type { StatusTable } from './status-table.ts'
import type { WorthColumn } from './worth-column.ts'

/** What the walk is to find. */
export interface WindowBounds {
  readonly order: Int32Array
  readonly start: number
  /** How many fitting nodes are wanted; one more ends the walk. */
  readonly wanted: number
}

export class PlainWindow {
  private order: Int32Array = new Int32Array(0)
  private start = 0
  private values = new Int32Array(0)
  count = 0
  best = 0
  tieCount = 0
  /** The first place with the best value, and the root of upstream's heap. */
  firstBest = 0
  heapPick = 0

  /** False when a node does not fit: then the walk has to note which. */
  scan(
    { order, start, wanted }: WindowBounds,
    column: WorthColumn,
    nodes: NodeColumns,
    statuses: StatusTable,
  ): boolean {
    const { values } = column
    const { length } = order
    // Below no value that fits: whatever is negative takes the first branch.
    let best = 0
    let ties = 0
    let first = 0
    let pick = 0
    let position = start
    for (let index = 0; index < wanted; index += 1) {
      const slot = order[position] as number
      position += 1
      if (position === length) position = 0
      let value = values[slot] as number
      if (value < best) {
        if (value >= 0) continue
        value = column.refreshed(slot, nodes, statuses)
        if (value < 0) return false
        if (value < best) continue
      }
      if (value > best) {
        best = value
        ties = 1
        first = index
        pick = index
      } else {
        ties += 1
        if (pick !== 0 && isEarlierInHeap(index + 1, pick + 1)) pick = index
      }
    }
    if (wanted < length) {
      // The node that ends the walk must fit as well.
      const slot = order[position] as number
      if ((values[slot] as number) < 0 && column.refreshed(slot, nodes, statuses) < 0) return false
    }
    this.order = order
    this.start = start
    this.values = values
    this.count = wanted
    this.best = best
    this.tieCount = ties
    this.firstBest = first
    this.heapPick = pick
    return true
  }

  /** The node slot at a place of the window. */
  slotAt(index: number): number {
    const { order, start } = this
    const position = start + index
    return order[position < order.length ? position : position - order.length] as number
  }

  /** Writes out slots and values. */
  copyTo(feasible: Int32Array, worth: Int32Array): void {
    const { order, start, values, count } = this
    let position = start
    for (let index = 0; index < count; index += 1) {
      const slot = order[position] as number
      position += 1
      if (position === order.length) position = 0
      feasible[index] = slot
      worth[index] = values[slot] as number
    }
  }
}
