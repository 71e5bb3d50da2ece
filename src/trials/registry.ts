// The standard trials in the order in which they run; install comes before all of them.

import { admission } from './admission.ts'
import { coldStart } from './cold-start.ts'
import { drain, loseNode, loseZone } from './nodes.ts'
import type { Platform } from './platform.ts'
import { restart } from './restart.ts'
import { scale } from './scale.ts'
import type { Trial } from './trial.ts'
import { upgrade } from './upgrade.ts'

export const trials: readonly Trial[] = [
  restart,
  loseNode,
  loseZone,
  drain,
  upgrade,
  scale,
  coldStart,
  admission,
]

/** The trials of a platform for which nobody named any, without install. */
export function defaultTrials(platform: Platform): readonly Trial[] {
  return trials.filter(({ isDefault }) => isDefault?.(platform) ?? true)
}

export const standardTrialNames: readonly string[] = ['install', ...trials.map(t => t.name)]
