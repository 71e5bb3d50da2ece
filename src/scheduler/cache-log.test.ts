import { expect, it } from 'vitest'
import { CacheLog, visitBetween } from './cache-log.ts'

function between(from: CacheLog, to: CacheLog, fromLength = from.names.length): string[] | false {
  const names: string[] = []
  const place = { log: to, length: to.names.length }
  const isRelated = visitBetween({ log: from, length: fromLength }, place, name => {
    names.push(name)
  })
  return isRelated && names.sort()
}

it('names what changed since a place of the same log', () => {
  const log = new CacheLog()
  log.names.push('a', 'b', 'c')
  expect(between(log, log, 1)).toEqual(['b', 'c'])
})

it('names what both sides changed since they parted', () => {
  const base = new CacheLog()
  base.names.push('before')
  const fork = base.fork()
  fork.names.push('in the fork')
  base.names.push('after')
  expect(between(fork, base)).toEqual(['after', 'in the fork'])
  expect(between(base, fork)).toEqual(['after', 'in the fork'])
})

it('goes through the common ancestor of two forks', () => {
  const base = new CacheLog()
  const [one, two] = [base.fork(), base.fork()]
  one.names.push('x')
  two.names.push('y')
  const deeper = two.fork()
  deeper.names.push('z')
  expect(between(one, deeper)).toEqual(['x', 'y', 'z'])
})

it('has no path between logs that never met, and cuts long lines of ancestors', () => {
  expect(between(new CacheLog(), new CacheLog())).toBe(false)
  const base = new CacheLog()
  let log = base
  for (let depth = 0; depth < 200; depth += 1) {
    log.names.push(`n${depth}`)
    log = log.fork()
  }
  expect(between(base, log)).toBe(false)
})
