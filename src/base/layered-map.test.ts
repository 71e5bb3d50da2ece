import fc from 'fast-check'
import { expect, it } from 'vitest'
import { LayeredMap } from './layered-map.ts'

interface Side {
  readonly map: LayeredMap<number>
  readonly model: Map<string, number>
}

const key = fc.nat({ max: 200 }).map(number => `k${number}`)
const action = fc.oneof(
  fc.tuple(fc.constant('set' as const), key, fc.nat()),
  fc.tuple(fc.constant('delete' as const), key, fc.nat()),
  fc.tuple(fc.constant('fork' as const), key, fc.nat()),
)

it('answers as plain maps do that are copied at each fork', () => {
  fc.assert(
    fc.property(fc.array(action, { maxLength: 400 }), actions => {
      const sides: Side[] = [{ map: new LayeredMap<number>(), model: new Map() }]
      for (const [kind, name, number] of actions) {
        const { map, model } = sides[number % sides.length] as Side
        if (kind === 'set') {
          map.set(name, number)
          model.set(name, number)
        } else if (kind === 'delete') {
          map.delete(name)
          model.delete(name)
        } else if (sides.length < 5) sides.push({ map: map.fork(), model: new Map(model) })
      }
      for (const { map, model } of sides) {
        for (let at = 0; at <= 200; at += 1) {
          expect(map.get(`k${at}`)).toBe(model.get(`k${at}`))
          expect(map.has(`k${at}`)).toBe(model.has(`k${at}`))
        }
      }
    }),
  )
})
