// The standard trials in the order in which they run; install comes before all of them.

import { drain, loseNode } from './nodes.ts'
import { restart } from './restart.ts'
import type { Trial } from './trial.ts'

export const trials: readonly Trial[] = [restart, loseNode, drain]

export const standardTrialNames: readonly string[] = ['install', ...trials.map(t => t.name)]
