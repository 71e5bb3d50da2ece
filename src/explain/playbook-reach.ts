// Which task of an installer's playbooks runs on which host, without running it.

import type { Location } from '../base/problem.ts'

/** What is known of a task on some hosts before it runs. */
export type Verdict = 'runs' | 'skipped' | 'unknown' | 'fails'

export interface TaskOutcome {
  readonly verdict: Verdict
  /** In the order of the play. */
  readonly hosts: readonly string[]
  /** The condition that is false, what is not known, or the message of the failure. */
  readonly because?: string
}

export interface TaskReach {
  readonly name: string
  readonly action: string
  readonly role?: string
  readonly at: Location
  readonly isHandler: boolean
  readonly outcomes: readonly TaskOutcome[]
  /** Programs that the task brings where it runs. */
  readonly brings: readonly string[]
}

export interface PlayReach {
  readonly name: string
  readonly at: Location
  /** The pattern of its hosts. */
  readonly pattern: string
  readonly hosts: readonly string[]
  /** How many hosts each batch of `serial` has; absent where all run at once. */
  readonly batches?: readonly number[]
  readonly tasks: readonly TaskReach[]
}

export interface PlaybookReach {
  readonly file: string
  readonly plays: readonly PlayReach[]
  /** What was assumed of the hosts and of the engine. */
  readonly assumes: string
}
