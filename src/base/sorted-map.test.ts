import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { SortedMap } from './sorted-map.ts'

type Command =
  | { type: 'set'; side: number; key: string; value: number }
  | { type: 'delete'; side: number; key: string }
  | { type: 'fork'; side: number }

const key = fc.integer({ min: 0, max: 400 }).map(n => `k${n}`)
const side = fc.nat({ max: 7 })
const command: fc.Arbitrary<Command> = fc.oneof(
  {
    weight: 12,
    arbitrary: fc.record({ type: fc.constant('set' as const), side, key, value: fc.nat() }),
  },
  { weight: 5, arbitrary: fc.record({ type: fc.constant('delete' as const), side, key }) },
  { weight: 1, arbitrary: fc.record({ type: fc.constant('fork' as const), side }) },
)

describe('SortedMap', () => {
  it('behaves as a plain map, and forks never see each other', () => {
    fc.assert(
      fc.property(fc.array(command, { maxLength: 900 }), commands => {
        const maps = [new SortedMap<number>()]
        const models = [new Map<string, number>()]
        for (const step of commands) {
          const at = step.side % maps.length
          const map = maps[at] as SortedMap<number>
          const model = models[at] as Map<string, number>
          if (step.type === 'set') {
            map.set(step.key, step.value)
            model.set(step.key, step.value)
          } else if (step.type === 'delete') {
            expect(map.delete(step.key)).toBe(model.delete(step.key))
          } else {
            maps.push(map.fork())
            models.push(new Map(model))
          }
        }
        maps.forEach((map, at) => {
          const model = models[at] as Map<string, number>
          const keys = [...model.keys()].sort()
          expect(map.keys()).toEqual(keys)
          expect(map.values()).toEqual(keys.map(k => model.get(k)))
          expect(map.size).toBe(model.size)
          expect(map.withPrefix('k1')).toEqual(
            keys.filter(k => k.startsWith('k1')).map(k => model.get(k)),
          )
          for (const k of keys) expect(map.get(k)).toBe(model.get(k))
        })
      }),
      { numRuns: 60 },
    )
  })
})
