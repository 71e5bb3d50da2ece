// `when` and its relatives: conditions to true, false, an error or unknown.
// Upstream: ansible-core 2.16 and 2.18 playbook/conditional.py, 2.19
// _internal/_templating/_engine.py.

import { type Value } from '../values.ts'
import {
  limitFailure,
  SyntaxFailure,
  TemplateFailure,
  UndefinedFailure,
  UnknownSignal,
} from './failures.ts'
import { finalizeNative } from './finalize.ts'
import { Frame } from './frame.ts'
import { truth } from './python/iterate.ts'
import { str } from './python/represent.ts'
import { failureOf, typeName } from './python/types.ts'
import { isAboutUndefined, type Scope } from './scope.ts'
import { LenientUndefined, Undefined, Unknown } from './special.ts'
import { conditionOf, isTemplate } from './templates.ts'

/** What a condition, or a list of them, comes to. */
export type Verdict =
  | { readonly result: true }
  | { readonly result: false; readonly falseCondition: Value }
  | { readonly error: string; readonly isUndefined: boolean; readonly condition: Value }
  | { readonly unknown: readonly string[]; readonly condition: Value }

/** Evaluates conditions in order up to the first that does not hold. */
export function evaluateConditions(conditions: readonly Value[], scope: Scope): Verdict {
  let unknown: Verdict | undefined
  for (const condition of conditions) {
    const verdict = evaluateCondition(condition, scope)
    if ('unknown' in verdict) unknown ??= verdict
    else if ('error' in verdict) return unknown ?? verdict
    // A later condition that is false decides, whatever the unknown one is.
    else if (!verdict.result) return verdict
  }
  return unknown ?? { result: true }
}

/** Evaluates one condition. */
export function evaluateCondition(condition: Value, scope: Scope): Verdict {
  try {
    const value = scope.isNative ? native(condition, scope) : classic(condition, scope)
    if (value instanceof Unknown) {
      if (value.truth === undefined) return { unknown: value.reasons, condition }
      return verdictOf(value.truth, condition)
    }
    return verdictOf(truth(value), condition)
  } catch (given) {
    const error = limitFailure(given) ?? given
    if (error instanceof UnknownSignal) return { unknown: error.unknown.reasons, condition }
    if (!(error instanceof TemplateFailure)) throw error
    return {
      error: errorText(error, condition, scope),
      isUndefined: isAboutUndefined(error, scope),
      condition,
    }
  }
}

function verdictOf(result: boolean, condition: Value): Verdict {
  return result ? { result } : { result, falseCondition: condition }
}

function errorText(error: TemplateFailure, condition: Value, scope: Scope): string {
  if (scope.isNative) {
    if (error instanceof UndefinedFailure) {
      return `Task failed: Error while evaluating conditional: ${error.message}`
    }
    if (error instanceof SyntaxFailure) {
      return `Task failed: Syntax error in expression: ${error.message}`
    }
    return `Task failed: ${error.message}`
  }
  const text = str(condition)
  const why =
    error instanceof UndefinedFailure
      ? `error while evaluating conditional (${text}): ${error.message}`
      : error instanceof SyntaxFailure
        ? `template error while templating string: ${error.message}. String: {% set __cres = ${text} %}{{ [true if __cres else false, __cres.__class__.__name__] }}. ${error.message}`
        : error.message
  return `The conditional check '${text}' failed. The error was: ${why}`
}

function classic(condition: Value, scope: Scope): Value {
  if (condition === null || condition === '') return true
  if (typeof condition === 'boolean') return condition
  let current: Value = condition
  if (isTemplate(current)) {
    current = scope.template(current)
    if (typeof current === 'boolean' || current instanceof Unknown) return current
    if (current === '') return false
  }
  return run(str(current), scope, true)
}

function native(given: Value, scope: Scope): Value {
  const condition = stripped(given)
  if (typeof condition === 'boolean') return condition
  if (typeof condition !== 'string') {
    throw new TemplateFailure('Conditional expressions must be strings.')
  }
  if (/^\{[{%#][\s\S]*[}%#]\}$/.test(condition)) {
    const result = stripped(finalizeNative(scope.template(condition)))
    if (typeof result !== 'string') return strict(result)
    // Only texts of files may be expressions; what a template gives is none.
    return boolean(result, scope)
  }
  return boolean(condition, scope)
}

function boolean(expression: string, scope: Scope): Value {
  const value = scope.withConstants(() => run(expression, scope, false))
  return strict(value instanceof Undefined ? finalizeNative(value) : value)
}

function stripped(condition: Value): Exclude<Value, null> {
  const text = typeof condition === 'string' ? condition.trim() : condition
  if (text === null || text === '') {
    throw new TemplateFailure('Empty conditional expressions are not allowed.')
  }
  return text as Exclude<Value, null>
}

function strict(value: Value): Value {
  if (typeof value === 'boolean' || value instanceof Unknown) return value
  const shown = truth(value) ? 'True' : 'False'
  throw new TemplateFailure(
    `Conditional result (${shown}) was derived from value of type '${typeName(value)}' at '<unknown>'. Conditionals must have a boolean result.`,
  )
}

function run(expression: string, scope: Scope, isTuple: boolean): Value {
  const value = conditionOf(expression, isTuple).run(new Frame(scope))
  if (value instanceof Undefined && !(value instanceof LenientUndefined) && !scope.isNative) {
    throw failureOf(value)
  }
  return value
}
