// How the evaluation of a template ends early: with an error, or because a value is not known.

import type { Unknown } from './special.ts'

/** An error of the engine: wrong types, unknown filters, syntax. */
export class TemplateFailure {
  readonly message: string

  constructor(message: string) {
    this.message = message
  }
}

/** The use of an undefined variable or attribute. */
export class UndefinedFailure extends TemplateFailure {
  /** False where the author of the playbook made the error with `undef()`. */
  readonly isNamed: boolean

  constructor(message: string, isNamed = true) {
    super(message)
    this.isNamed = isNamed
  }
}

/** A template that cannot be parsed; `offset` counts in its text. */
export class SyntaxFailure extends TemplateFailure {
  readonly offset: number

  constructor(message: string, offset: number) {
    super(message)
    this.offset = offset
  }
}

/** Raised where an operation needs a value that is not known; its node becomes unknown. */
export class UnknownSignal {
  readonly unknown: Unknown

  constructor(unknown: Unknown) {
    this.unknown = unknown
  }
}

/** What the limits of the machine are for a template: an error like any other. */
export function limitFailure(error: unknown): TemplateFailure | undefined {
  if (!(error instanceof RangeError)) return undefined
  const isDepth = error.message.includes('call stack')
  return new TemplateFailure(isDepth ? 'maximum recursion depth exceeded' : 'MemoryError')
}
