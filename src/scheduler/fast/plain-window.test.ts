import fc from 'fast-check'
import { expect, it } from 'vitest'
import { bestOf, heapRoot } from '../scoring.ts'
import { NodeColumns } from './node-columns.ts'
import { PlainWindow } from './plain-window.ts'
import { StatusTable } from './status-table.ts'
import type { WorthColumn } from './worth-column.ts'

/** A column whose entries are all known. */
function columnOf(values: readonly number[]): WorthColumn {
  const known = Int32Array.from(values)
  const refreshed = (slot: number): number => known[slot] as number
  return { values: known, refreshed } as unknown as WorthColumn
}

const scanned = (values: readonly number[], start: number, wanted: number) => {
  const window = new PlainWindow()
  const order = Int32Array.from(values, (_, index) => index)
  const bounds = { order, start, wanted }
  const nodes = new NodeColumns()
  return window.scan(bounds, columnOf(values), nodes, new StatusTable()) ? window : undefined
}

it('finds what the specification finds in the stretch that was written out', () => {
  const stretch = fc
    .array(fc.nat({ max: 3 }), { minLength: 1, maxLength: 40 })
    .chain(values =>
      fc.tuple(
        fc.constant(values),
        fc.nat({ max: values.length - 1 }),
        fc.integer({ min: 1, max: values.length }),
      ),
    )
  fc.assert(
    fc.property(stretch, ([values, start, wanted]) => {
      const window = scanned(values, start, wanted) as PlainWindow
      const seen = Array.from({ length: wanted }, (_, at) => values[(start + at) % values.length])
      const slots = new Int32Array(wanted)
      const worth = new Int32Array(wanted)
      window.copyTo(slots, worth)
      expect(Array.from(worth)).toEqual(seen)
      expect(Array.from(slots)).toEqual(Array.from(slots, (_, at) => window.slotAt(at)))
      const ties = bestOf(seen as number[])
      expect(window.tieCount).toBe(ties.length)
      expect(window.firstBest).toBe(ties[0])
      expect(window.heapPick).toBe(heapRoot(seen as number[]))
    }),
  )
})

it('leaves a stretch with a rejected node, or one before the node that ends it, to the walk', () => {
  const rejected = -1
  expect(scanned([5, rejected, 5, 5], 0, 3)).toBeUndefined()
  expect(scanned([5, 5, rejected, 5], 0, 2)).toBeUndefined()
  expect(scanned([5, 5, 5, rejected], 0, 2)).toBeDefined()
  expect(scanned([rejected, 5, 5, 5], 1, 3)).toBeUndefined()
})
