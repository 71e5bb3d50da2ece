// The value of an option of a task or of a variable: templates evaluated, errors and unknowns as
// data. Upstream: ansible-core 2.18 template Templar.template, 2.19
// _internal/_templating/_engine.py.

import type { Value } from '../values.ts'
import { limitFailure, SyntaxFailure, TemplateFailure, UnknownSignal } from './failures.ts'
import { finalizeNative } from './finalize.ts'
import { failureOf } from './python/types.ts'
import { isAboutUndefined, type Scope } from './scope.ts'
import { LenientUndefined, plain, Undefined, Unknown } from './special.ts'

/** What a template comes to. */
export type Evaluated =
  | { readonly value: Value }
  | { readonly error: string; readonly isUndefined: boolean }
  | { readonly unknown: readonly string[] }

/** Evaluates a value with all templates in it. */
export function evaluate(value: Value, scope: Scope): Evaluated {
  try {
    const result = plain(scope.template(value))
    if (result instanceof Unknown) return { unknown: result.reasons }
    if (scope.isNative) return { value: finalizeNative(result) }
    if (result instanceof Undefined && !(result instanceof LenientUndefined))
      throw failureOf(result)
    return { value: result }
  } catch (given) {
    const error = limitFailure(given) ?? given
    if (error instanceof UnknownSignal) return { unknown: error.unknown.reasons }
    if (!(error instanceof TemplateFailure)) throw error
    return { error: errorText(error, value), isUndefined: isAboutUndefined(error, scope) }
  }
}

function errorText(error: TemplateFailure, value: Value): string {
  if (!(error instanceof SyntaxFailure)) return error.message
  const { message } = error
  return `template error while templating string: ${message}. String: ${String(value)}. ${message}`
}
