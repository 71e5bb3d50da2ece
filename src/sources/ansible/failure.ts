// Errors of reading as ansible-core raises them: a message, perhaps a place, perhaps a cause. They
// are thrown inside this folder only and end as messages and problems.

import type { Location } from '../../base/problem.ts'

/** What an error is made of besides its message. */
export interface FailureParts {
  /** Where the input is wrong, as exactly as is known. */
  readonly at?: Location
  /** What the engine shows as its origin from 2.19 on. */
  readonly origin?: string
  /** The error that led to this one (`raise ... from`). */
  readonly cause?: Failure
  /** Raised while another error was being handled, which is not shown. */
  readonly isWhileHandling?: boolean
}

/** One error of the engine. */
export class Failure extends Error {
  readonly parts: FailureParts

  constructor(message: string, parts: FailureParts = {}) {
    super(message)
    this.parts = parts
  }

  /** The innermost place that is known. */
  get at(): Location | undefined {
    return this.parts.cause?.at ?? this.parts.at
  }

  /** The same error with a place, unless it has one. */
  placedAt(at: Location): Failure {
    return this.at === undefined ? new Failure(this.message, { ...this.parts, at }) : this
  }
}
