// Every way to choose schedules.

import { deviations } from './deviations.ts'
import { exhaustive } from './exhaustive.ts'
import { pct } from './pct.ts'
import { random } from './random.ts'
import type { Strategy } from './strategy.ts'

export const strategies: ReadonlyMap<string, Strategy> = new Map(
  [deviations, exhaustive, pct, random].map((strategy: Strategy) => [strategy.name, strategy]),
)
