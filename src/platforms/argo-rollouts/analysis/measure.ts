// One measurement of a metric: the value that a Load of the namespace gives it, held against the
// metric's conditions. Port of argo-rollouts v1.8.3 utils/evaluate/evaluate.go.

import { scriptedMetrics } from '../../../controllers/horizontal-pod-autoscaler/loads.ts'
import type { KubeObject } from '../../../kube/object.ts'
import { parseFormula } from '../../keda/formula/parse.ts'
import { runFormula } from '../../keda/formula/run.ts'
import { FormulaError } from '../../keda/formula/tokens.ts'
import type { Measurement, Metric, Phase } from './types.ts'

type Measured = Pick<Measurement, 'phase' | 'value' | 'message'>

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
    return { phase: 'Error', message: error.message }
  }
}

/** EvaluateResult: a failure outweighs a success; neither of two conditions is inconclusive. */
function evaluated({ successCondition, failureCondition }: Metric, value: number): Phase {
  const isGiven = (condition: string | undefined): condition is string => (condition ?? '') !== ''
  const holds = (condition: string): boolean => isTrue(condition, value)
  if (isGiven(failureCondition) && holds(failureCondition)) return 'Failed'
  if (isGiven(successCondition)) {
    if (holds(successCondition)) return 'Successful'
    return isGiven(failureCondition) ? 'Inconclusive' : 'Failed'
  }
  return 'Successful'
}

/** Conditions of one value: a list has it as its first item. */
function isTrue(condition: string, value: number): boolean {
  const formula = condition.replaceAll(/\bresult\s*\[\s*0\s*\]/g, 'result')
  const result = runFormula(
    parseFormula(formula),
    new Map([['result', { type: 'float64', value }]]),
  )
  return result.type === 'bool' && result.value
}
