// What is wrong with a YAML text, in the words and at the places of the engine's parser.
// Upstream: PyYAML 6.0 error.py MarkedYAMLError.

/** An error of scanning, parsing, composing or constructing; offsets count in the text. */
export interface YamlErrorParts {
  readonly context?: string
  readonly contextOffset?: number
  readonly problem: string
  readonly offset: number
  /** Raised by ansible-core itself: no advice is derived from the line. */
  readonly isOwn?: boolean
}

/** Thrown within this folder; ends as a Failure. */
export class YamlError extends Error {
  readonly parts: YamlErrorParts

  constructor(parts: YamlErrorParts) {
    super(parts.problem)
    this.parts = parts
  }
}

/** An exception of Python's own while a value is made, such as the ValueError of a wrong date. */
export class PythonError extends Error {}
