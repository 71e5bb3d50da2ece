// A Problem is wrong input as data: where, what, why and what to do. It is rendered once, late.

/** A place in a user's file; line and column count from 1, `path` is the field (spec.replicas). */
export interface Location {
  readonly file: string
  readonly line?: number
  readonly column?: number
  readonly path?: string
}

/** One thing that is wrong with what the user gave us. */
export interface Problem {
  /** Stable identifier (`ST0104`); has a page under docs/rules. */
  readonly code: string
  readonly severity: 'error' | 'warning'
  readonly location?: Location
  /** The object concerned, as `Kind namespace/name`. */
  readonly object?: string
  /** What is wrong, one sentence without a full stop at the end. */
  readonly what: string
  /** Why it is wrong or what follows from it. */
  readonly why?: string
  /** What to do about it. */
  readonly todo?: string
}

/** Either a value or the problems that prevented it. */
export type Checked<T> =
  | { readonly ok: true; readonly value: T; readonly problems: readonly Problem[] }
  | { readonly ok: false; readonly problems: readonly Problem[] }
