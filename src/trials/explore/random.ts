// Schedules in which every choice is drawn from a seed, one seed after the other.

import type { Strategy } from './strategy.ts'

export const random = {
  name: 'random',
  doc: 'Every choice drawn from a seed, one seed after the other; never complete.',
  *schedules({ seed, windowMs }) {
    yield { seed, mode: 'default', overrides: new Map(), windowMs }
    for (let next = seed; ; next += 1) {
      yield { seed: next, mode: 'random', overrides: new Map(), windowMs }
    }
  },
} satisfies Strategy
