import { describe, expect, it } from 'vitest'
import { evaluateCondition, evaluateConditions } from './conditions.ts'
import { Unknown } from './special.ts'
import { scopeWith } from './testing.ts'

const fact = new Unknown(['the memory of the host'])
const reasons = { unknown: ['the memory of the host'] }

describe('a condition with a value that only the host can give', () => {
  const rows: readonly { condition: string; want: object }[] = [
    { condition: 'memory > 1024', want: reasons },
    { condition: 'not memory', want: reasons },
    { condition: 'false and memory', want: { result: false } },
    { condition: 'memory > 1024 and false', want: { result: false } },
    { condition: 'memory > 1024 or true', want: { result: true } },
    { condition: 'memory > 1024 and true', want: reasons },
    { condition: 'memory is defined', want: { result: true } },
    { condition: 'memory.total is defined', want: reasons },
    { condition: 'memory in []', want: { result: false } },
    { condition: "1 == 1 if memory else 'a' == 'a'", want: { result: true } },
    { condition: '[1, memory] == [2, memory]', want: { result: false } },
    { condition: '[1, memory] | length == 2', want: { result: true } },
    { condition: "'a' in ['a', memory]", want: { result: true } },
  ]
  it.each(rows)('$condition', ({ condition, want }) => {
    expect(evaluateCondition(condition, scopeWith({ memory: fact }))).toMatchObject(want)
  })

  it('is decided by a later condition that is false', () => {
    const scope = scopeWith({ memory: fact })
    expect(evaluateConditions(['memory > 1', false], scope)).toEqual({
      result: false,
      falseCondition: false,
    })
    expect(evaluateConditions(['memory > 1', 'nope'], scope)).toMatchObject(reasons)
  })
})

describe('a condition by version of the engine', () => {
  it('takes any truth value before 2.19 and only booleans since', () => {
    const variables = { packages: ['curl'] }
    const condition = 'packages | length'
    expect(evaluateCondition(condition, scopeWith(variables))).toEqual({ result: true })
    expect(evaluateCondition(condition, scopeWith(variables, '2.19'))).toMatchObject({
      isUndefined: false,
    })
  })

  it('names the undefined variable', () => {
    const verdict = evaluateCondition('nope == 1', scopeWith({}))
    expect(verdict).toMatchObject({
      error: expect.stringContaining("'nope' is undefined") as string,
      isUndefined: true,
    })
  })

  // Before 2.19 an error is about an undefined variable where its text has the type of one.
  const undefinedOperands = [
    { condition: 'nope is version', classic: false, native: true },
    { condition: 'nope is nosuchtest', classic: false, native: false },
    { condition: 'nope in none', classic: false, native: false },
    { condition: "nope in 'text'", classic: true, native: false },
    { condition: 'nope in [1]', classic: true, native: true },
    { condition: 'nope | ternary(1)', classic: false, native: false },
  ]
  it.each(undefinedOperands)('tells what is wrong with $condition', each => {
    const { condition, classic, native } = each
    expect(evaluateCondition(condition, scopeWith({}))).toMatchObject({ isUndefined: classic })
    const verdict = evaluateCondition(condition, scopeWith({}, '2.19'))
    expect(verdict).toMatchObject({ isUndefined: native })
  })

  it('compares the identity of an undefined variable before 2.19', () => {
    const condition = 'none is sameas nope'
    expect(evaluateCondition(condition, scopeWith({}))).toMatchObject({ result: false })
    const verdict = evaluateCondition(condition, scopeWith({}, '2.19'))
    expect(verdict).toMatchObject({ isUndefined: true })
  })

  it('says what it cannot parse', () => {
    expect(evaluateCondition('a ==', scopeWith({}))).toMatchObject({ isUndefined: false })
  })

  it('stops at a variable that needs itself', () => {
    const verdict = evaluateCondition('a == 1', scopeWith({ a: '{{ b }}', b: '{{ a }}' }))
    expect(verdict).toMatchObject({ error: expect.stringContaining('recursive loop') as string })
  })
})
