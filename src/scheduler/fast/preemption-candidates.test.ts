import fc from 'fast-check'
import { expect, it } from 'vitest'
import { pod } from '../plugin-testing.ts'
import { bestCandidates } from '../preemption/candidates.ts'
import { best, VictimCandidate } from './preemption-candidates.ts'

const victim = fc.record({
  priority: fc.nat({ max: 2 }),
  started: fc.option(fc.nat({ max: 2 }), { nil: undefined }),
})
const candidate = fc.record({
  victims: fc.array(victim, { minLength: 1, maxLength: 3 }),
  numPDBViolations: fc.nat({ max: 1 }),
})

it('finds the candidates that the specification finds', () => {
  fc.assert(
    fc.property(fc.array(candidate, { maxLength: 8 }), list => {
      const candidates = list.map(({ victims, numPDBViolations }, slot) => {
        const pods = victims.map(({ priority, started }, at) =>
          pod(
            `p${slot}-${at}`,
            { priority },
            started === undefined ? {} : { status: startedAt(started) },
          ),
        )
        return new VictimCandidate(slot, { node: `n${slot}`, victims: pods, numPDBViolations })
      })
      expect(best(candidates)).toEqual(bestCandidates(candidates))
    }),
  )
})

function startedAt(seconds: number): { readonly startTime: string } {
  return { startTime: `2026-01-01T00:00:0${seconds}Z` }
}
