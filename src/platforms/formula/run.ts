// A formula's value. Port of expr-lang v1.17.8 vm, builtin and optimizer/sum_array.go.

import type { FormulaNode } from './parse.ts'
import { FormulaError } from './tokens.ts'
import { parseGoFloat } from '../../kube/go-float.ts'

export type Value =
  | { readonly type: 'nil' }
  | { readonly type: 'bool'; readonly value: boolean }
  | { readonly type: 'int' | 'float64'; readonly value: number }
  | { readonly type: 'string'; readonly value: string }
  | { readonly type: 'array'; readonly items: readonly Value[] }

interface Scope {
  readonly names: ReadonlyMap<string, Value>
  readonly item?: Value
}

const nil: Value = { type: 'nil' }

/** Throws a FormulaError. A name without a value is nil. */
export function runFormula(node: FormulaNode, names: ReadonlyMap<string, Value>): Value {
  return run(node, { names })
}

function run(node: FormulaNode, scope: Scope): Value {
  switch (node.type) {
    case 'name':
      return scope.names.get(node.name) ?? nil
    case 'item':
      return scope.item ?? nil
    case 'array':
      return { type: 'array', items: node.items.map(item => run(item, scope)) }
    case 'unary':
      return runUnary(node, scope)
    case 'binary':
      return runBinary(node, scope)
    case 'conditional':
      return run(isTrue(run(node.condition, scope)) ? node.then : node.otherwise, scope)
    case 'call':
      return runCall(node, scope)
    case 'let': {
      const names = new Map([...scope.names, [node.name, run(node.value, scope)] as const])
      return run(node.body, { ...scope, names })
    }
    case 'sequence':
      return node.nodes.map(each => run(each, scope)).at(-1) ?? nil
    default:
      return node
  }
}

type Of<T extends FormulaNode['type']> = Extract<FormulaNode, { type: T }>

function isTrue(value: Value): boolean {
  return value.type === 'bool' && value.value
}

function bool(value: boolean): Value {
  return { type: 'bool', value }
}

function float(value: number): Value {
  return { type: 'float64', value }
}

function typeName({ type }: Value): string {
  return type === 'nil' ? '<nil>' : type === 'array' ? '[]interface {}' : type
}

function numberOf(value: Value): number | undefined {
  return value.type === 'int' || value.type === 'float64' ? value.value : undefined
}

function runUnary({ operator, operand, at }: Of<'unary'>, scope: Scope): Value {
  const value = run(operand, scope)
  if (operator === '!' || operator === 'not') return bool(!isTrue(value))
  if (value.type !== 'int' && value.type !== 'float64') {
    throw new FormulaError(`invalid operation: ${operator} ${typeName(value)}`, at)
  }
  return operator === '-' ? { type: value.type, value: -value.value } : value
}

function runBinary({ operator, left: first, right: second, at }: Of<'binary'>, scope: Scope) {
  const left = run(first, scope)
  switch (operator) {
    case '??':
      return left.type === 'nil' ? run(second, scope) : left
    case '&&':
    case 'and':
      return isTrue(left) ? run(second, scope) : left
    case '||':
    case 'or':
      return isTrue(left) ? left : run(second, scope)
  }
  const right = run(second, scope)
  switch (operator) {
    case '==':
      return bool(isEqual(left, right))
    case '!=':
      return bool(!isEqual(left, right))
    case 'in':
      return bool(right.type === 'array' && right.items.some(item => isEqual(item, left)))
    default:
      return computed(operator, [left, right], at)
  }
}

function isEqual(left: Value, right: Value): boolean {
  const [a, b] = [numberOf(left), numberOf(right)]
  if (a !== undefined && b !== undefined) return a === b
  if (left.type === 'array' && right.type === 'array') {
    const { items } = right
    return (
      left.items.length === items.length &&
      left.items.every((item, index) => isEqual(item, items[index] as Value))
    )
  }
  if (left.type !== right.type) return false
  return left.type === 'nil' || (left as { value: unknown }).value === (right as never)['value']
}

function computed(operator: string, [left, right]: [Value, Value], at: number): Value {
  if (left.type === 'string' && right.type === 'string') {
    if (operator === '+') return { type: 'string', value: left.value + right.value }
    return bool(compared(operator, left.value, right.value))
  }
  const [a, b] = [numberOf(left), numberOf(right)]
  if (a === undefined || b === undefined) {
    const types = `${typeName(left)} ${operator} ${typeName(right)}`
    throw new FormulaError(`invalid operation: ${types}`, at)
  }
  const type = left.type === 'int' && right.type === 'int' ? 'int' : 'float64'
  switch (operator) {
    case '+':
      return { type, value: a + b }
    case '-':
      return { type, value: a - b }
    case '*':
      return { type, value: a * b }
    case '/':
      return float(a / b)
    case '**':
    case '^':
      return float(a ** b)
    case '%':
      if (b === 0) throw new FormulaError('integer divide by zero', at)
      return { type: 'int', value: a % b }
    default:
      return bool(compared(operator, a, b))
  }
}

function compared<T extends number | string>(operator: string, a: T, b: T): boolean {
  switch (operator) {
    case '<':
      return a < b
    case '>':
      return a > b
    case '<=':
      return a <= b
    default:
      return a >= b
  }
}

function runCall({ name, args, at }: Of<'call'>, scope: Scope): Value {
  const [list, predicate] = args as [FormulaNode, FormulaNode | undefined]
  if (name === 'count') {
    const items = itemsOf(run(list, scope))
    const counted = items.filter(item =>
      isTrue(predicate === undefined ? item : run(predicate, { ...scope, item })),
    )
    return { type: 'int', value: counted.length }
  }
  if (name === 'sum') return sum(list, predicate, { scope, at })
  return call(
    name,
    args.map(arg => run(arg, scope)),
    at,
  )
}

function itemsOf(value: Value): readonly Value[] {
  return value.type === 'array' ? value.items : []
}

/** A sum over a written list is rewritten to `a + (b + …)`. */
function sum(
  list: FormulaNode,
  predicate: FormulaNode | undefined,
  { scope, at }: { scope: Scope; at: number },
): Value {
  const plain = itemsOf(run(list, scope))
  const items =
    predicate === undefined ? plain : plain.map(item => run(predicate, { ...scope, item }))
  const add = (a: Value, b: Value): Value => computed('+', [a, b], at)
  if (list.type === 'array' && predicate === undefined && items.length >= 2) {
    return items.reduceRight((total, item) => add(item, total))
  }
  return items.reduce(add, { type: 'int', value: 0 } as Value)
}

function call(name: string, args: readonly Value[], at: number): Value {
  const [first = nil] = args
  switch (name) {
    case 'max':
    case 'min':
      return extreme(name, args, at)
    case 'mean':
    case 'median':
      return average(name, args, at)
    case 'len': {
      const value = first.type === 'string' ? Array.from(first.value).length : itemsOf(first).length
      return { type: 'int', value }
    }
    case 'int':
    case 'float':
      return converted(name, first, at)
    default:
      return rounded(name, first, at)
  }
}

function wrongArgument(name: string, value: Value, at: number): never {
  throw new FormulaError(`invalid argument for ${name} (type ${typeName(value)})`, at)
}

function rounded(name: string, value: Value, at: number): Value {
  const number = numberOf(value)
  if (number === undefined) return wrongArgument(name, value, at)
  switch (name) {
    case 'ceil':
      return float(Math.ceil(number))
    case 'floor':
      return float(Math.floor(number))
    case 'round':
      // Halves go away from zero.
      return float(Math.sign(number) * Math.round(Math.abs(number)))
    default:
      return { type: value.type as 'int', value: Math.abs(number) }
  }
}

function converted(name: 'int' | 'float', value: Value, at: number): Value {
  const refused = (what: string): never => {
    throw new FormulaError(`invalid operation: ${name}(${what})`, at)
  }
  if (value.type === 'string') {
    const isInteger = /^[+-]?[0-9]+$/.test(value.value)
    const number =
      name === 'float' ? parseGoFloat(value.value) : isInteger ? Number(value.value) : undefined
    if (number === undefined) return refused(value.value)
    return { type: name === 'float' ? 'float64' : 'int', value: number }
  }
  const number = numberOf(value)
  if (number === undefined) return refused(typeName(value))
  return name === 'float' ? float(number) : { type: 'int', value: Math.trunc(number) }
}

/** All numbers of the arguments, lists opened. */
function flat(name: string, args: readonly Value[], at: number): Value[] {
  return args.flatMap(arg => {
    if (arg.type === 'array') return flat(name, arg.items, at)
    return numberOf(arg) === undefined ? wrongArgument(name, arg, at) : [arg]
  })
}

function extreme(name: 'max' | 'min', args: readonly Value[], at: number): Value {
  const [only, ...others] = args
  const isAlone = only !== undefined && others.length === 0 && only.type !== 'array'
  if (isAlone && numberOf(only) === undefined) return only
  let best: Value = nil
  for (const value of flat(name, args, at)) {
    const [number, so] = [numberOf(value) as number, numberOf(best)]
    const isBetter = so === undefined || (name === 'max' ? so < number : so > number)
    if (isBetter) best = value
  }
  return best
}

function average(name: 'mean' | 'median', args: readonly Value[], at: number): Value {
  const numbers = flat(name, args, at).map(value => numberOf(value) as number)
  const count = numbers.length
  if (count === 0) return float(0)
  if (name === 'mean') return float(numbers.reduce((a, b) => a + b, 0) / count)
  const sorted = numbers.toSorted((a, b) => a - b)
  const middle = Math.floor(count / 2)
  const upper = sorted[middle] as number
  return float(count % 2 === 1 ? upper : ((sorted[middle - 1] as number) + upper) / 2)
}
