// Every schedule with at most so many departures from the documented order, those with fewer first:
// the first failing one is among the shortest.
// Emmi, Qadeer, Rakamarić: Delay-bounded scheduling, POPL 2011.

import { documented, type Strategy } from './strategy.ts'

type Overrides = readonly (readonly [index: number, option: number])[]

export const deviations = {
  name: 'deviations',
  doc: 'Every schedule with at most N departures from the documented order, shortest first.',
  *schedules(options) {
    const { deviationsMax } = options
    const plain = documented(options)
    let round: readonly Overrides[] = [[]]
    for (let depth = 0; depth <= deviationsMax; depth += 1) {
      const next: Overrides[] = []
      for (const overrides of round) {
        const choices = yield { ...plain, overrides: new Map(overrides) }
        if (depth === deviationsMax) continue
        const last = overrides.at(-1)?.[0] ?? -1
        for (const { index, count } of choices) {
          if (index <= last) continue
          for (let option = 1; option < count; option += 1)
            next.push([...overrides, [index, option]])
        }
      }
      if (next.length === 0) break
      round = next
    }
    return true
  },
} satisfies Strategy
