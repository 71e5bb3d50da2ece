// Evaluates device expressions. An error is a value too: `&&` and `||` drop it when the other
// side decides. Upstream: google/cel-go and apiserver pkg/cel/library, v0.36.3.

import { type Amount, amountOf, compareAmounts, valueOf } from '../../quantity-value.ts'
import type { Expression } from './expression-parser.ts'
import { compareSemver, parseSemver, type Semver } from './semver.ts'

export type Value =
  | string
  | number
  | boolean
  | null
  | readonly Value[]
  | { readonly quantity: Amount }
  | { readonly semver: Semver }
  | CelMap
  | CelError

export type Fields = ReadonlyMap<string, Value>

/** `missing` stands in for every key that is absent. */
export interface CelMap {
  readonly entries: ReadonlyMap<string, Value | ReadonlyMap<string, Value>>
  readonly missing?: Fields
}

export interface CelError {
  readonly celError: string
}

export function isCelError(value: unknown): value is CelError {
  return typeof value === 'object' && value !== null && 'celError' in value
}

const noSuchOverload: CelError = { celError: 'no such overload' }

/** The value of an expression for the given variables. */
export function evaluate(expression: Expression, variables: Fields): Value {
  switch (expression.kind) {
    case 'literal':
      return expression.value
    case 'list':
      return expression.items.map(item => evaluate(item, variables))
    case 'name':
      return (
        variables.get(expression.name) ?? { celError: `no such attribute(s): ${expression.name}` }
      )
    case 'field':
      return lookUp(evaluate(expression.target, variables), expression.name)
    case 'index': {
      const index = evaluate(expression.index, variables)
      return lookUp(evaluate(expression.target, variables), index)
    }
    case 'call':
      return call(expression, variables)
    case 'unary':
      return unary(expression.operator, evaluate(expression.operand, variables))
    case 'binary':
      return binary(expression, variables)
    case 'choice': {
      const condition = evaluate(expression.condition, variables)
      if (typeof condition !== 'boolean') return isCelError(condition) ? condition : noSuchOverload
      return evaluate(condition ? expression.then : expression.otherwise, variables)
    }
  }
}

function isMap(value: Value): value is CelMap {
  return typeof value === 'object' && value !== null && 'entries' in value && !Array.isArray(value)
}

function lookUp(target: Value, key: Value): Value {
  if (isCelError(target)) return target
  if (isCelError(key)) return key
  if (isMap(target) && typeof key === 'string') {
    const found = target.entries.get(key) ?? target.missing
    if (found === undefined) return { celError: `no such key: ${key}` }
    return found instanceof Map ? { entries: found as Fields } : (found as Value)
  }
  if (Array.isArray(target) && typeof key === 'number') {
    return (target as readonly Value[])[key] ?? { celError: `index out of bounds: ${key}` }
  }
  return { celError: 'no such overload' }
}

function unary(operator: string, operand: Value): Value {
  if (isCelError(operand)) return operand
  if (operator === '!') return typeof operand === 'boolean' ? !operand : noSuchOverload
  return typeof operand === 'number' ? -operand : noSuchOverload
}

function binary(
  { operator, left, right }: Extract<Expression, { kind: 'binary' }>,
  variables: Fields,
): Value {
  const first = evaluate(left, variables)
  if (operator === '&&' && first === false) return false
  if (operator === '||' && first === true) return true
  const second = evaluate(right, variables)
  if (operator === '&&' || operator === '||') return decide(operator === '||', first, second)
  if (isCelError(first)) return first
  if (isCelError(second)) return second
  return operate(operator, first, second)
}

/** `decisive` on either side decides; otherwise the first error does. */
function decide(decisive: boolean, first: Value, second: Value): Value {
  if (second === decisive) return decisive
  if (isCelError(first)) return first
  if (isCelError(second)) return second
  if (typeof first !== 'boolean' || typeof second !== 'boolean') return noSuchOverload
  return !decisive
}

function operate(operator: string, first: Value, second: Value): Value {
  switch (operator) {
    case '==':
      return equal(first, second)
    case '!=':
      return !equal(first, second)
    case 'in':
      if (Array.isArray(second)) return second.some((item: Value) => equal(first, item))
      if (isMap(second) && typeof first === 'string') return second.entries.has(first)
      return noSuchOverload
    case '+':
      if (typeof first === 'string' && typeof second === 'string') return first + second
      return arithmetic(operator, first, second)
    case '<':
    case '<=':
    case '>':
    case '>=':
      return ordered(operator, first, second)
    default:
      return arithmetic(operator, first, second)
  }
}

function equal(a: Value, b: Value): boolean {
  if (typeof a !== 'object' || typeof b !== 'object' || a === null || b === null) return a === b
  if ('quantity' in a && 'quantity' in b) return compareAmounts(a.quantity, b.quantity) === 0
  if ('semver' in a && 'semver' in b) return compareSemver(a.semver, b.semver) === 0
  if (Array.isArray(a) && Array.isArray(b)) {
    return a.length === b.length && a.every((item, i) => equal(item as Value, b[i] as Value))
  }
  return false
}

function ordered(operator: string, a: Value, b: Value): Value {
  const comparable =
    (typeof a === 'number' && typeof b === 'number') ||
    (typeof a === 'string' && typeof b === 'string')
  if (!comparable) return noSuchOverload
  const order = a < b ? -1 : a > b ? 1 : 0
  if (operator === '<') return order < 0
  if (operator === '<=') return order <= 0
  return operator === '>' ? order > 0 : order >= 0
}

function arithmetic(operator: string, a: Value, b: Value): Value {
  if (typeof a !== 'number' || typeof b !== 'number') return noSuchOverload
  if (operator === '+') return a + b
  if (operator === '-') return a - b
  if (operator === '*') return a * b
  if (b === 0) return { celError: operator === '/' ? 'division by zero' : 'modulus by zero' }
  return operator === '/' ? Math.trunc(a / b) : a % b
}

function call(
  { target, name, args }: Extract<Expression, { kind: 'call' }>,
  variables: Fields,
): Value {
  if (target === undefined) return globalCall(name, args, variables)
  if (target.kind === 'name' && target.name === 'cel' && name === 'bind') {
    return bind(args, variables)
  }
  const receiver = evaluate(target, variables)
  if (isCelError(receiver)) return receiver
  if (name === 'exists' || name === 'all') return quantified(name, receiver, args, variables)
  const values = args.map(arg => evaluate(arg, variables))
  const error = values.find(isCelError)
  return error ?? method(receiver, name, values)
}

function globalCall(name: string, args: readonly Expression[], variables: Fields): Value {
  const [first] = args
  if (first === undefined) return noSuchOverload
  if (name === 'has') return has(first, variables)
  const value = evaluate(first, variables)
  if (isCelError(value)) return value
  switch (name) {
    case 'quantity':
      return typeof value === 'string' ? { quantity: amountOf(value) } : noSuchOverload
    case 'semver': {
      const semver = typeof value === 'string' ? parseSemver(value) : undefined
      return semver === undefined ? { celError: 'invalid semantic version' } : { semver }
    }
    case 'size':
      return sizeOf(value)
    case 'string':
      return typeof value === 'object' ? noSuchOverload : String(value)
    case 'int':
      return typeof value === 'object' ? noSuchOverload : Math.trunc(Number(value))
    default:
      return { celError: `undeclared reference to '${name}'` }
  }
}

/** Whether a field is there; only the last step may be missing. */
function has(expression: Expression, variables: Fields): Value {
  if (expression.kind !== 'field') return noSuchOverload
  const target = evaluate(expression.target, variables)
  if (isCelError(target)) return target
  return isMap(target) ? target.entries.has(expression.name) : noSuchOverload
}

function bind(args: readonly Expression[], variables: Fields): Value {
  const [variable, value, body] = args
  if (variable?.kind !== 'name' || value === undefined || body === undefined) return noSuchOverload
  return evaluate(body, new Map(variables).set(variable.name, evaluate(value, variables)))
}

function quantified(
  name: 'exists' | 'all',
  receiver: Value,
  args: readonly Expression[],
  variables: Fields,
): Value {
  const [variable, body] = args
  if (variable?.kind !== 'name' || body === undefined) return noSuchOverload
  const items = Array.isArray(receiver)
    ? (receiver as readonly Value[])
    : isMap(receiver)
      ? [...receiver.entries.keys()]
      : undefined
  if (items === undefined) return noSuchOverload
  const decisive = name === 'exists'
  let result: Value = !decisive
  for (const item of items) {
    const value = evaluate(body, new Map(variables).set(variable.name, item))
    result = decide(decisive, result, value)
    if (result === decisive) return result
  }
  return result
}

function sizeOf(value: Value): Value {
  // Code points, as CEL counts them.
  if (typeof value === 'string') return Array.from(value).length
  if (Array.isArray(value)) return value.length
  return isMap(value) ? value.entries.size : noSuchOverload
}

function method(receiver: Value, name: string, args: readonly Value[]): Value {
  if (typeof receiver === 'string') return stringMethod(receiver, name, args)
  if (name === 'size') return sizeOf(receiver)
  if (typeof receiver !== 'object' || receiver === null) return noSuchOverload
  const [other] = args
  if ('quantity' in receiver) {
    if (name === 'asInteger') return valueOf(receiver.quantity)
    if (typeof other !== 'object' || other === null || !('quantity' in other)) return noSuchOverload
    return compared(name, compareAmounts(receiver.quantity, other.quantity))
  }
  if (!('semver' in receiver)) return noSuchOverload
  const part = ['major', 'minor', 'patch'].indexOf(name)
  if (part >= 0) return receiver.semver.numbers[part] ?? 0
  if (typeof other !== 'object' || other === null || !('semver' in other)) return noSuchOverload
  return compared(name, compareSemver(receiver.semver, other.semver))
}

function compared(name: string, order: number): Value {
  if (name === 'compareTo') return Math.sign(order)
  if (name === 'isGreaterThan') return order > 0
  return name === 'isLessThan' ? order < 0 : noSuchOverload
}

function stringMethod(receiver: string, name: string, args: readonly Value[]): Value {
  if (name === 'size') return sizeOf(receiver)
  if (name === 'lowerAscii') return receiver.toLowerCase()
  if (name === 'upperAscii') return receiver.toUpperCase()
  const [other] = args
  if (typeof other !== 'string') return noSuchOverload
  if (name === 'startsWith') return receiver.startsWith(other)
  if (name === 'endsWith') return receiver.endsWith(other)
  return name === 'contains' ? receiver.includes(other) : noSuchOverload
}
