// Every command, in the order in which help lists them.

import { check } from './check.ts'
import { completionOf } from './completion.ts'
import { explain } from './explain.ts'
import { explore } from './explore.ts'
import { fix } from './fix.ts'
import type { Command } from './framework.ts'
import { init } from './init.ts'
import { inventory } from './inventory.ts'
import { replay } from './replay.ts'
import { size } from './size.ts'
import { survive } from './survive.ts'
import { trial } from './trial.ts'
import { version } from './version.ts'

const others: readonly Command[] = [
  check,
  trial,
  survive,
  size,
  fix,
  explore,
  replay,
  explain,
  inventory,
  init,
  version,
]

export const commands: readonly Command[] = [...others, completionOf(others)]
