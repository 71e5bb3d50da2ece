// Every state that any order within the bounds can reach, each visited once.

import type { Strategy } from './strategy.ts'

export const exhaustive = {
  name: 'exhaustive',
  doc: 'Every state that any order can reach, each once; independent steps in one order only.',
} satisfies Strategy
