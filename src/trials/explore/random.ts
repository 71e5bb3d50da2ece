// Schedules in which every choice is drawn from a seed, one seed after the other.

import { documented, type Strategy } from './strategy.ts'

export const random = {
  name: 'random',
  doc: 'Every choice drawn from a seed, one seed after the other; never complete.',
  *schedules(options) {
    const plain = documented(options)
    yield plain
    for (let seed = options.seed; ; seed += 1) yield { ...plain, seed, mode: 'random' }
  },
} satisfies Strategy
