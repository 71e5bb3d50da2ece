import { expect, it } from 'vitest'
import { progressOn } from './progress.ts'

/** A terminal whose clock stands still between steps. */
function terminal(isErrTerminal: boolean) {
  const written: string[] = []
  const time = { nowMs: 0 }
  const io = {
    err: (text: string) => {
      written.push(text)
    },
    isErrTerminal,
    clockMs: () => time.nowMs,
  }
  return { io, written, time }
}

it('estimates what is left from what is done, and takes the line away', () => {
  const { io, written, time } = terminal(true)
  const progress = progressOn(io, 'losses')
  time.nowMs = 1000
  progress.step(5, 50)
  expect(written).toEqual([])
  time.nowMs = 4000
  progress.step(10, 50)
  time.nowMs = 4100
  progress.step(11, 50)
  progress.end()
  expect(written).toEqual(['\r\u001b[K10 of 50 losses, about 16 s left', '\r\u001b[K'])
})

it('writes nothing where nobody watches', () => {
  const { io, written, time } = terminal(false)
  const progress = progressOn(io, 'losses')
  time.nowMs = 60_000
  progress.step(1, 50)
  progress.end()
  expect(written).toEqual([])
})
