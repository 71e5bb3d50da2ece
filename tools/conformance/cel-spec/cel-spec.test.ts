// All 2,765 cases of @bufbuild/cel-spec: those that apply to Kubernetes as the specification says,
// and all as Kubernetes answers.

import { describe, expect, it } from 'vitest'
import { elsewhere, kubernetesAnswers, type KubernetesAnswer, specCases } from './cases.ts'
import { isComparable, kubernetesProblem, specProblem } from './judge.ts'

const cases = specCases()
const answers = kubernetesAnswers()
const reasons = elsewhere()

/** Thousands of compilations on a busy machine. */
const timeoutMs = 120_000

function problems(
  of: (index: number) => string | undefined,
  wanted: (index: number) => boolean,
): string[] {
  return cases.flatMap(({ id }, index) => {
    const problem = wanted(index) ? of(index) : undefined
    return problem === undefined ? [] : [`${id} ${problem}`]
  })
}

function caseAt(index: number): (typeof cases)[number] {
  return cases[index] as (typeof cases)[number]
}

function applies(index: number): boolean {
  return !reasons.has(caseAt(index).id)
}

describe('the specification of CEL', () => {
  it('has an answer of Kubernetes for each of its cases', () => {
    expect(cases).toHaveLength(2765)
    expect(answers.map(({ id }) => id)).toEqual(cases.map(({ id }) => id))
  })

  it('gives a reason for each case that does not apply, and for no other', () => {
    const ids = new Set(cases.map(({ id }) => id))
    expect([...reasons.keys()].filter(id => !ids.has(id))).toEqual([])
    expect(cases.filter((_, index) => applies(index))).toHaveLength(1694)
  })

  it(
    'holds where it applies to Kubernetes',
    () => {
      const found = problems(
        index => specProblem(caseAt(index), answers[index] as KubernetesAnswer),
        applies,
      )
      expect(found).toEqual([])
    },
    timeoutMs,
  )

  it(
    'gets the answers of Kubernetes, errors to the letter',
    () => {
      const isAsked = (index: number): boolean => isComparable(caseAt(index))
      const found = problems(
        index => kubernetesProblem(caseAt(index), answers[index] as KubernetesAnswer),
        isAsked,
      )
      expect(found).toEqual([])
      expect(cases.filter((_, index) => isAsked(index))).toHaveLength(2689)
    },
    timeoutMs,
  )

  it('finds an answer that is not the recorded one', () => {
    const index = cases.findIndex(({ test }) => test.expr === '1 + 2')
    const at = index < 0 ? cases.findIndex(({ id }) => id.includes('integer_math/add')) : index
    const wrong = { id: '', type: 'int', value: { int64Value: '-77' } }
    expect(kubernetesProblem(caseAt(at), wrong)).toBe('has another value')
  })
})
