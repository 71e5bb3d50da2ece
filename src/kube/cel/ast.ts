// The syntax tree of an expression after macro expansion. Positions are character offsets.
// Upstream: cel-go v0.26.0 common/ast/expr.go.

import type { Value } from './values.ts'

export interface Literal {
  readonly kind: 'literal'
  readonly at: number
  readonly value: Value
}

export interface Ident {
  readonly kind: 'ident'
  readonly at: number
  readonly name: string
}

export interface Select {
  readonly kind: 'select'
  readonly at: number
  readonly operand: Expr
  readonly field: string
  /** `has(operand.field)`. */
  readonly testOnly: boolean
}

export interface Call {
  readonly kind: 'call'
  readonly at: number
  readonly function: string
  readonly target: Expr | undefined
  readonly args: readonly Expr[]
}

export interface ListExpr {
  readonly kind: 'list'
  readonly at: number
  readonly elements: readonly Expr[]
  /** Indexes of elements written with `?`. */
  readonly optionals: readonly number[]
}

export interface Entry {
  readonly at: number
  readonly key: Expr
  readonly value: Expr
  readonly optional: boolean
}

export interface MapExpr {
  readonly kind: 'map'
  readonly at: number
  readonly entries: readonly Entry[]
}

export interface FieldInit {
  readonly at: number
  readonly name: string
  readonly value: Expr
  readonly optional: boolean
}

export interface StructExpr {
  readonly kind: 'struct'
  readonly at: number
  readonly typeName: string
  readonly fields: readonly FieldInit[]
}

export interface Comprehension {
  readonly kind: 'comprehension'
  readonly at: number
  readonly range: Expr
  readonly iterVar: string
  /** Empty in comprehensions over one variable. */
  readonly iterVar2: string
  readonly accuVar: string
  readonly accuInit: Expr
  readonly condition: Expr
  readonly step: Expr
  readonly result: Expr
}

/** What stands where the parser reported an error. */
export interface Unspecified {
  readonly kind: 'unspecified'
  readonly at: number
}

export type Expr =
  | Literal
  | Ident
  | Select
  | Call
  | ListExpr
  | MapExpr
  | StructExpr
  | Comprehension
  | Unspecified

/** The name of the variable that holds what a comprehension has gathered so far. */
export const accumulator = '@result'

export const operators = {
  conditional: '_?_:_',
  and: '_&&_',
  or: '_||_',
  not: '!_',
  negate: '-_',
  equals: '_==_',
  notEquals: '_!=_',
  add: '_+_',
  index: '_[_]',
  optIndex: '_[?_]',
  optSelect: '_?._',
  in: '@in',
  notStrictlyFalse: '@not_strictly_false',
} as const

/** The direct parts of an expression, in the order in which the checker sees them. */
export function childrenOf(expr: Expr): readonly Expr[] {
  switch (expr.kind) {
    case 'select':
      return [expr.operand]
    case 'call':
      return expr.target === undefined ? expr.args : [expr.target, ...expr.args]
    case 'list':
      return expr.elements
    case 'map':
      return expr.entries.flatMap(({ key, value }) => [key, value])
    case 'struct':
      return expr.fields.map(({ value }) => value)
    case 'comprehension':
      return [expr.range, expr.accuInit, expr.condition, expr.step, expr.result]
    default:
      return []
  }
}

/** `a.b.c` as a name, where the expression has that form. */
export function qualifiedName(expr: Expr): string | undefined {
  if (expr.kind === 'ident') return expr.name
  if (expr.kind !== 'select' || expr.testOnly) return undefined
  const prefix = qualifiedName(expr.operand)
  return prefix === undefined ? undefined : `${prefix}.${expr.field}`
}
