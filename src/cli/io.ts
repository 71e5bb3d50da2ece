// What the command line knows of the world outside; tests replace it.

export interface Io {
  readonly out: (text: string) => void
  readonly err: (text: string) => void
  readonly env: Readonly<Record<string, string | undefined>>
  /** Whether stdout and stderr are terminals. */
  readonly isOutTerminal: boolean
  readonly isErrTerminal: boolean
  /** What the user typed to start the product: `seatrial` or `kubectl seatrial`. */
  readonly invocation: string
  /** Milliseconds of a steady clock. */
  readonly clockMs: () => number
}

export type ColorWhen = 'auto' | 'always' | 'never'

/** --color, then NO_COLOR, FORCE_COLOR, TERM=dumb, then whether it is a terminal. */
export function usesColor(when: ColorWhen, io: Io, isTerminal: boolean): boolean {
  if (when !== 'auto') return when === 'always'
  const { NO_COLOR, FORCE_COLOR, TERM } = io.env
  if (NO_COLOR !== undefined && NO_COLOR !== '') return false
  if (FORCE_COLOR !== undefined && FORCE_COLOR !== '') return FORCE_COLOR !== '0'
  return isTerminal && TERM !== 'dumb'
}
