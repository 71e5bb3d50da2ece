// One measurement of a metric: the value that a Load of the namespace gives it, held against the
// metric's conditions. Port of argo-rollouts v1.8.3 utils/evaluate/evaluate.go.

import { scriptedMetrics } from '../../../controllers/horizontal-pod-autoscaler/loads.ts'
import type { KubeObject } from '../../../kube/object.ts'
import { checkFormula } from '../../formula/check.ts'
import { parseFormula } from '../../formula/parse.ts'
import { runFormula } from '../../formula/run.ts'
import { FormulaError } from '../../formula/tokens.ts'
import type { Measurement, Metric, Phase } from './types.ts'

type Measured = Pick<Measurement, 'phase' | 'value' | 'message'> & {
  /** Why a condition could not be evaluated: it is wrong, or asks for more than is read here. */
  readonly unread?: string
}

/** What is asked of the Loads; undefined: none tells of this metric. */
export function measure(
  metric: Metric,
  { loads, namespace, nowMs }: { loads: readonly KubeObject[]; namespace: string; nowMs: number },
): Measured | undefined {
  const names = loads.some(
    ({ spec }) => (spec as { metric?: unknown } | undefined)?.metric === metric.name,
  )
  if (!names) return undefined
  const source = scriptedMetrics(loads, nowMs)
  const answer = source.external({ namespace, metric: metric.name, pods: [] } as never)
  if (!answer.ok) return { phase: 'Error', message: answer.error }
  const value = Number(answer.value[0] ?? 0n) / 1000
  const isList = metric.provider?.['prometheus'] !== undefined
  try {
    return { phase: evaluated(metric, value), value: isList ? `[${value}]` : `${value}` }
  } catch (error) {
    if (!(error instanceof FormulaError)) throw error
    const { message } = error
    const unread = `a condition of metric ${metric.name} is not understood (${message}): `
    return { phase: 'Error', message, unread: `${unread}each measurement is taken as an error` }
  }
}

/** EvaluateResult: a failure outweighs a success; neither of two conditions is inconclusive. */
function evaluated({ successCondition, failureCondition }: Metric, value: number): Phase {
  const holds = (condition = ''): boolean | undefined =>
    condition === '' ? undefined : isTrue(condition, value)
  const succeeds = holds(successCondition)
  const fails = holds(failureCondition)
  if (fails === true) return 'Failed'
  if (succeeds !== false) return 'Successful'
  return fails === undefined ? 'Failed' : 'Inconclusive'
}

/** What a condition asks of its one value, which is there and finite; a list has no other item. */
const ofOneValue: readonly (readonly [RegExp, string])[] = [
  [/\bresult\s*\[\s*0\s*\]/g, 'result'],
  [/\blen\s*\(\s*result\s*\)/g, '1'],
  [/\basFloat\s*\(/g, 'float('],
  [/\basInt\s*\(/g, 'int('],
  [/\b(?:isNaN|isNil)\s*\(\s*result\s*\)/g, 'false'],
  [/\bisInf\s*\(\s*result\s*,[^(),]*\)/g, 'false'],
  [/\bdefault\s*\(\s*result\s*,[^(),]*\)/g, 'result'],
]

/** Throws a FormulaError. */
function isTrue(condition: string, value: number): boolean {
  const text = ofOneValue.reduce((before, [asked, is]) => before.replaceAll(asked, is), condition)
  const formula = parseFormula(text)
  const type = checkFormula(formula, new Map([['result', 'float64']]))
  const result = runFormula(formula, new Map([['result', { type: 'float64', value }]]))
  if (result.type !== 'bool') throw new FormulaError(`expected bool, but got ${type}`, 0)
  return result.value
}
