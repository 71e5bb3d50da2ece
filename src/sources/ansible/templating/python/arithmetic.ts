// Python's arithmetic on values: integers of any size, floats, texts, lists.

import { Float, integer, isList, numberOf, Tuple, type Value } from '../../values.ts'
import { TemplateFailure } from '../failures.ts'
import type { BinaryOperator } from '../syntax/ast.ts'
import { formatPercent } from './format.ts'
import { characters, touch, typeName } from './types.ts'
import { sizeMax } from './repeat.ts'

/** The result of a binary operator; fails with Python's TypeError texts. */
export function binary(operator: BinaryOperator, a: Value, b: Value): Value {
  touch(a)
  touch(b)
  const left = numberOf(a)
  const right = numberOf(b)
  if (left !== undefined && right !== undefined) {
    const isFloat = a instanceof Float || b instanceof Float
    return isFloat || operator === '/'
      ? floats(operator, Number(left), Number(right))
      : integers(operator, left, right)
  }
  return others(operator, a, b)
}

function others(operator: BinaryOperator, a: Value, b: Value): Value {
  const text = characters(a)
  if (operator === '+') return sum(a, b)
  if (operator === '*') return repeated(a, b)
  if (operator === '%' && text !== undefined) return formatPercent(text, b)
  throw unsupportedOperands(operator, a, b)
}

function unsupportedOperands(operator: string, a: Value, b: Value): TemplateFailure {
  const name = operator === '**' ? '** or pow()' : operator
  return new TemplateFailure(
    `unsupported operand type(s) for ${name}: '${typeName(a)}' and '${typeName(b)}'`,
  )
}

function sum(a: Value, b: Value): Value {
  const [left, right] = [characters(a), characters(b)]
  if (left !== undefined && right !== undefined) return left + right
  if (isList(a) && isList(b)) return [...a, ...b]
  if (a instanceof Tuple && b instanceof Tuple) return new Tuple([...a.items, ...b.items])
  const kind = left !== undefined ? 'str' : isList(a) ? 'list' : undefined
  if (kind === undefined) throw unsupportedOperands('+', a, b)
  throw new TemplateFailure(`can only concatenate ${kind} (not "${typeName(b)}") to ${kind}`)
}

function repeated(a: Value, b: Value): Value {
  const [value, times] = numberOf(a) === undefined ? [a, b] : [b, a]
  const count = times instanceof Float ? undefined : numberOf(times)
  const text = characters(value)
  const isSequence = text !== undefined || isList(value) || value instanceof Tuple
  if (count === undefined || !isSequence) {
    if (isSequence) {
      throw new TemplateFailure(`can't multiply sequence by non-int of type '${typeName(times)}'`)
    }
    throw unsupportedOperands('*', a, b)
  }
  const number = Math.max(Number(count), 0)
  const length = text?.length ?? (isList(value) ? value : (value as Tuple).items).length
  if (number * length > sizeMax) throw new TemplateFailure('MemoryError')
  if (text !== undefined) return text.repeat(number)
  const items = isList(value) ? value : (value as Tuple).items
  const all = Array.from({ length: number }, () => items).flat()
  return isList(value) ? all : new Tuple(all)
}

function integers(operator: BinaryOperator, a: number | bigint, b: number | bigint): Value {
  const [x, y] = [BigInt(a), BigInt(b)]
  switch (operator) {
    case '+':
      return integer(x + y)
    case '-':
      return integer(x - y)
    case '*':
      return integer(x * y)
    case '//':
      return integer(floorDivide(x, y, 'integer division or modulo by zero'))
    case '%':
      return integer(x - floorDivide(x, y, 'integer modulo by zero') * y)
    case '**':
      return power(x, y)
    case '/':
      return floats('/', Number(a), Number(b))
  }
}

function floorDivide(x: bigint, y: bigint, message: string): bigint {
  if (y === 0n) throw new TemplateFailure(message)
  const quotient = x / y
  return x % y !== 0n && x < 0n !== y < 0n ? quotient - 1n : quotient
}

function power(x: bigint, y: bigint): Value {
  if (y < 0n) return floats('**', Number(x), Number(y))
  const isLarge = x > 1n || x < -1n
  if (isLarge && y * BigInt(x.toString(2).length) > 100_000n) {
    throw new TemplateFailure('the result of ** is too large')
  }
  return integer(x ** y)
}

function floats(operator: BinaryOperator, a: number, b: number): Value {
  switch (operator) {
    case '+':
      return new Float(a + b)
    case '-':
      return new Float(a - b)
    case '*':
      return new Float(a * b)
    case '/':
      if (b === 0) throw new TemplateFailure('division by zero')
      return new Float(a / b)
    case '//':
      if (b === 0) throw new TemplateFailure('float floor division by zero')
      return new Float(Math.floor(a / b))
    case '%':
      if (b === 0) throw new TemplateFailure('float modulo')
      return new Float(a - Math.floor(a / b) * b)
    case '**':
      if (a === 0 && b < 0) {
        throw new TemplateFailure('0.0 cannot be raised to a negative power')
      }
      return new Float(a ** b)
  }
}

/** `-value` and `+value`. */
export function signed(value: Value, isNegative: boolean): Value {
  touch(value)
  const number = numberOf(value)
  if (number === undefined) {
    const sign = isNegative ? '-' : '+'
    throw new TemplateFailure(`bad operand type for unary ${sign}: '${typeName(value)}'`)
  }
  if (value instanceof Float) return new Float(isNegative ? -value.value : value.value)
  // Negating the number 0 must not give minus zero.
  return isNegative ? integer(-BigInt(number)) : number
}
