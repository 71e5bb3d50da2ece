// From checked tree to closures. Constants are computed now, patterns are compiled now.
// Port of cel-go v0.26.0 interpreter/{planner,decorators,interpretable}.go: results, costs.

import { assertNever } from '../../base/assert.ts'
import {
  type Call,
  type Comprehension,
  type Expr,
  type ListExpr,
  type MapExpr,
  operators,
  type Select,
  type StructExpr,
} from './ast.ts'
import {
  type Attribute,
  goType,
  isKey,
  qualified,
  type Qualifier,
  resolveAttribute,
} from './attributes.ts'
import { planCall } from './calls.ts'
import type { Checked } from './checker.ts'
import { listCost, mapCost, messageCost } from './cost.ts'
import type { Environment } from './declarations.ts'
import { planFold } from './fold.ts'
import { charge, type Step } from './frame.ts'
import { asAttribute, attributeNode, CannotPlan, constantNode, type Node } from './node.ts'
import { shortText } from './short-text.ts'
import { CelError, CelMap, Optional, TypeValue, type Value } from './values.ts'

/** Slots of variables: those of the environment first, those of comprehensions behind. */
interface Scope {
  readonly names: ReadonlyMap<string, Attribute>
  readonly outer: Scope | undefined
}

export class Planner {
  /** Names of the variables of the environment that occur, by slot. */
  readonly variables: string[] = []
  slotCount = 0
  private readonly checked: Checked
  private readonly environment: Environment
  private scope: Scope | undefined

  constructor(checked: Checked, environment: Environment) {
    this.checked = checked
    this.environment = environment
    this.collectVariables()
  }

  /** Variables get their slots before any comprehension does. */
  private collectVariables(): void {
    const names = new Set<string>()
    for (const reference of this.checked.references.values()) {
      if (reference.kind === 'variable' && this.environment.variables.has(reference.name)) {
        names.add(reference.name)
      }
    }
    this.variables.push(...names)
    this.slotCount = this.variables.length
  }

  newSlot(): number {
    this.slotCount += 1
    return this.slotCount - 1
  }

  /** Plans within a scope that has these names too. */
  within<T>(names: ReadonlyMap<string, Attribute>, plan: () => T): T {
    const outer = this.scope
    this.scope = { names, outer }
    const result = plan()
    this.scope = outer
    return result
  }

  plan(expr: Expr): Node {
    switch (expr.kind) {
      case 'literal':
        return constantNode(expr.value)
      case 'ident':
        return this.named(expr)
      case 'select':
        return this.select(expr)
      case 'call':
        return this.call(expr)
      case 'list':
        return this.list(expr)
      case 'map':
        return this.map(expr)
      case 'struct':
        return this.struct(expr)
      case 'comprehension':
        return this.comprehension(expr)
      case 'unspecified':
        throw new CannotPlan('unsupported expression')
      default:
        return assertNever(expr)
    }
  }

  /** A variable or the name of a type. */
  private named(expr: Expr): Node {
    const reference = this.checked.references.get(expr)
    if (reference === undefined || reference.kind === 'function') {
      throw new CannotPlan('reference to undefined name')
    }
    const { name } = reference
    if (reference.kind === 'type') return constantNode(new TypeValue(name))
    for (let scope = this.scope; scope !== undefined; scope = scope.outer) {
      const local = scope.names.get(name)
      if (local !== undefined) return attributeNode(local)
    }
    const slot = this.variables.indexOf(name)
    return attributeNode({ root: { kind: 'variable', slot, name }, qualifiers: [] })
  }

  private select(expr: Select): Node {
    if (this.checked.references.has(expr)) return this.named(expr)
    const operand = this.plan(expr.operand)
    const { field: key, testOnly } = expr
    return attributeNode(qualified(asAttribute(operand), { key, optional: false, testOnly }))
  }

  private call(expr: Call): Node {
    const reference = this.checked.references.get(expr)
    if (expr.function === operators.optSelect) return this.index(expr, true)
    if (reference === undefined || reference.kind !== 'function') {
      throw new CannotPlan(`no such overload: ${expr.function}`)
    }
    const { decl, overloads, namespaced } = reference
    if (decl.name === operators.index) return this.index(expr, false)
    if (decl.name === operators.optIndex) return this.index(expr, true)
    const exprs = expr.target === undefined || namespaced ? expr.args : [expr.target, ...expr.args]
    const args = exprs.map(arg => this.plan(arg))
    return planCall({
      decl,
      overload: overloads.length === 1 ? (overloads[0] as string) : '',
      args,
    })
  }

  private index(expr: Call, optional: boolean): Node {
    const [operand, index] = expr.args.map(arg => this.plan(arg)) as [Node, Node]
    const qualifier = { ...keyQualifier(index), optional, testOnly: false }
    return attributeNode(qualified(asAttribute(operand), qualifier))
  }

  private list(expr: ListExpr): Node {
    const elements = expr.elements.map(element => this.plan(element))
    if (elements.every(({ constant }) => constant !== undefined)) {
      return constantNode(elements.map(({ constant }) => constant as Value))
    }
    const steps = elements.map(({ step }) => step)
    const optionals = new Set(expr.optionals)
    return {
      step: frame => {
        const values: Value[] = []
        for (let index = 0; index < steps.length; index += 1) {
          const value = (steps[index] as Step)(frame)
          const kept = optionals.has(index) ? optionalElement(value) : value
          if (kept instanceof CelError) {
            charge(frame, listCost)
            return kept
          }
          if (kept !== undefined) values.push(kept)
        }
        charge(frame, listCost)
        return values
      },
    }
  }

  private map(expr: MapExpr): Node {
    const entries = expr.entries.map(({ key, value, optional }) => ({
      key: this.plan(key),
      value: this.plan(value),
      optional,
    }))
    const build: Step = frame => {
      const map = new CelMap()
      for (const { key, value, optional } of entries) {
        const keyValue = key.step(frame)
        if (keyValue instanceof CelError) return keyValue
        const given = value.step(frame)
        const kept = optional ? optionalEntry(shortText(keyValue), given) : given
        if (kept instanceof CelError) return kept
        if (kept === undefined) map.delete(keyValue)
        else map.set(keyValue, kept)
      }
      return map
    }
    const isConstant = entries.every(
      ({ key, value }) => key.constant !== undefined && value.constant !== undefined,
    )
    if (isConstant) {
      return constantNode(build({ slots: [], cost: 0, limit: Number.POSITIVE_INFINITY }))
    }
    return { step: charged(build, mapCost) }
  }

  private struct(expr: StructExpr): Node {
    const reference = this.checked.references.get(expr)
    const name = reference?.kind === 'type' ? reference.name : expr.typeName
    const create = this.environment.messages(name)?.create
    if (create === undefined) throw new CannotPlan(`unknown type: ${name}`)
    const fields = expr.fields.map(field => ({ ...field, step: this.plan(field.value).step }))
    const build: Step = frame => {
      const values = new Map<string, Value>()
      for (const { name: field, step, optional } of fields) {
        const given = step(frame)
        const kept = optional ? optionalEntry(field, given) : given
        if (kept instanceof CelError) return kept
        if (kept === undefined) values.delete(field)
        else values.set(field, kept)
      }
      return create(values)
    }
    return { step: charged(build, messageCost) }
  }

  private comprehension(expr: Comprehension): Node {
    return { step: planFold(this, expr) }
  }
}

function charged(step: Step, cost: number): Step {
  return frame => {
    const value = step(frame)
    charge(frame, cost)
    return value
  }
}

function keyQualifier({ constant, attribute, step }: Node): Pick<Qualifier, 'key' | 'compute'> {
  if (constant !== undefined) {
    if (!isKey(constant)) throw new CannotPlan(`invalid qualifier type: ${goType(constant)}`)
    return { key: constant }
  }
  return { compute: attribute === undefined ? step : resolveAttribute(attribute) }
}

function optionalElement(value: Value): Value | undefined {
  if (value instanceof CelError) return value
  if (value instanceof Optional) return value.value
  const what = 'cannot initialize optional list element from non-optional value'
  return new CelError(`${what} ${shortText(value)}`)
}

function optionalEntry(name: string, value: Value): Value | undefined {
  if (value instanceof CelError) return value
  if (value instanceof Optional) return value.value
  const what = `cannot initialize optional entry '${name}' from non-optional value`
  return new CelError(`${what} ${shortText(value)}`)
}
