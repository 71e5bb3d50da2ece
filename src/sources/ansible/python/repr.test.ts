import { expect, it } from 'vitest'
import { Bytes, Float, PythonSet, Tuple, type Value } from '../values.ts'
import { reprOf, strOf } from './repr.ts'

it.each<[string, Value]>([
  ["'a'", 'a'],
  ['"it\'s"', "it's"],
  ["'\\'\"'", '\'"'],
  ["'a\\n\\x00\\u200b'", 'a\n\0\u200b'],
  ["'ä'", 'ä'],
  ['None', null],
  ['1.0', new Float(1)],
  ['1e-05', new Float(0.00001)],
  ['0.0001', new Float(0.0001)],
  ['1e+16', new Float(1e16)],
  ['1234567890123456.0', new Float(1234567890123456)],
  ['-0.0', new Float(-0)],
  ['inf', new Float(Infinity)],
  ["['x', 1, True]", ['x', 1, true]],
  ["{'a': {'b': []}}", new Map([['a', new Map([['b', []]])]])],
  ['(1,)', new Tuple([1])],
  ['set()', new PythonSet([])],
  ["b'x\\xff'", new Bytes('xÿ')],
])('%s', (want, value) => {
  expect(reprOf(value)).toBe(want)
})

it('writes texts without quotes on their own, with quotes inside others', () => {
  expect(strOf('a')).toBe('a')
  expect(strOf(['a'])).toBe("['a']")
})
