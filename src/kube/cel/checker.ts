// The type checker: the type of each node, what each name means, and complaints.
// Port of cel-go v0.26.0 checker/checker.go: types, overloads, texts.

import { assertNever } from '../../base/assert.ts'
import {
  type Call,
  type Comprehension,
  type Expr,
  operators,
  qualifiedName,
  type Select,
  type StructExpr,
} from './ast.ts'
import { type Environment, type FunctionDecl, typeIdentifier } from './declarations.ts'
import type { CelIssue, Source } from './source.ts'
import {
  isDyn,
  isExactly,
  listOf,
  mapOf,
  optionalOf,
  signatureLabel,
  type Type,
  typeLabel,
  types,
  wellKnownTypes,
} from './types.ts'
import {
  assignable,
  assignableLists,
  mostGeneral,
  paramNames,
  type Substitutions,
  substitute,
} from './unification.ts'
import { typeNameOf, type Value } from './values.ts'

/** What a name or call was found to mean. */
export type Reference =
  | { readonly kind: 'variable'; readonly name: string }
  | { readonly kind: 'type'; readonly name: string }
  | {
      readonly kind: 'function'
      readonly decl: FunctionDecl
      readonly overloads: readonly string[]
      /** A function with a dotted name: what looks like its receiver is part of the name. */
      readonly namespaced: boolean
    }

export interface Checked {
  readonly expr: Expr
  readonly types: ReadonlyMap<Expr, Type>
  readonly references: ReadonlyMap<Expr, Reference>
  readonly issues: readonly CelIssue[]
}

/** Checks a tree; types are final only where there are no issues. */
export function check(source: Source, expr: Expr, environment: Environment): Checked {
  const checker = new Checker(source, environment)
  checker.check(expr)
  const final = new Map<Expr, Type>()
  for (const [node, type] of checker.types) final.set(node, substitute(checker.known, type, true))
  const { references, issues } = checker
  return { expr, types: final, references, issues }
}

interface Scope {
  readonly names: ReadonlyMap<string, Type>
  readonly outer: Scope | undefined
}

class Checker {
  readonly types = new Map<Expr, Type>()
  readonly references = new Map<Expr, Reference>()
  readonly issues: CelIssue[] = []
  known: Substitutions = new Map()
  private readonly source: Source
  private readonly environment: Environment
  private scope: Scope | undefined
  private freeParams = 0

  constructor(source: Source, environment: Environment) {
    this.source = source
    this.environment = environment
  }

  check(expr: Expr): void {
    switch (expr.kind) {
      case 'literal':
        this.set(expr, literalType(expr.value))
        return
      case 'ident':
        this.ident(expr, expr.name)
        return
      case 'select':
        this.select(expr)
        return
      case 'call':
        this.call(expr)
        return
      case 'list':
        this.list(expr)
        return
      case 'map':
        this.map(expr)
        return
      case 'struct':
        this.struct(expr)
        return
      case 'comprehension':
        this.comprehension(expr)
        return
      case 'unspecified':
        this.set(expr, types.error)
        return
      default:
        assertNever(expr)
    }
  }

  private set(expr: Expr, type: Type): void {
    this.types.set(expr, type)
  }

  private typeAt(expr: Expr): Type {
    return this.types.get(expr) ?? types.error
  }

  private complain(at: number, message: string): void {
    this.issues.push({ location: this.source.locationOf(at), message })
  }

  private mismatch(at: number, expected: Type, actual: Type): void {
    this.complain(at, `expected type '${typeLabel(expected)}' but found '${typeLabel(actual)}'`)
  }

  private undeclared(at: number, name: string): void {
    this.complain(at, `undeclared reference to '${name}' (in container '')`)
  }

  private assign(a: Type, b: Type): boolean {
    const found = assignable(this.known, a, b)
    if (found !== undefined) this.known = found
    return found !== undefined
  }

  private freshParam(): Type {
    const name = `_var${this.freeParams}`
    this.freeParams += 1
    return { kind: 'param', name, params: [] }
  }

  /** The type and meaning of a name, if it has one. */
  private lookup(given: string): { type: Type; reference: Reference } | undefined {
    const name = given.startsWith('.') ? given.slice(1) : given
    for (let scope = this.scope; scope !== undefined; scope = scope.outer) {
      const type = scope.names.get(name)
      if (type !== undefined) return { type, reference: { kind: 'variable', name } }
    }
    const variable = this.environment.variables.get(name)
    if (variable !== undefined) return { type: variable, reference: { kind: 'variable', name } }
    const type = typeIdentifier(this.environment, name)
    return type === undefined ? undefined : { type, reference: { kind: 'type', name } }
  }

  private functionNamed(name: string): FunctionDecl | undefined {
    return this.environment.functions.get(name.startsWith('.') ? name.slice(1) : name)
  }

  private ident(expr: Expr, name: string): void {
    const found = this.lookup(name)
    if (found === undefined) {
      this.set(expr, types.error)
      this.undeclared(expr.at, name)
      return
    }
    this.set(expr, found.type)
    this.references.set(expr, found.reference)
  }

  private select(expr: Select): void {
    const name = qualifiedName(expr)
    const found = name === undefined ? undefined : this.lookup(name)
    if (found !== undefined) {
      this.set(expr, found.type)
      this.references.set(expr, found.reference)
      return
    }
    const type = this.field(expr, expr.operand, { name: expr.field, optional: false })
    this.set(expr, substitute(this.known, expr.testOnly ? types.bool : type, false))
  }

  private optionalSelect(expr: Call): void {
    const [operand, field] = expr.args as [Expr, Expr]
    const name = field.kind === 'literal' ? String(field.value) : ''
    const type = this.field(expr, operand, { name, optional: true })
    this.set(expr, substitute(this.known, type, false))
  }

  /** The type of `operand.name`. */
  private field(
    expr: Expr,
    operand: Expr,
    { name, optional }: { readonly name: string; readonly optional: boolean },
  ): Type {
    this.check(operand)
    const operandType = substitute(this.known, this.typeAt(operand), false)
    const { type: target, wasOptional } = unwrapped(operandType)
    const result = this.fieldOf(expr, target, name)
    return wasOptional || optional ? optionalOf(result) : result
  }

  private fieldOf(expr: Expr, target: Type, name: string): Type {
    switch (target.kind) {
      case 'map':
        return target.params[1] as Type
      case 'struct':
        return this.messageField(expr.at, target.name, name) ?? types.error
      case 'param':
        this.assign(types.dyn, target)
        return types.dyn
      default:
        if (!isDyn(target) && target.kind !== 'error') {
          this.complain(expr.at, `type '${typeLabel(target)}' does not support field selection`)
        }
        return types.dyn
    }
  }

  private messageField(at: number, typeName: string, field: string): Type | undefined {
    const message = this.environment.messages(typeName)
    if (message === undefined) {
      this.complain(at, `unexpected failed resolution of '${typeName}'`)
      return undefined
    }
    const type = message.fields(field)
    if (type === undefined) this.complain(at, `undefined field '${field}'`)
    return type
  }

  private call(expr: Call): void {
    if (expr.function === operators.optSelect) {
      this.optionalSelect(expr)
      return
    }
    for (const arg of expr.args) this.check(arg)
    const { target } = expr
    if (target === undefined) {
      this.callNamed(expr, expr.function, false)
      return
    }
    const prefix = qualifiedName(target)
    const name = `${prefix}.${expr.function}`
    if (prefix !== undefined && this.functionNamed(name) !== undefined) {
      this.callNamed(expr, name, true)
      return
    }
    this.check(target)
    this.callNamed(expr, expr.function, false)
  }

  private callNamed(expr: Call, name: string, namespaced: boolean): void {
    const decl = this.functionNamed(name)
    if (decl === undefined) {
      this.set(expr, types.error)
      this.undeclared(expr.at, name)
      return
    }
    const target = namespaced ? undefined : expr.target
    this.set(expr, this.resolve(expr, { decl, target, namespaced }) ?? types.error)
  }

  /** Finds all overloads that may be meant; the result type is dyn where they disagree. */
  private resolve(expr: Call, { decl, target, namespaced }: Resolving): Type | undefined {
    const args = target === undefined ? expr.args : [target, ...expr.args]
    const given = args.map(arg => this.typeAt(arg))
    if (decl.name === operators.and || decl.name === operators.or) {
      return this.logical(expr, { decl, given })
    }
    let result: Type | undefined
    const overloads: string[] = []
    for (const overload of decl.overloads) {
      if (overload.isMember !== (target !== undefined)) continue
      const [wanted, declared] = this.instance(overload.args, overload.result)
      const found = assignableLists(this.known, given, wanted)
      if (found === undefined) continue
      this.known = found
      overloads.push(overload.id)
      const type = substitute(this.known, declared, false)
      if (result === undefined) result = type
      else if (!isDyn(result) && !isExactly(type, result)) result = types.dyn
    }
    if (result === undefined) {
      const final = given.map(type => substitute(this.known, type, true))
      const signature = signatureLabel(final, target !== undefined)
      const what = `found no matching overload for '${decl.name}' applied to '${signature}'`
      this.complain(expr.at, what)
      return undefined
    }
    this.references.set(expr, { kind: 'function', decl, overloads, namespaced })
    return result
  }

  private logical(
    expr: Call,
    { decl, given }: { readonly decl: FunctionDecl; readonly given: readonly Type[] },
  ): Type | undefined {
    let failed = false
    for (const [index, type] of given.entries()) {
      if (this.assign(type, types.bool)) continue
      this.mismatch((expr.args[index] as Expr).at, types.bool, type)
      failed = true
    }
    if (failed) return undefined
    const overloads = decl.overloads.map(({ id }) => id)
    this.references.set(expr, { kind: 'function', decl, overloads, namespaced: false })
    return types.bool
  }

  /** A signature with parameters of its own. */
  private instance(args: readonly Type[], result: Type): [readonly Type[], Type] {
    const names = paramNames([result, ...args])
    if (names.size === 0) return [args, result]
    const fresh = new Map([...names].map(name => [name, this.freshParam()]))
    return [args.map(arg => substitute(fresh, arg, false)), substitute(fresh, result, false)]
  }

  /** The type of members of both types; validators.ts refuses literals that mix types. */
  private join(previous: Type | undefined, current: Type): Type {
    if (previous === undefined) return current
    return this.assign(previous, current) ? mostGeneral(previous, current) : types.dyn
  }

  /** The type of what is written behind a `?`. */
  private optionalValue(expr: Expr, optional: boolean): Type {
    const type = this.typeAt(expr)
    if (!optional) return type
    const inner = unwrapped(type)
    if (!inner.wasOptional && !isDyn(type)) this.mismatch(expr.at, optionalOf(type), type)
    return inner.type
  }

  private list(expr: Expr & { kind: 'list' }): void {
    let type: Type | undefined
    for (const [index, element] of expr.elements.entries()) {
      this.check(element)
      const given = this.optionalValue(element, expr.optionals.includes(index))
      type = this.join(type, given)
    }
    this.set(expr, listOf(type ?? this.freshParam()))
  }

  private map(expr: Expr & { kind: 'map' }): void {
    let keyType: Type | undefined
    let valueType: Type | undefined
    for (const { key, value, optional } of expr.entries) {
      this.check(key)
      keyType = this.join(keyType, this.typeAt(key))
      this.check(value)
      valueType = this.join(valueType, this.optionalValue(value, optional))
    }
    this.set(expr, mapOf(keyType ?? this.freshParam(), valueType ?? this.freshParam()))
  }

  private struct(expr: StructExpr): void {
    const found = this.lookup(expr.typeName)
    if (found === undefined) {
      this.undeclared(expr.at, expr.typeName)
      this.set(expr, types.error)
      return
    }
    const { name } = found.reference as { readonly name: string }
    this.references.set(expr, { kind: 'type', name })
    this.set(expr, this.messageType(expr, found.type))
    for (const field of expr.fields) {
      this.check(field.value)
      const declared = this.messageField(field.at, name, field.name) ?? types.error
      const given = this.optionalValue(field.value, field.optional)
      if (this.assign(declared, given)) continue
      const [want, got] = [typeLabel(declared), typeLabel(given)]
      const what = `expected type of field '${field.name}' is '${want}' but provided type is '${got}'`
      this.complain(field.at, what)
    }
  }

  private messageType(expr: StructExpr, type: Type): Type {
    const { kind, params } = type
    if (kind === 'error') return types.error
    const [result] = params
    if (kind !== 'type' || result === undefined) {
      this.complain(expr.at, `'${typeLabel(type)}' is not a type`)
      return types.error
    }
    if (result.kind === 'struct' || Object.values(wellKnownTypes).includes(result)) return result
    this.complain(expr.at, `'${result.name}' is not a message type`)
    return types.error
  }

  private comprehension(expr: Comprehension): void {
    this.check(expr.range)
    this.check(expr.accuInit)
    const range = substitute(this.known, this.typeAt(expr.range), false)
    const accuType = this.typeAt(expr.accuInit)
    const outer = this.scope
    const accu: Scope = { names: new Map([[expr.accuVar, accuType]]), outer }
    this.scope = { names: this.loopVariables(expr, range), outer: accu }
    this.check(expr.condition)
    this.expect(expr.condition, types.bool)
    this.check(expr.step)
    this.expect(expr.step, accuType)
    this.scope = accu
    this.check(expr.result)
    this.scope = outer
    this.set(expr, substitute(this.known, this.typeAt(expr.result), false))
  }

  private loopVariables(expr: Comprehension, range: Type): ReadonlyMap<string, Type> {
    const [first, second] = this.memberTypes(expr, range)
    if (expr.iterVar2 === '') return new Map([[expr.iterVar, first]])
    return new Map([
      [expr.iterVar, range.kind === 'list' ? types.int : first],
      [expr.iterVar2, range.kind === 'list' ? first : second],
    ])
  }

  /** The types of keys and values, or of elements. */
  private memberTypes(expr: Comprehension, range: Type): readonly [Type, Type] {
    switch (range.kind) {
      case 'list':
        return [range.params[0] as Type, types.error]
      case 'map':
        return [range.params[0] as Type, range.params[1] as Type]
      case 'dyn':
      case 'error':
      case 'param':
        this.assign(types.dyn, range)
        return [types.dyn, types.dyn]
      default: {
        const what = `expression of type '${typeLabel(range)}' cannot be range of a comprehension`
        this.complain(expr.range.at, `${what} (must be list, map, or dynamic)`)
        return [types.error, types.error]
      }
    }
  }

  private expect(expr: Expr, type: Type): void {
    if (!this.assign(type, this.typeAt(expr))) this.mismatch(expr.at, type, this.typeAt(expr))
  }
}

interface Resolving {
  readonly decl: FunctionDecl
  readonly target: Expr | undefined
  readonly namespaced: boolean
}

function unwrapped(type: Type): { readonly type: Type; readonly wasOptional: boolean } {
  const wasOptional = type.kind === 'opaque' && type.name === 'optional_type'
  return { type: wasOptional ? (type.params[0] as Type) : type, wasOptional }
}

function literalType(value: Value): Type {
  const name = typeNameOf(value)
  return Object.values(types).find(type => type.name === name) ?? types.error
}
