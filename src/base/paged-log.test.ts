import { expect, it } from 'vitest'
import { PagedLog } from './paged-log.ts'

it('forks at every length around a page border and appends on both sides', () => {
  for (const length of [0, 1, 255, 256, 257, 511, 512]) {
    const log = new PagedLog<number>()
    for (let n = 0; n < length; n += 1) log.append(n)
    const fork = log.fork()
    log.append(-1)
    fork.append(-2)
    log.append(-3)
    const common = Array.from({ length }, (_, n) => n)
    expect(log.from(0)).toEqual([...common, -1, -3])
    expect(fork.from(0)).toEqual([...common, -2])
  }
})

it('gives the entries from any place to the end', () => {
  const log = new PagedLog<number>()
  for (let n = 0; n < 600; n += 1) log.append(n)
  const all = Array.from({ length: 600 }, (_, n) => n)
  for (const start of [1, 255, 256, 257, 512, 599, 600, 601, 900]) {
    expect(log.from(start)).toEqual(all.slice(start))
  }
})
