// Holds the engine to one case of the specification, and to what Kubernetes answers to it.

import { check } from '../../../src/kube/cel/checker.ts'
import { type Compiled, compile } from '../../../src/kube/cel/compile.ts'
import type { Environment } from '../../../src/kube/cel/declarations.ts'
import { kubernetesEnvironment } from '../../../src/kube/cel/environment.ts'
import { parse } from '../../../src/kube/cel/parser.ts'
import { Source } from '../../../src/kube/cel/source.ts'
import { type Type, typeText } from '../../../src/kube/cel/types.ts'
import { CelError, type Value } from '../../../src/kube/cel/values.ts'
import { astText, recordedAstText } from './ast-text.ts'
import type { KubernetesAnswer, SpecCase, SpecTest } from './cases.ts'
import { functionsOf, isSame, typeFrom, valueFrom } from './values.ts'

function environmentOf(test: SpecTest): Environment {
  const variables: Record<string, Type> = {}
  for (const { name, ident } of test.typeEnv ?? []) {
    if (ident !== undefined) variables[name] = typeFrom(ident.type)
  }
  return kubernetesEnvironment({ variables, functions: functionsOf(test) })
}

function bindingsOf({ bindings = {} }: SpecTest): Record<string, Value | undefined> {
  const entries = Object.entries(bindings)
  return Object.fromEntries(entries.map(([name, { value }]) => [name, valueFrom(value ?? {})]))
}

/** What the engine makes of a test: a value, or why there is none. */
export type Outcome = { readonly value: Value; readonly type: string } | { readonly error: string }

function outcomeOf(test: SpecTest, compiled: Compiled): Outcome {
  if (!compiled.ok) return { error: compiled.error }
  const { program } = compiled
  const { value } = program.evaluate(bindingsOf(test))
  if (value instanceof CelError) return { error: value.message }
  return { value, type: typeText(program.outputType) }
}

function treeProblem({ test, ast = '', error }: SpecCase): string | undefined {
  const parsed = parse(new Source(test.expr))
  if (!parsed.ok) return error === undefined || ast !== '' ? 'is not parsed' : undefined
  if (ast === '') return undefined
  const got = astText(parsed.expr)
  return got === recordedAstText(ast) ? undefined : `is parsed as ${got}`
}

function wanted({ value, typedResult }: SpecTest): Value | undefined {
  const given = value ?? typedResult?.result
  return given === undefined ? true : valueFrom(given)
}

/** What is wrong by the specification; undefined when nothing is. */
export function specProblem(each: SpecCase, answer: KubernetesAnswer): string | undefined {
  const { test, id, ast = '', error } = each
  if (test.checkOnly === true) return checkOnlyProblem(test)
  const isOfLanguage = id.startsWith('parsing/') || id.startsWith('checking/')
  if (isOfLanguage && (error === undefined || ast !== '')) return treeProblem(each)
  const outcome = outcomeOf(test, compile(test.expr, environmentOf(test)))
  // Texts that cel-go's own tests hold to be wrong come without saying so.
  const isWrong = id.startsWith('comprehensions/') && (answer.compile ?? answer.error) !== undefined
  if (isOfLanguage || isWrong || test.evalError !== undefined) {
    return 'error' in outcome ? undefined : 'has a value'
  }
  if ('error' in outcome) return `fails: ${outcome.error}`
  const want = wanted(test)
  if (want === undefined) return 'wants a value that only protobuf has'
  return isSame(outcome.value, want) ? undefined : 'has another value'
}

function checkOnlyProblem(test: SpecTest): string | undefined {
  const source = new Source(test.expr)
  const parsed = parse(source)
  if (!parsed.ok) return 'is not parsed'
  const checked = check(source, parsed.expr, environmentOf(test))
  if (checked.issues.length > 0) return `is refused: ${checked.issues[0]?.message ?? ''}`
  const want = test.typedResult?.deducedType
  const type = checked.types.get(parsed.expr)
  const got = type === undefined ? '' : typeText(type)
  return want === undefined || typeText(typeFrom(want)) === got ? undefined : `is of type ${got}`
}

/** Whether an answer can be asked for: functions without a body have none. */
export function isComparable({ test }: SpecCase): boolean {
  const given = Object.values(test.bindings ?? {}).map(({ value }) => valueFrom(value ?? {}))
  const isDeclared = (test.typeEnv ?? []).some(each => each.function !== undefined)
  return !given.includes(undefined) && !isDeclared
}

/** Of a text that cannot be parsed, only the syntax errors are told (docs/deviations.md). */
function isShorter(own: string, whole: string): boolean {
  const lines = new Set(whole.split('\n'))
  return own.includes('Syntax error') && own.split('\n').every(line => lines.has(line))
}

/** Where the engine answers otherwise than Kubernetes; undefined where it does not. */
export function kubernetesProblem(each: SpecCase, answer: KubernetesAnswer): string | undefined {
  const { test } = each
  const compiled = compile(test.expr, environmentOf(test))
  if (answer.compile !== undefined) {
    if (compiled.ok) return `is accepted, not refused: ${answer.compile}`
    const own = compiled.error.replace(/^compilation failed: /, '')
    if (own === answer.compile || isShorter(own, answer.compile)) return undefined
    return `is refused otherwise: ${own}\n≠ ${answer.compile}`
  }
  const outcome = outcomeOf(test, compiled)
  if (answer.error !== undefined) {
    if (!('error' in outcome)) return `has a value, not the error ${answer.error}`
    const own = outcome.error.replace(/^program instantiation failed: /, 'program: ')
    return own === answer.error ? undefined : `fails otherwise: ${own} ≠ ${answer.error}`
  }
  if (test.checkOnly === true || answer.value === undefined) return undefined
  if ('error' in outcome) return `fails: ${outcome.error}`
  const want = valueFrom(answer.value)
  if (want === undefined) return undefined
  return isSame(outcome.value, want) ? undefined : 'has another value'
}
