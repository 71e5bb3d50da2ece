// The shape of a command: words and flags as data, and what it does. What it needs beyond words is
// imported on demand, so that help stays fast.

import type { FlagName, GivenFlags } from '../flags.ts'
import type { Io } from '../io.ts'

export interface Call {
  readonly args: readonly string[]
  readonly given: GivenFlags
  readonly io: Io
  /** The formats of -o that the command knows; absent: those of reports. */
  readonly outputs?: readonly string[]
}

export interface Command {
  readonly name: string
  /** One sentence for the list of commands. */
  readonly doc: string
  /** Its arguments as help shows them: `[PATH...]`. */
  readonly args: string
  /** Words that it takes as arguments, where they are a fixed set; else it takes paths. */
  readonly words?: readonly string[]
  readonly flags: readonly FlagName[]
  /** The formats of -o, with `=` where a template follows; absent: those of reports. */
  readonly outputs?: readonly string[]
  readonly examples: readonly string[]
  /** Answers the exit status. */
  readonly run: (call: Call) => Promise<number>
}
