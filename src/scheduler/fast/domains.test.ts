import fc from 'fast-check'
import { expect, it } from 'vitest'
import { newNodeInfo } from '../node-info.ts'
import { node } from '../plugin-testing.ts'
import { Counter, DomainMap, noMinimum, ValueSpace } from './domains.ts'

const slots = 8
const action = fc.oneof(
  fc.record({ kind: fc.constant('pod' as const), slot: fc.nat({ max: slots - 1 }) }),
  fc.record({ kind: fc.constant('gone' as const), slot: fc.nat({ max: slots - 1 }) }),
  fc.record({
    kind: fc.constant('node' as const),
    slot: fc.nat({ max: slots - 1 }),
    zone: fc.constantFrom('a', 'b', 'c', undefined),
  }),
)

/** A second, dumb implementation: counts everything again. */
class Model {
  readonly zones: (string | undefined)[] = Array.from({ length: slots })
  readonly pods: number[] = Array.from({ length: slots }, () => 0)

  counts(except?: string): number[] {
    const zones = [...new Set(this.zones)].filter(zone => zone !== undefined && zone !== except)
    return zones.map(zone =>
      this.pods.reduce((sum, count, slot) => sum + (this.zones[slot] === zone ? count : 0), 0),
    )
  }
}

it('keeps counts and minima while pods and nodes come, move and go', () => {
  fc.assert(
    fc.property(fc.array(action, { maxLength: 120 }), actions => {
      const space = new ValueSpace('zone')
      const map = new DomainMap({ space }, slots)
      const counter = new Counter(map)
      counter.trackMinimum()
      const model = new Model()
      for (const step of actions) {
        const { slot } = step
        const here = model.pods[slot] as number
        if (step.kind === 'node') {
          // Pods of a node leave with it: counters never hold pods of a node that is not there.
          counter.add(slot, -here)
          map.setNode(slot, step.zone && newNodeInfo(node(`n${slot}`, { zone: step.zone })))
          model.zones[slot] = step.zone
          if (step.zone === undefined) model.pods[slot] = 0
          else counter.add(slot, here)
        } else if (model.zones[slot] !== undefined) {
          const delta = step.kind === 'pod' ? 1 : here > 0 ? -1 : 0
          counter.add(slot, delta)
          model.pods[slot] = here + delta
        }
        expect(counter.minimum()).toBe(Math.min(noMinimum, ...model.counts()))
        for (const zone of ['a', 'b', 'c']) {
          const beside = counter.minimumBeside(space.idOf(zone))
          expect(beside).toBe(Math.min(noMinimum, ...model.counts(zone)))
        }
        expect(counter.total).toBe(model.counts().reduce((a, b) => a + b, 0))
      }
    }),
  )
})
