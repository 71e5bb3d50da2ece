// What ends the reading or running of a playbook: the engine's message, its exit status, the place.

import type { Location } from '../../../base/problem.ts'
import { Failure } from '../failure.ts'

/** Errors that are found while files are read leave with 4, all others with 1. */
export type ExitStatus = 1 | 4

export class PlaybookFailure extends Failure {
  readonly status: ExitStatus
  /** The imports, includes and roles that led to the place, the nearest first. */
  readonly through: Location[] = []

  constructor(message: string, status: ExitStatus, at?: Location) {
    super(message, at === undefined ? {} : { at })
    this.status = status
  }
}
