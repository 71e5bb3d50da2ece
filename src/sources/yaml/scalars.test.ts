import { describe, expect, it } from 'vitest'
import { plainKey, resolvePlain, resolveTagged } from './scalars.ts'

// Every answer is what sigs.k8s.io/yaml v1.6.0 gave for the same text.
describe('a plain scalar is read as kubectl reads it', () => {
  const table: readonly { name: string; given: string[]; want: unknown }[] = [
    { name: 'words of truth', given: ['y', 'Y', 'yes', 'on', 'On', 'TRUE'], want: true },
    { name: 'words of falsehood', given: ['n', 'No', 'off', 'OFF', 'false'], want: false },
    { name: 'nothing', given: ['', '~', 'null', 'NULL'], want: null },
    { name: 'octal with and without the letter', given: ['0777', '0o777', '0O777'], want: 511 },
    { name: 'underscores are skipped', given: ['1_000', '1__000', '1000_'], want: 1000 },
    { name: 'a leading zero that is no octal is decimal', given: ['08', '0_8', '8.'], want: 8 },
    { name: 'hexadecimal and binary', given: ['0x1F', '0X1f', '0b11111', '+31'], want: 31 },
    { name: 'negative prefixes', given: ['-0x10', '-0b10000', '-020', '-16'], want: -16 },
    { name: 'floats', given: ['.5', '+.5', '0.5', '5e-1', '0_0.5'], want: 0.5 },
    { name: 'beyond 64 bits it is a float', given: ['18446744073709551616'], want: 2 ** 64 },
  ]
  it.each(table)('$name', ({ given, want }) => {
    expect(given.map(resolvePlain)).toEqual(given.map(() => want))
  })

  const strings = [
    '12:30:45',
    '2001-01-01',
    '1e999',
    'tRue',
    'nO',
    '0x',
    '1.2.3',
    '-',
    '._5',
    '100m',
  ]
  it.each(strings)('%s stays text', text => {
    expect(resolvePlain(text)).toBe(text)
  })
})

describe('an explicit tag decides', () => {
  const table = [
    { name: 'a number as text', tag: '!!str', given: '012', want: { value: '012' } },
    { name: 'an integer as float', tag: '!!float', given: '3', want: { value: 3 } },
    { name: 'base 64 is decoded', tag: '!!binary', given: 'aGk=', want: { value: 'hi' } },
    { name: 'an unknown tag keeps the text', tag: '!Ref', given: '7', want: { value: '7' } },
    {
      name: 'a text is no integer',
      tag: '!!int',
      given: 'x',
      want: { error: 'cannot decode !!str `x` as a !!int' },
    },
  ]
  it.each(table)('$name', ({ tag, given, want }) => {
    expect(resolveTagged(tag, given)).toEqual(want)
  })
})

describe('a key that is no text becomes one', () => {
  const table = [
    { given: 'yes', want: 'true' },
    { given: '0o17', want: '15' },
    { given: '1.30', want: '1.3' },
    { given: '1e7', want: '1e+07' },
    { given: '123456789012345678', want: '123456789012345678' },
    { given: '~', want: undefined },
  ]
  it.each(table)('$given', ({ given, want }) => {
    expect(plainKey(given)).toBe(want)
  })
})
