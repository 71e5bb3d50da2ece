import { expect, it } from 'vitest'
import { Bytes, Float, Foreign, PythonSet, Tuple, type Value } from '../values.ts'
import { literalOf } from './literal.ts'

const float = (value: number): Float => new Float(value)

it.each<[string, Value]>([
  ['1', 1],
  ['-5', -5],
  ['+5', 5],
  ['0x1F', 31],
  ['0o17', 15],
  ['0b101', 5],
  ['1_000', 1000],
  ['00', 0],
  ['12345678901234567890', 12345678901234567890n],
  ['1.50', float(1.5)],
  ['1e3', float(1000)],
  ['08.5', float(8.5)],
  ['1.', float(1)],
  ['.5', float(0.5)],
  ['1e400', float(Infinity)],
  ['True', true],
  ['None', null],
  ['"a"', 'a'],
  ['\'a\' "b"', 'ab'],
  ["r'\\d'", '\\d'],
  ['"a\\nb\\x41\\u0042\\103"', 'a\nbABC'],
  ['"\\d"', '\\d'],
  ['"""a"b"""', 'a"b'],
  ["b'x\\xff'", new Bytes('xÿ')],
  ['[1, "a", [2]]', [1, 'a', [2]]],
  ['[1,]', [1]],
  ['[]', []],
  ['(1)', 1],
  ['(1,)', new Tuple([1])],
  ['()', new Tuple([])],
  ['1, 2', new Tuple([1, 2])],
  ['{1, 1, 2}', new PythonSet([1, 2])],
  ['set()', new PythonSet([])],
  ['...', new Foreign('ellipsis', 'Ellipsis')],
  ['1j', new Foreign('complex', '1j')],
  ['1+2j', new Foreign('complex', '(1+2j)')],
  ['1 # note', 1],
  ['-(1)', -1],
])('%s is a literal', (text, want) => {
  expect(literalOf(text)).toEqual({ value: want })
})

it.each([
  '',
  'a',
  'true',
  'null',
  '017',
  '08',
  '0_8',
  '1__0',
  '1x',
  '10.0.0.1',
  '2024-01-01',
  '1+1',
  '--1',
  '-True',
  '[1',
  '[a]',
  '{1: 2',
  '[,]',
  '(,)',
  '"a',
  "'a' b'b'",
  "f'a'",
  '"\\x1"',
  '"\\N{BULLET}"',
  'not True',
  '[*[1]]',
  'set(1)',
  '#',
])('%s is none', text => {
  expect(literalOf(text)).toBeUndefined()
})

it('keeps mappings in order, the last of equal keys wins in the place of the first', () => {
  const got = literalOf("{'b': 1, 'a': {'k': [1]}, 1: 2, True: 3}")
  expect(got).toEqual({
    value: new Map<Value, Value>([
      ['b', 1],
      ['a', new Map([['k', [1]]])],
      [1, 3],
    ]),
  })
})

it('reports what cannot be a key', () => {
  expect(literalOf('{[1]: 2}')).toEqual({ error: "unhashable type: 'list'" })
  expect(literalOf('{({},)}')).toEqual({ error: "unhashable type: 'dict'" })
})

it('line ends are blanks inside brackets and at the end, and nowhere else', () => {
  expect(literalOf('{\n  "a": [1,\n    2],  # two\n}\n')).toEqual({
    value: new Map([['a', [1, 2]]]),
  })
  expect(literalOf('1\n')).toEqual({ value: 1 })
  expect(literalOf('1\n2')).toBeUndefined()
})

it('names of JSON stand for values where they are given', () => {
  const names = new Map<string, Value>([['true', true]])
  expect(literalOf('[true, None]', names)).toEqual({ value: [true, null] })
  expect(literalOf('[true]')).toBeUndefined()
})
