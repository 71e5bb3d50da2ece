// How far a long command has come, for people who wait: one line on the terminal that is written
// over, and gone at the end. Nothing where stderr is a file or the command is quick.

import type { Io } from './io.ts'

const quietMs = 2000
const everyMs = 500
const startOfLine = '\r\u001b[K'

interface ShownProgress {
  readonly step: (done: number, all: number) => void
  /** Takes the line away. */
  readonly end: () => void
}

/** `what` is what is counted, in the plural: `12 of 50 losses, about 8 s left`. */
export function progressOn(io: Pick<Io, 'err' | 'isErrTerminal' | 'clockMs'>, what: string) {
  const startedMs = io.clockMs()
  let shownMs = startedMs
  let isShown = false
  const step: ShownProgress['step'] = (done, all) => {
    if (!io.isErrTerminal) return
    const nowMs = io.clockMs()
    const elapsedMs = nowMs - startedMs
    if (elapsedMs < quietMs || (isShown && nowMs - shownMs < everyMs)) return
    shownMs = nowMs
    isShown = true
    const left = Math.ceil(((elapsedMs / done) * (all - done)) / 1000)
    io.err(`${startOfLine}${done} of ${all} ${what}, about ${left} s left`)
  }
  const end = (): void => {
    if (isShown) io.err(startOfLine)
    isShown = false
  }
  return { step, end } satisfies ShownProgress
}
