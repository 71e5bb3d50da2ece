// Rules of a schema (x-kubernetes-validations) on a custom resource.
// Port of k8s.io/apiextensions-apiserver v0.36.3 pkg/apiserver/schema/cel/validation.go:
// decisions, texts.

import type { CompiledRule, Rule, RuleNode } from '../cel/schema-rules.ts'
import { schemaValue } from '../cel/schema-values.ts'
import { CelError, none, Optional, type Value } from '../cel/values.ts'
import { goQuote, utf8Length } from '../go-text.ts'
import { isArray, isObject, type JsonObject } from '../patch/json.ts'
import { duplicateBody, type FieldError, forbidden, required } from '../validation/field-error.ts'
import type { Schema } from './schema.ts'
import { below, type Correlated, isUnchanged, itemAt, sameKeyed } from './correlation.ts'
import { childPath, keyPath } from './paths.ts'
import { invalidValue, invalidWhole } from './value-error.ts'

const messageBytesMax = 5 * 1024

/** What all rules of one object may cost. */
export const ruleBudget = 10_000_000

interface Correlation {
  readonly current?: Correlated | undefined
  /** The nearest part above that correlates, where this one does not. */
  readonly nearest?: Correlated | undefined
}

interface Part {
  readonly path: string
  readonly value: unknown
  readonly old: unknown
  readonly correlation: Correlation
}

export interface RuleFindings {
  readonly errors: FieldError[]
  /** Rules that already failed before the update, on parts that it leaves alone. */
  readonly warnings: FieldError[]
}

/** A running check; nothing goes on once the budget is below zero. */
class RuleRun implements RuleFindings {
  readonly errors: FieldError[] = []
  readonly warnings: FieldError[] = []
  budget = ruleBudget

  visit(node: RuleNode, part: Part): void {
    if (part.value === null || part.value === undefined || this.budget < 0) return
    this.own(node, part)
    if (this.budget < 0) return
    if (isArray(part.value)) this.list(node, part, part.value)
    else if (isObject(part.value)) this.map(node, part, part.value)
  }

  private list(node: RuleNode, { path, old, correlation }: Part, list: readonly unknown[]): void {
    const { items } = node
    if (items === undefined) return
    list.forEach((value, index) => {
      const before = sameKeyed(node.schema as Schema, old, value)
      const { current } = correlation
      const next =
        current === undefined ? correlation : { current: itemAt(current, index), nearest: current }
      this.visit(items, { path: `${path}[${index}]`, value, old: before, correlation: next })
    })
  }

  private map(node: RuleNode, { path, old, correlation }: Part, map: JsonObject): void {
    const { values, properties, schema } = node
    const mapType = schema['x-kubernetes-map-type'] ?? 'granular'
    const before = isObject(old) && ['granular', 'atomic'].includes(mapType) ? old : {}
    const part = (key: string, at: string): Part => ({
      path: at,
      value: map[key],
      old: before[key],
      correlation: keyed(correlation, key),
    })
    for (const key of Object.keys(map)) {
      if (values !== undefined) this.visit(values, part(key, keyPath(path, key)))
      const property = properties.get(key)
      if (property !== undefined) this.visit(property, part(key, childPath(path, key)))
    }
  }

  private own(node: RuleNode, part: Part): void {
    const { schema, rules, isResource } = node
    const { path, value, old } = part
    const type = schema.type ?? ''
    if (rules === undefined) {
      const why = 'failed to convert to declType for CEL validation rules'
      this.errors.push(invalidValue(path, type, `rule compiler initialization error: ${why}`))
      return
    }
    if (rules.length === 0) return
    if (this.budget <= 0) return this.outOfBudget(path, type)
    const self = schemaValue(schema, value, isResource)
    const hadOld = old !== undefined && old !== null
    const usesOld = rules.some(({ usesOldSelf }) => usesOldSelf)
    const before = hadOld && usesOld ? schemaValue(schema, old, isResource) : undefined
    for (const rule of rules) {
      if (rule.usesOldSelf && !hadOld && rule.rule.optionalOldSelf !== true) continue
      this.evaluate(rule, { ...part, type, bindings: bindingsOf(rule, self, before) })
      if (this.budget < 0) return
    }
  }

  private outOfBudget(path: string, type: string): void {
    const detail =
      'validation failed due to running out of cost budget, no further validation rules will be run'
    this.errors.push(invalidValue(path, type, detail))
    this.budget = -1
  }

  private evaluate(compiled: CompiledRule, asked: Asked): void {
    const { program, error, rule } = compiled
    const { path, type } = asked
    if (error !== undefined) {
      this.errors.push(invalidValue(path, type, `rule compile error: ${error}`))
      return
    }
    if (program === undefined) return
    const { value, cost, exceeded } = program.evaluate(asked.bindings)
    if (cost > this.budget) return this.outOfBudget(path, type)
    this.budget -= cost
    if (value === true) return
    if (value instanceof CelError || exceeded) {
      this.failed(rule, asked, value instanceof CelError ? value.message : '')
      return
    }
    this.refuse(compiled, asked)
  }

  private failed(rule: Rule, { path, type }: Asked, message: string): void {
    const told = ruleText(rule)
    const add = (detail: string): unknown => this.errors.push(invalidValue(path, type, detail))
    if (message.startsWith('no such overload')) {
      const why = 'call arguments did not match a supported operator, function or macro signature'
      add(`'${message}': ${why} for rule: ${told}`)
    } else if (message.startsWith('operation cancelled: actual cost limit exceeded')) {
      const why = 'no further validation rules will be run due to call cost exceeds limit'
      add(`'${message}': ${why} for rule: ${told}`)
      this.budget = -1
    } else {
      add(`${message} evaluating rule: ${told}`)
    }
  }

  private refuse(compiled: CompiledRule, asked: Asked): void {
    const { rule, blames, usesOldSelf } = compiled
    const path = blames === '' ? asked.path : childPath(asked.path, blames)
    const isKept = !usesOldSelf && keeps(asked.correlation)
    const found = isKept ? this.warnings : this.errors
    const said = this.message(compiled, asked)
    if ('stop' in said) {
      found.push(invalidValue(path, asked.type, said.stop))
      this.budget = -1
      return
    }
    const detail = said.text ?? messageOf(rule)
    const isWhole = asked.type === 'object' || asked.type === 'array'
    found.push(refusal(path, { rule, detail, value: isWhole ? undefined : asked.value }))
  }

  /** The text of messageExpression; none where it fails, and then the message stands in. */
  private message({ message, rule }: CompiledRule, { bindings }: Asked): Said {
    if (message === undefined) return {}
    const { value, cost } = message.evaluate(bindings)
    if (cost > this.budget) {
      const why = 'running out of cost budget, no further validation rules will be run'
      return { stop: `messageExpression evaluation failed due to ${why}` }
    }
    this.budget -= cost
    if (value instanceof CelError) {
      if (!value.message.startsWith('operation cancelled: actual cost limit exceeded')) return {}
      const why = 'no further validation rules will be run due to call cost exceeds limit'
      return { stop: `${why} for messageExpression: ${goQuote(rule.messageExpression ?? '')}` }
    }
    const text = typeof value === 'string' ? value.trim() : ''
    const isUsable = text !== '' && utf8Length(text) <= messageBytesMax && !text.includes('\n')
    return isUsable ? { text } : {}
  }
}

type Said = { readonly text?: string } | { readonly stop: string }

interface Asked extends Part {
  readonly type: string
  readonly bindings: Readonly<Record<string, Value | undefined>>
}

function bindingsOf(
  { rule }: CompiledRule,
  self: Value,
  before: Value | undefined,
): Asked['bindings'] {
  if (rule.optionalOldSelf !== true) return { self, oldSelf: before }
  return { self, oldSelf: before === undefined ? none : new Optional(before) }
}

/** The correlation of a field; a type is never the same, since versions differ in it. */
function keyed(correlation: Correlation, key: string): Correlation {
  const { current, nearest } = correlation
  if (current === undefined) return correlation
  if (nearest === undefined && (key === 'apiVersion' || key === 'kind')) return {}
  return { current: below(current, key), nearest: current }
}

function keeps({ current, nearest }: Correlation): boolean {
  return isUnchanged(current ?? nearest)
}

function ruleText({ rule, message = '' }: Rule): string {
  return (message === '' ? rule : message).trim()
}

function messageOf(rule: Rule): string {
  const { message = '' } = rule
  return message === '' ? `failed rule: ${ruleText(rule)}` : message.trim()
}

interface Refused {
  readonly rule: Rule
  readonly detail: string
  /** Undefined for a map or list. */
  readonly value: unknown
}

function refusal(path: string, { rule: { reason }, detail, value }: Refused): FieldError {
  if (reason === 'FieldValueForbidden') return forbidden(path, detail)
  if (reason === 'FieldValueRequired') return required(path, detail)
  if (reason === 'FieldValueDuplicate') return duplicateBody(path, value)
  return value === undefined ? invalidWhole(path, detail) : invalidValue(path, value, detail)
}

export interface Ruled {
  readonly path: string
  readonly value: unknown
  readonly old?: unknown
  /** Errors of parts that the update leaves alone are warnings. */
  readonly ratchets?: Correlated | undefined
}

/** Runs all rules on a value. */
export function runRules(node: RuleNode, { path, value, old, ratchets }: Ruled): RuleFindings {
  const run = new RuleRun()
  run.visit(node, { path, value, old, correlation: { current: ratchets } })
  return run
}
