// Every command, in the order in which help lists them.

import { check } from './check.ts'
import { explain } from './explain.ts'
import { explore } from './explore.ts'
import type { Command } from './framework.ts'
import { size } from './size.ts'
import { survive } from './survive.ts'
import { trial } from './trial.ts'
import { version } from './version.ts'

export const commands: readonly Command[] = [check, trial, survive, size, explore, explain, version]
