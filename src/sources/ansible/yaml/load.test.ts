import { expect, it } from 'vitest'
import { sourceFile } from '../../source-object.ts'
import { Failure } from '../failure.ts'
import { Float, Moment, UnsafeText, type Value, VaultText } from '../values.ts'
import { loadFile } from './load.ts'

function load(text: string, version: '2.18' | '2.19' = '2.18'): Value {
  return loadFile(sourceFile('vars.yml', text), version).value
}

function map(entries: Readonly<Record<string, Value>>): Map<Value, Value> {
  return new Map(Object.entries(entries))
}

it.each<[string, Value]>([
  ['yes', true],
  ['off', false],
  ['y', 'y'],
  ['~', null],
  ['0777', 511],
  ['0o17', '0o17'],
  ['08', '08'],
  ['1_000', 1000],
  ['12:30:45', 45045],
  ['1:30.5', new Float(90.5)],
  ['1e3', '1e3'],
  ['1.0e+3', new Float(1000)],
  ['.inf', new Float(Infinity)],
  ['12345678901234567890', 12345678901234567890n],
  ['2024-01-02', new Moment('date', '2024-01-02')],
  ['2024-01-02 3:04:05.5 -05:30', new Moment('datetime', '2024-01-02T03:04:05.500000-05:30')],
  ['!!str 5', '5'],
  ['! 5', 5],
  ['!vault x', new VaultText('x')],
  ['!unsafe x', new UnsafeText('x')],
])('the plain scalar %s', (text, want) => {
  expect(load(`a: ${text}\n`)).toEqual(map({ a: want }))
})

it('an unsafe number stays a number from 2.19 on', () => {
  expect(load('a: !unsafe 5\n', '2.18')).toEqual(map({ a: new UnsafeText('5') }))
  expect(load('a: !unsafe 5\n', '2.19')).toEqual(map({ a: 5 }))
})

it('merges mappings, the first source wins and own keys win over all', () => {
  const loaded = load('p: &p {a: 1, b: 1}\nq: &q {b: 2, c: 2}\nr:\n  c: 3\n  <<: [*p, *q]\n')
  expect((loaded as Map<Value, Value>).get('r')).toEqual(map({ b: 1, c: 3, a: 1 }))
})

it('reads JSON as JSON, where yes is no boolean and 1.0 a float', () => {
  const text = '{"a": "yes", "b": 1.0, "c": {"__ansible_vault": "x"}}'
  expect(load(text)).toEqual(map({ a: 'yes', b: new Float(1), c: new VaultText('x') }))
})

it.each<[string, string, number, number]>([
  ['a tab in front of a key', 'a:\n\tb: 1\n', 2, 1],
  ['a second colon', 'a: b: c\n', 1, 5],
  ['a key between two levels', 'a:\n    b: 1\n  c: 2\n', 3, 3],
  ['a reserved character', 'a: @b\n', 1, 4],
  ['an open quote', 'a: "b\n', 2, 1],
  ['an open bracket', 'a: [1, 2\n', 2, 1],
  ['a template without quotes', 'a: {{ b }}\n', 1, 5],
  ['an unknown alias', 'a: *b\n', 1, 4],
  ['an anchor that is set twice', 'a: &x 1\nb: &x 2\n', 2, 4],
  ['an unknown tag', 'a: !foo b\n', 1, 4],
  ['a second document', 'a: 1\n---\nb: 2\n', 2, 1],
])('%s is an error at its place', (_, text, line, column) => {
  try {
    load(text)
    expect.unreachable()
  } catch (error) {
    expect((error as Failure).at).toEqual({ file: 'vars.yml', line, column })
  }
})

it('a mapping that merges itself ends as an error, not as a loop', () => {
  expect(() => load('a: &a\n  <<: *a\n')).toThrow(Failure)
})
