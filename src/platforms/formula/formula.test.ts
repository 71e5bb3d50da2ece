import { describe, expect, it } from 'vitest'
import { checkFormula } from './check.ts'
import { parseFormula } from './parse.ts'
import { runFormula, type Value } from './run.ts'
import { FormulaError } from './tokens.ts'

const names = { a: 3, b: 2 }

function run(source: string): unknown {
  const node = parseFormula(source)
  checkFormula(node, new Map(Object.keys(names).map(name => [name, 'float64'])))
  const values = Object.entries(names).map(([name, value]): [string, Value] => [
    name,
    { type: 'float64', value },
  ])
  const result = runFormula(node, new Map(values))
  return 'value' in result ? result.value : result
}

function error(source: string): string {
  try {
    return String(run(source))
  } catch (thrown) {
    return thrown instanceof FormulaError ? thrown.in(source) : String(thrown)
  }
}

describe('formula', () => {
  it.each([
    ['a + b * 2', 7],
    ['2 ** 3 ** 2', 512],
    ['-a ** 2', -9],
    ['(a + b) / 2', 2.5],
    ['a > b ? a : b', 3],
    ['1 < b < a', true],
    ['a not in [1, 2]', true],
    ['let x = a; x * x', 9],
    ['max([a, b], 7)', 7],
    ['min(a, b)', 2],
    ['median([1, 9, a])', 3],
    ['mean([a, b])', 2.5],
    ['sum([a, b], # * 2)', 10],
    ['count([a, b, 9], # > 2)', 2],
    ['round(2.5) + ceil(0.1) + floor(0.9)', 4],
    ['int("7") % 4', 3],
    ['nil ?? a', 3],
    ['a == nil || not (b != 2)', true],
  ])('%s', (source, value) => {
    expect(run(source)).toBe(value)
  })

  it.each([
    ['a +', 'unexpected token EOF (1:3)\n | a +\n | ..^'],
    ['a + c', 'unknown name c (1:5)\n | a + c\n | ....^'],
    [
      'a % b',
      'invalid operation: % (mismatched types float64 and float64) (1:3)\n | a % b\n | ..^',
    ],
    ['a ? 1 : 2', 'non-bool expression (type float64) used as condition (1:1)\n | a ? 1 : 2\n | ^'],
    ['foo(a)', 'unknown name foo (1:1)\n | foo(a)\n | ^'],
    ['let a = 1; a', 'cannot redeclare a (1:5)\n | let a = 1; a\n | ....^'],
    ["a + 'x", "literal not terminated (1:5)\n | a + 'x\n | ....^"],
  ])('refuses %s', (source, message) => {
    expect(error(source)).toBe(message)
  })
})
