import { expect, it } from 'vitest'
import { Process } from './process.ts'

function* adder(start: number): Generator<string, number, unknown> {
  let sum = start
  for (const name of ['a', 'b', 'c']) sum += (yield `${name}:${sum}`) as number
  return sum
}

it('forks half-way: both sides go on with answers of their own', () => {
  const process = new Process(() => adder(1))
  expect(process.peek()).toEqual({ done: false, value: 'a:1' })
  process.answer(10)
  const fork = process.fork()
  expect(fork.peek()).toEqual({ done: false, value: 'b:11' })
  expect(process.answer(100)).toEqual({ done: false, value: 'c:111' })
  fork.answer(5)
  expect(fork.answer(1)).toEqual({ done: true, value: 17 })
  expect(process.answer(1)).toEqual({ done: true, value: 112 })
})

it('takes no answer once it is finished', () => {
  const process = new Process(() => adder(0))
  for (let index = 0; index < 3; index += 1) process.answer(0)
  expect(() => process.answer(0)).toThrow('finished')
})
