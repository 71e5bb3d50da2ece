import { describe, expect, it } from 'vitest'
import { evaluateAll, PolicyCompiler, policyBudget } from './policy-program.ts'

const compiler = new PolicyCompiler({ hasParams: true })
compiler.addVariable('size', 'object.data.size()')
compiler.addVariable('doubled', 'variables.size * 2')
compiler.addVariable('missing', 'object.none.x')
compiler.addVariable('broken', '1 +')

function outcomes(texts: readonly string[], budget = policyBudget): unknown {
  const expressions = texts.map(text => ({ text, compiled: compiler.compile(text, 'condition') }))
  const bindings = { object: { data: { a: '1' } }, params: null }
  return evaluateAll(expressions, { variables: compiler.variables, bindings, budget })
}

describe('variables', () => {
  it('build on those before them', () => {
    expect(outcomes(['variables.doubled == 2'])).toMatchObject({ outcomes: [{ value: true }] })
  })

  it('fail where they are used', () => {
    expect(outcomes(['variables.missing == 1', 'variables.size == 1'])).toMatchObject({
      outcomes: [
        {
          error:
            "expression 'variables.missing == 1' resulted in error: " +
            'composited variable "missing" fails to evaluate: no such key: none',
        },
        { value: true },
      ],
    })
  })

  it('have the type of their expression', () => {
    const compiled = compiler.compile("variables.size == 'a'", 'condition')
    expect(compiled).toMatchObject({ ok: false })
  })
})

describe('results', () => {
  it('must have the type that their purpose asks for', () => {
    expect(compiler.compile('1', 'condition')).toMatchObject({
      error: 'must evaluate to bool but got int',
    })
    expect(compiler.compile('1', 'annotation')).toMatchObject({
      error: 'must evaluate to one of [string null_type] but got int',
    })
    expect(compiler.compile('Object{}', 'jsonPatch')).toMatchObject({
      error: 'must evaluate to list(JSONPatch) but got Object',
    })
  })

  it('of texts that do not compile are errors of their own', () => {
    expect(outcomes(['nobody'])).toMatchObject({
      outcomes: [
        { error: expect.stringContaining('compilation error: compilation failed: ERROR') },
      ],
    })
  })
})

it('gives no outcomes at all when the budget is used up', () => {
  expect(outcomes(['variables.size == 1', 'variables.doubled == 2'], 5)).toEqual({
    ok: false,
    error:
      'validation failed due to running out of cost budget, no further validation rules will be run',
  })
})
