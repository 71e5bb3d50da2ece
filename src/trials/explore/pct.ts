// Probabilistic concurrency testing: random priorities that change at few moments find a fault that
// needs d orderings among n processes in k moves with a probability of at least 1 / (n k^(d-1)).
// Burckhardt, Kothari, Musuvathi, Nagarakatte: A Randomized Scheduler with Probabilistic
// Guarantees of Finding Bugs, ASPLOS 2010.

import { documented, type Strategy } from './strategy.ts'

export const pct = {
  name: 'pct',
  doc: 'Random priorities of processes that change at few moments, seed after seed.',
  *schedules(options) {
    const { depth, steps } = options
    const plain = documented(options)
    yield plain
    for (let seed = options.seed; ; seed += 1) {
      yield { ...plain, seed, mode: 'pct', priorities: { depth, steps } }
    }
  },
} satisfies Strategy
