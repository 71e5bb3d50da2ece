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

  it('says what it cannot parse', () => {
    expect(evaluateCondition('a ==', scopeWith({}))).toMatchObject({ isUndefined: false })
  })

  it('stops at a variable that needs itself', () => {
    const verdict = evaluateCondition('a == 1', scopeWith({ a: '{{ b }}', b: '{{ a }}' }))
    expect(verdict).toMatchObject({ error: expect.stringContaining('recursive loop') as string })
  })
})
