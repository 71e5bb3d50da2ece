// The rules of a schema, compiled. Upstream: k8s.io/apiextensions-apiserver v0.36.3
// pkg/apiserver/schema/cel/compilation.go.

import { type Compiled, compile } from './compile.ts'
import type { Environment } from './declarations.ts'
import { ruleEnvironment, type TypedSchema } from './schema-types.ts'

export interface Rule {
  readonly rule: string
  readonly messageExpression?: string
  readonly optionalOldSelf?: boolean
}

/** What is wrong with a rule; nothing where it can be run. */
export interface RuleCheck {
  readonly error?: string
  readonly messageError?: string
  readonly usesOldSelf: boolean
}

function wrong(compiled: Compiled, type: string, mismatch: string): string | undefined {
  if (!compiled.ok) return compiled.error
  return compiled.program.outputType.name === type ? undefined : mismatch
}

function checked(rule: Rule, environment: Environment): RuleCheck {
  if (rule.rule.trim() === '') return { usesOldSelf: false }
  const compiled = compile(rule.rule, environment)
  const usesOldSelf = compiled.ok && compiled.program.variables.includes('oldSelf')
  const error = wrong(compiled, 'bool', 'cel expression must evaluate to a bool')
  if (error !== undefined) return { error, usesOldSelf }
  const text = rule.messageExpression ?? ''
  if (text === '') return { usesOldSelf }
  const message = compile(text, environment)
  const mismatch = 'messageExpression must evaluate to a string'
  const messageError = wrong(message, 'string', mismatch)
  if (messageError === undefined) return { usesOldSelf }
  return {
    messageError: message.ok ? messageError : `messageExpression ${messageError}`,
    usesOldSelf,
  }
}

/** Checks the rules of one schema; undefined where rules cannot look into it. */
export function compileRules(
  schema: TypedSchema,
  rules: readonly Rule[],
  isRoot: boolean,
): readonly RuleCheck[] | undefined {
  const plain = ruleEnvironment(schema, { isRoot, optionalOldSelf: false })
  if (plain === undefined) return undefined
  const optional = ruleEnvironment(schema, { isRoot, optionalOldSelf: true }) ?? plain
  return rules.map(rule => checked(rule, rule.optionalOldSelf === true ? optional : plain))
}
