// Types of a formula, before it runs. Port of expr-lang v1.17.8 checker/checker.go.

import type { FormulaNode } from './parse.ts'
import { FormulaError } from './tokens.ts'

type Type = 'int' | 'float64' | 'string' | 'bool' | 'nil' | 'unknown' | 'array'

/** Types of names: every trigger's value is a float. */
export type Names = ReadonlyMap<string, Type>

const aggregates: readonly string[] = ['max', 'min', 'mean', 'median']
const rounding: readonly string[] = ['ceil', 'floor', 'round']
const overLists: readonly string[] = ['sum', 'count']
export const functions: readonly string[] = [
  ...aggregates,
  ...rounding,
  ...overLists,
  'abs',
  'float',
  'int',
  'len',
]

/** Throws the first FormulaError; gives the type of the whole. */
export function checkFormula(node: FormulaNode, names: Names): Type {
  switch (node.type) {
    case 'name': {
      const type = names.get(node.name)
      if (type === undefined) throw new FormulaError(`unknown name ${node.name}`, node.at)
      return type
    }
    case 'item':
      return 'unknown'
    case 'array':
      for (const item of node.items) checkFormula(item, names)
      return 'array'
    case 'unary':
      return checkUnary(node, names)
    case 'binary':
      return checkBinary(node, names)
    case 'conditional':
      return checkConditional(node, names)
    case 'call':
      return checkCall(node, names)
    case 'let':
      return checkLet(node, names)
    case 'sequence':
      return node.nodes.map(each => checkFormula(each, names)).at(-1) as Type
    default:
      return node.type
  }
}

type Of<T extends FormulaNode['type']> = Extract<FormulaNode, { type: T }>

function isNumber(type: Type): boolean {
  return type === 'int' || type === 'float64'
}

function isNumberOrUnknown(type: Type): boolean {
  return isNumber(type) || type === 'unknown'
}

function checkUnary({ operator, operand, at }: Of<'unary'>, names: Names): Type {
  const type = checkFormula(operand, names)
  const isLogic = operator === '!' || operator === 'not'
  if (isLogic && (type === 'bool' || type === 'unknown')) return 'bool'
  if (!isLogic && isNumberOrUnknown(type)) return type
  const text = `invalid operation: ${operator} (mismatched type ${shown(type)})`
  throw new FormulaError(text, at)
}

function shown(type: Type): string {
  return type === 'array' ? '[]interface {}' : type
}

function checkBinary(node: Of<'binary'>, names: Names): Type {
  const left = checkFormula(node.left, names)
  const right = checkFormula(node.right, names)
  const type = binaryType(node.operator, left, right)
  if (type !== undefined) return type
  const types = `mismatched types ${shown(left)} and ${shown(right)}`
  throw new FormulaError(`invalid operation: ${node.operator} (${types})`, node.at)
}

function binaryType(operator: string, left: Type, right: Type): Type | undefined {
  const both = (is: (type: Type) => boolean): boolean => is(left) && is(right)
  const bothUnknown = both(type => type === 'unknown')
  switch (operator) {
    case '==':
    case '!=':
      return isComparable(left, right) ? 'bool' : undefined
    case 'or':
    case '||':
    case 'and':
    case '&&':
      return both(type => type === 'bool' || type === 'unknown') ? 'bool' : undefined
    case '<':
    case '>':
    case '<=':
    case '>=':
      return both(isNumberOrUnknown) || both(isTextOrUnknown) ? 'bool' : undefined
    case 'in':
      return right === 'array' || right === 'unknown' ? 'bool' : undefined
    case '%':
      return both(type => type === 'int' || type === 'unknown') ? 'int' : undefined
    case '??':
      if (left === 'nil') return right
      return right === 'nil' || left === right ? left : 'unknown'
    case '/':
    case '**':
    case '^':
      return both(isNumberOrUnknown) ? 'float64' : undefined
    default:
      if (both(isNumber)) return left === 'float64' || right === 'float64' ? 'float64' : 'int'
      if (operator === '+' && both(type => type === 'string')) return 'string'
      if (operator === '+' && both(isTextOrUnknown)) return 'unknown'
      return bothUnknown || both(isNumberOrUnknown) ? 'unknown' : undefined
  }
}

function isTextOrUnknown(type: Type): boolean {
  return type === 'string' || type === 'unknown'
}

function isComparable(left: Type, right: Type): boolean {
  const any: readonly Type[] = ['unknown', 'nil']
  if (any.includes(left) || any.includes(right)) return true
  return left === right || (isNumber(left) && isNumber(right))
}

function checkConditional(node: Of<'conditional'>, names: Names): Type {
  const condition = checkFormula(node.condition, names)
  if (condition !== 'bool' && condition !== 'unknown') {
    const text = `non-bool expression (type ${shown(condition)}) used as condition`
    throw new FormulaError(text, node.condition.at)
  }
  const then = checkFormula(node.then, names)
  const otherwise = checkFormula(node.otherwise, names)
  if (then === 'nil') return otherwise
  return otherwise === 'nil' || then === otherwise ? then : 'unknown'
}

function checkLet({ name, value, body, at }: Of<'let'>, names: Names): Type {
  if (names.has(name)) throw new FormulaError(`cannot redeclare ${name}`, at)
  if (functions.includes(name)) throw new FormulaError(`cannot redeclare builtin ${name}`, at)
  return checkFormula(body, new Map([...names, [name, checkFormula(value, names)]]))
}

function checkCall({ name, args, at }: Of<'call'>, names: Names): Type {
  if (!functions.includes(name)) throw new FormulaError(`unknown name ${name}`, at)
  const types = args.map(arg => checkFormula(arg, names))
  const [first] = types
  if (first === undefined && aggregates.includes(name)) {
    throw new FormulaError(`not enough arguments to call ${name}`, at)
  }
  const isOverList = overLists.includes(name)
  if (!isOverList && !aggregates.includes(name) && types.length !== 1) {
    const text = `invalid number of arguments (expected 1, got ${types.length})`
    throw new FormulaError(text, at)
  }
  if (isOverList && first !== 'array' && first !== 'unknown') {
    const text = `builtin ${name} takes only array (got ${shown(first ?? 'nil')})`
    throw new FormulaError(text, at)
  }
  const wrong = isOverList ? undefined : wrongArgument(name, types)
  if (wrong !== undefined) {
    const type = wrong === 'nil' ? '%!s(<nil>)' : shown(wrong)
    throw new FormulaError(`invalid argument for ${name} (type ${type})`, at)
  }
  return resultOf(name, first ?? 'unknown')
}

/** Aggregates stop looking at the first list. */
function wrongArgument(name: string, types: readonly Type[]): Type | undefined {
  const lists: readonly Type[] = ['array', 'unknown']
  if (aggregates.includes(name)) {
    const upTo = types.findIndex(type => lists.includes(type))
    return types.slice(0, upTo < 0 ? types.length : upTo).find(type => !isNumber(type))
  }
  const allowed: readonly Type[] =
    name === 'len'
      ? ['array', 'string', 'unknown']
      : name === 'int' || name === 'float'
        ? ['int', 'float64', 'string', 'unknown']
        : ['int', 'float64', 'unknown']
  return types.find(type => !allowed.includes(type))
}

function resultOf(name: string, first: Type): Type {
  if (rounding.includes(name) || name === 'float') return 'float64'
  if (name === 'int' || name === 'len' || name === 'count') return 'int'
  if (name === 'sum') return 'unknown'
  return first === 'array' ? 'unknown' : first
}
