// Every way to choose schedules.

import { deviations } from './deviations.ts'
import { random } from './random.ts'
import type { Strategy } from './strategy.ts'

export const strategies: ReadonlyMap<string, Strategy> = new Map(
  [deviations, random].map(strategy => [strategy.name, strategy]),
)
