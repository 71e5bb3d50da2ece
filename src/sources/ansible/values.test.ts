import { expect, it } from 'vitest'
import {
  areEqual,
  Float,
  getItem,
  integer,
  isTruthy,
  PythonSet,
  setItem,
  Tuple,
  UnsafeText,
  type Value,
} from './values.ts'

it.each<{ name: string; a: Value; b: Value; want: boolean }>([
  { name: 'an integer is the float of the same number', a: 1, b: new Float(1), want: true },
  { name: 'true is one', a: true, b: 1, want: true },
  { name: 'a text is no number', a: '1', b: 1, want: false },
  { name: 'unsafe texts are texts', a: new UnsafeText('a'), b: 'a', want: true },
  { name: 'a tuple is no list', a: new Tuple([1]), b: [1], want: false },
  { name: 'sets have no order', a: new PythonSet([1, 2]), b: new PythonSet([2, 1]), want: true },
  { name: 'lists have an order', a: [1, 2], b: [2, 1], want: false },
  { name: 'none is not false', a: null, b: false, want: false },
  {
    name: 'mappings have no order',
    a: new Map<Value, Value>([
      ['a', 1],
      ['b', [2]],
    ]),
    b: new Map<Value, Value>([
      ['b', [new Float(2)]],
      ['a', true],
    ]),
    want: true,
  },
  { name: 'large integers are exact', a: 2n ** 64n, b: 2n ** 64n + 1n, want: false },
])('equality: $name', ({ a, b, want }) => {
  expect(areEqual(a, b)).toBe(want)
  expect(areEqual(b, a)).toBe(want)
})

it.each<[string, Value, boolean]>([
  ['an empty text', '', false],
  ['a text of one blank', ' ', true],
  ['zero', new Float(0), false],
  ['an empty tuple', new Tuple([]), false],
  ['an empty mapping', new Map(), false],
  ['a list of nothing', [null], true],
])('truth: %s', (_, value, want) => {
  expect(isTruthy(value)).toBe(want)
})

it('finds keys as Python does and keeps the first form of a key', () => {
  const mapping = new Map<Value, Value>([[1, 'one']])
  setItem(mapping, true, 'yes')
  setItem(mapping, '1', 'text')
  expect([...mapping]).toEqual([
    [1, 'yes'],
    ['1', 'text'],
  ])
  expect(getItem(mapping, new Float(1))).toBe('yes')
})

it('keeps integers exact and small ones plain', () => {
  expect(integer(5n)).toBe(5)
  expect(integer(12345678901234567890n)).toBe(12345678901234567890n)
})
