// Scaling modifiers: one metric computed from the others. Port of KEDA v2.21.0
// pkg/scaling/modifiers and apis/keda/v1alpha1 ValidateAndCompileScalingModifiers.

import { goQuote } from '../../kube/go-text.ts'
import type { Quantity } from '../../kube/quantity.ts'
import { newQuantity } from '../../kube/quantity-math.ts'
import type { MetricValue } from './fallback.ts'
import { checkFormula } from '../formula/check.ts'
import { type FormulaNode, parseFormula } from '../formula/parse.ts'
import { runFormula, type Value } from '../formula/run.ts'
import { FormulaError } from '../formula/tokens.ts'
import { goInt64, parseGoFloat, quantityFloat } from '../../kube/go-float.ts'
import { compositeMetric, modifiersOf, type ScaledObject } from './scaled-object.ts'

export interface Compiled {
  readonly source: string
  readonly node: FormulaNode
}

export type CompiledModifiers =
  | { readonly ok: true; readonly compiled: Compiled }
  | { readonly ok: false; readonly error: string }

/** Checks the formula and its target; runs it once with -1 for every trigger. */
export function compileModifiers(object: ScaledObject): CompiledModifiers {
  const modifiers = modifiersOf(object) ?? {}
  const refused = (what: string, error: string) =>
    ({ ok: false, error: `error validating ${what} in ScalingModifiers\n${error}` }) as const
  if ((modifiers.target ?? '') === '') {
    return refused('formula', 'formula is given but target is empty')
  }
  const source = castToFloat(modifiers.formula ?? '')
  const names = object.spec.triggers
    .filter(({ type, name = '' }) => type !== 'cpu' && type !== 'memory' && name !== '')
    .map(({ name = '' }) => name)
  let node: FormulaNode
  try {
    node = parseFormula(source)
    checkFormula(node, new Map(names.map(name => [name, 'float64'])))
    runFormula(node, new Map(names.map(name => [name, { type: 'float64', value: -1 }])))
  } catch (error) {
    if (!(error instanceof FormulaError)) throw error
    return refused('formula', error.in(source))
  }
  const wrong = targetError(object)
  return wrong === undefined ? { ok: true, compiled: { source, node } } : refused('target', wrong)
}

function castToFloat(formula: string): string {
  const name = '_kedaCompositeResult'
  if (formula.includes('??')) {
    if (formula.startsWith(`let ${name} = `)) return formula
    return `let ${name} = (${formula}); ${name} == nil ? nil : float(${name})`
  }
  return formula.startsWith('float(') ? formula : `float(${formula})`
}

function targetError(object: ScaledObject): string | undefined {
  const { target = '', metricType } = modifiersOf(object) ?? {}
  const value = parseGoFloat(target)
  const what = 'error converting target for scalingModifiers (string->float) to valid target: '
  if (value === undefined) {
    return `${what}strconv.ParseFloat: parsing ${goQuote(target)}: invalid syntax`
  }
  if (value <= 0) return `${what}%!w(<nil>)`
  return metricType === 'Utilization'
    ? 'error trigger type is Utilization, but it needs to be AverageValue or Value for external metrics'
    : undefined
}

export interface TriggerMetric extends MetricValue {
  /** The name of its trigger. */
  readonly trigger: string
}

export type Computed =
  | { readonly ok: true; readonly metric: MetricValue }
  | { readonly ok: false; readonly error: string }

/** The composite metric from what the triggers gave. */
export function compute(
  object: ScaledObject,
  { source, node }: Compiled,
  metrics: readonly TriggerMetric[],
): Computed {
  const data = new Map(metrics.map(metric => [metric.trigger, valueOf(object, metric)]))
  let result: Value
  try {
    result = runFormula(node, data)
  } catch (error) {
    if (!(error instanceof FormulaError)) throw error
    return { ok: false, error: `error trying to run custom formula: ${error.in(source)}` }
  }
  if (result.type === 'float64') return { ok: true, metric: composite(result.value) }
  if (result.type !== 'nil') {
    return { ok: false, error: `formula returned non-float result ${result.type}` }
  }
  return whenNil(object)
}

function composite(value: number): MetricValue {
  const milli = goInt64(value * 1000)
  // SetMilli of a quantity without a format.
  const quantity: Quantity = newQuantity(milli, 'DecimalExponent', -3)
  return { name: compositeMetric, value: quantity }
}

function whenNil(object: ScaledObject): Computed {
  const { fallback } = object.spec
  const nil = 'scalingModifiers formula evaluated to nil'
  if (fallback === undefined) return { ok: false, error: `${nil} but no fallback is configured` }
  const target = modifiersOf(object)?.target ?? ''
  const value = parseGoFloat(target)
  if (value === undefined) {
    const why = `strconv.ParseFloat: parsing ${goQuote(target)}: invalid syntax`
    const what = `target ${goQuote(target)} is not a valid float: ${why}`
    return { ok: false, error: `${nil} and ${what}` }
  }
  return { ok: true, metric: composite(fallback.replicas * value) }
}

/** nil once the trigger has failed too often. */
function valueOf({ spec, status }: ScaledObject, { name, value }: TriggerMetric): Value {
  const failures = status?.health?.[name]?.numberOfFailures ?? 0
  const isLost =
    spec.fallback?.behavior === 'scalingModifiers' && failures > spec.fallback.failureThreshold
  return isLost ? { type: 'nil' } : { type: 'float64', value: quantityFloat(value) }
}
