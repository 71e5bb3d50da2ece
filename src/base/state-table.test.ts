import fc from 'fast-check'
import { expect, it } from 'vitest'
import { StateTable } from './state-table.ts'

const word = fc.oneof(fc.integer({ min: -2, max: 2 }), fc.integer())

it('knows what was added and what was noted of it, as a map does', () => {
  fc.assert(
    fc.property(fc.array(fc.tuple(word, word, fc.nat()), { maxLength: 200 }), entries => {
      const table = new StateTable()
      const known = new Map<string, number>()
      for (const [high, low, value] of entries) {
        const name = `${high >>> 0} ${low >>> 0}`
        expect(table.add(high, low)).toBe(!known.has(name))
        table.note(high, low, value)
        known.set(name, value)
      }
      expect(table.size).toBe(known.size)
      for (const [name, value] of known) {
        const [high = 0, low = 0] = name.split(' ').map(Number)
        expect(table.noteOf(high, low)).toBe(value)
      }
    }),
  )
})

it('takes 16 bytes for each state before it grows, and keeps what it has when it does', () => {
  const table = new StateTable()
  const count = 3 * 2 ** 14
  const hashes = Array.from({ length: count + 1 }, (_, at) => Math.imul(at + 1, 0x9e3779b1))
  for (const high of hashes.slice(0, count)) table.add(high, high >>> 3)
  expect([table.bytes, table.bytesNext]).toEqual([16 * count, 32 * count])
  table.note(hashes[0] as number, (hashes[0] as number) >>> 3, 7)
  table.add(hashes[count] as number, 1)
  expect(table.bytes).toBe(32 * count)
  expect(table.noteOf(hashes[0] as number, (hashes[0] as number) >>> 3)).toBe(7)
  expect(hashes.slice(0, count).some(high => table.add(high, high >>> 3))).toBe(false)
})
