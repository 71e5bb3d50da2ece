// Checks of literals after the type checker. Port of cel-go v0.26.0 cel/validator.go and
// ext/formatting.go (format strings): texts, places.

import { type Call, childrenOf, type Expr } from './ast.ts'
import type { Checked } from './checker.ts'
import { interpolate, refusalOf } from './library/format-text.ts'
import { toDuration, toTimestamp } from './library/conversions.ts'
import { patternError } from './regex.ts'
import type { CelIssue, Source } from './source.ts'
import { isEquivalent, type Type, typeLabel, types } from './types.ts'
import { CelError, type Value } from './values.ts'

interface Visit {
  readonly expr: Expr
  /** Calls around the expression include one of `format`. */
  readonly inFormat: boolean
}

/** All complaints about literals, in upstream's order of validators. */
export function validateTree(source: Source, checked: Checked): CelIssue[] {
  const visits: Visit[] = []
  collect(checked.expr, false, visits)
  const issues: CelIssue[] = []
  const complain = (at: number, message: string): void => {
    issues.push({ location: source.locationOf(at), message })
  }
  const calls = visits.flatMap(({ expr }) => (expr.kind === 'call' ? [expr] : []))
  for (const call of calls) checkLiteralArgument(call, checked, complain)
  for (const visit of visits) checkAggregate(visit, checked, complain)
  for (const call of calls) checkFormat(call, checked, complain)
  return issues
}

type Complain = (at: number, message: string) => void

function collect(expr: Expr, inFormat: boolean, into: Visit[]): void {
  into.push({ expr, inFormat })
  const within = inFormat || (expr.kind === 'call' && expr.function === 'format')
  for (const child of childrenOf(expr)) collect(child, within, into)
}

const literalChecks: Readonly<Record<string, (value: Value) => boolean>> = {
  duration: value => !(toDuration(value) instanceof CelError),
  timestamp: value => !(toTimestamp(value) instanceof CelError),
  matches: value => typeof value !== 'string' || patternError(value) === undefined,
}

function checkLiteralArgument(call: Call, _checked: Checked, complain: Complain): void {
  const check = Object.hasOwn(literalChecks, call.function)
    ? literalChecks[call.function]
    : undefined
  const [arg] = call.args
  if (check === undefined || arg?.kind !== 'literal') return
  if (!check(arg.value)) complain(arg.at, `invalid ${call.function} argument`)
}

function checkAggregate({ expr, inFormat }: Visit, checked: Checked, complain: Complain): void {
  if (inFormat) return
  if (expr.kind === 'list') checkElements(expr, checked, complain)
  if (expr.kind === 'map') checkEntries(expr, checked, complain)
}

function mismatch(complain: Complain, at: number, [want, got]: readonly [Type, Type]): void {
  complain(at, `expected type '${typeLabel(want)}' but found '${typeLabel(got)}'`)
}

function typeAt(checked: Checked, expr: Expr, optional: boolean): Type {
  const type = checked.types.get(expr) ?? types.dyn
  return optional ? (type.params[0] ?? type) : type
}

function checkElements(expr: Expr & { kind: 'list' }, checked: Checked, complain: Complain): void {
  let first: Type | undefined
  for (const [index, element] of expr.elements.entries()) {
    const type = typeAt(checked, element, expr.optionals.includes(index))
    if (first === undefined) first = type
    else if (!isEquivalent(first, type)) {
      mismatch(complain, element.at, [first, type])
      return
    }
  }
}

function checkEntries(expr: Expr & { kind: 'map' }, checked: Checked, complain: Complain): void {
  let first: { readonly key: Type; readonly value: Type } | undefined
  for (const { key, value, optional } of expr.entries) {
    const keyType = typeAt(checked, key, false)
    const valueType = typeAt(checked, value, optional)
    if (first === undefined) {
      first = { key: keyType, value: valueType }
      continue
    }
    if (!isEquivalent(first.key, keyType)) mismatch(complain, key.at, [first.key, keyType])
    if (!isEquivalent(first.value, valueType))
      mismatch(complain, value.at, [first.value, valueType])
  }
}

/** A constant format string against the types of its arguments. */
function checkFormat(call: Call, checked: Checked, complain: Complain): void {
  const { target, args } = call
  const [list] = args
  if (call.function !== 'format' || args.length !== 1 || list?.kind !== 'list') return
  if (target?.kind !== 'literal' || typeof target.value !== 'string') return
  const { elements } = list
  let asked = 0
  let badAt = call.at
  const result = interpolate(target.value, {
    count: elements.length,
    isCheck: true,
    clause: ({ letter }, index) => {
      asked += 1
      const bad = badArgument(letter, elements[index] as Expr, checked)
      if (bad === undefined) return ''
      badAt = bad.at
      return refusalOf(clauseNames[letter] ?? 'string', bad.typeName)
    },
  })
  if (result instanceof CelError) complain(badAt, result.message)
  else if (elements.length > asked) {
    const what = 'too many arguments supplied to string.format'
    complain(call.at, `${what} (expected ${asked}, got ${elements.length})`)
  }
}

const clauseNames: Readonly<Record<string, Parameters<typeof refusalOf>[0]>> = {
  b: 'binary',
  d: 'decimal',
  e: 'scientific',
  f: 'fixed',
  o: 'octal',
  s: 'string',
  x: 'hex',
  X: 'hex',
}

const clauseKinds: Readonly<Record<string, readonly string[]>> = {
  b: ['int', 'uint', 'bool'],
  d: ['int', 'uint'],
  e: ['double', 'string'],
  f: ['double', 'string'],
  o: ['int', 'uint'],
  x: ['int', 'uint', 'string', 'bytes'],
  X: ['int', 'uint', 'string', 'bytes'],
}

const printable = [
  'list',
  'map',
  'int',
  'uint',
  'double',
  'bool',
  'string',
  'timestamp',
  'bytes',
  'duration',
  'type',
  'null',
]

interface BadArgument {
  readonly at: number
  readonly typeName: string
}

function badArgument(letter: string, expr: Expr, checked: Checked): BadArgument | undefined {
  const kinds = clauseKinds[letter]
  if (kinds !== undefined) return unlessOneOf(kinds, expr, checked)
  const bad = unlessOneOf(printable, expr, checked)
  if (bad !== undefined) return bad
  // Of literal lists and maps all members must be printable.
  const members = expr.kind === 'list' || expr.kind === 'map' ? childrenOf(expr) : []
  for (const member of members) {
    const found = badArgument(letter, member, checked)
    if (found !== undefined) return found
  }
  return undefined
}

function unlessOneOf(
  kinds: readonly string[],
  expr: Expr,
  checked: Checked,
): BadArgument | undefined {
  const type = checked.types.get(expr) ?? types.dyn
  if (type.kind === 'dyn' || kinds.includes(type.kind)) return undefined
  return { at: expr.at, typeName: type.name }
}
