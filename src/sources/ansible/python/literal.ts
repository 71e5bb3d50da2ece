// Reads a text as a Python literal, the way INI inventories type their values.
// Upstream: CPython 3.11 Lib/ast.py literal_eval.

import {
  areEqual,
  Bytes,
  Float,
  Foreign,
  isList,
  isMapping,
  PythonSet,
  setItem,
  Tuple,
  type Value,
} from '../values.ts'
import { type Token, tokensOf } from './tokens.ts'

/** A literal, nothing (the text stays a text), or the TypeError that Python raises. */
export type Literal = { readonly value: Value } | { readonly error: string } | undefined

/** Deeper brackets than this are an error of Python's parser. */
const depthMax = 200

/** Names that stand for values besides Python's own. */
export type Names = ReadonlyMap<string, Value>

const noNames: Names = new Map()

/** The value that a text stands for as a Python literal. */
export function literalOf(text: string, names: Names = noNames): Literal {
  const tokens = tokensOf(text)
  if (tokens === undefined || tokens.length === 0) return undefined
  try {
    const reader = new Reader(tokens, names)
    const value = reader.items(undefined)
    return reader.isDone
      ? { value: value.isTuple ? new Tuple(value.items) : one(value) }
      : undefined
  } catch (error) {
    if (error instanceof NoLiteral) return undefined
    if (error instanceof Unhashable) return { error: error.message }
    throw error
  }
}

/** Ends reading; never leaves this file. */
class NoLiteral extends Error {}

/** A key or set member that Python cannot hash; never leaves this file. */
class Unhashable extends Error {}

interface Items {
  readonly items: readonly Value[]
  /** A comma was written, so that one item alone is a tuple as well. */
  readonly isTuple: boolean
}

function one({ items }: Items): Value {
  const [item] = items
  if (item === undefined) throw new NoLiteral()
  return item
}

class Reader {
  readonly #tokens: readonly Token[]
  readonly #names: Names
  #at = 0
  #depth = 0

  constructor(tokens: readonly Token[], names: Names) {
    this.#tokens = tokens
    this.#names = names
  }

  get isDone(): boolean {
    return this.#at === this.#tokens.length
  }

  /** Values parted by commas up to a closing bracket, or to the end. */
  items(close: string | undefined): Items {
    const items: Value[] = []
    let isTuple = false
    while (!this.#ends(close)) {
      items.push(this.#value())
      if (this.#ends(close)) break
      if (!this.#take(',')) throw new NoLiteral()
      isTuple = true
    }
    return { items, isTuple }
  }

  #ends(close: string | undefined): boolean {
    return close === undefined ? this.isDone : this.#take(close)
  }

  #take(mark: string): boolean {
    const token = this.#tokens[this.#at]
    if (token?.kind !== 'mark' || token.mark !== mark) return false
    this.#at += 1
    return true
  }

  // `1 + 2j` is one number; a sum of anything else is no literal.
  #value(): Value {
    const left = this.#signed()
    if (left instanceof Foreign && left.type === 'complex') return left
    const sign = this.#take('+') ? 1 : this.#take('-') ? -1 : 0
    if (sign === 0) return left
    const real = realOf(left)
    const token = this.#tokens[this.#at]
    if (real === undefined || token?.kind !== 'imaginary') throw new NoLiteral()
    this.#at += 1
    return complex(real, sign * token.value)
  }

  #signed(): Value {
    const sign = this.#take('-') ? -1 : this.#take('+') ? 1 : 0
    if (sign === 0) return this.#atom()
    const value = this.#atom()
    if (value instanceof Foreign && value.type === 'complex') return negated(value, sign)
    if (typeof value === 'number') return sign < 0 && value !== 0 ? -value : value
    if (typeof value === 'bigint') return sign < 0 ? -value : value
    if (value instanceof Float) return new Float(sign * value.value)
    throw new NoLiteral()
  }

  #atom(): Value {
    const token = this.#tokens[this.#at]
    this.#at += 1
    switch (token?.kind) {
      case 'value':
        return token.isString ? this.#joined(token.value) : token.value
      case 'imaginary':
        return complex(0, token.value)
      case 'name':
        return this.#named(token.name)
      case 'mark':
        return this.#bracket(token.mark)
      case undefined:
        throw new NoLiteral()
    }
  }

  // Texts beside each other are one text; a text beside bytes is an error.
  #joined(first: Value): Value {
    let value = first
    for (;;) {
      const token = this.#tokens[this.#at]
      if (token?.kind !== 'value' || !token.isString) return value
      this.#at += 1
      const next = token.value
      if (typeof value === 'string' && typeof next === 'string') value += next
      else if (value instanceof Bytes && next instanceof Bytes) {
        value = new Bytes(value.latin1 + next.latin1)
      } else throw new NoLiteral()
    }
  }

  #named(name: string): Value {
    if (name === 'None') return null
    if (name === 'True' || name === 'False') return name === 'True'
    const known = this.#names.get(name)
    if (known !== undefined) return known
    if (name === 'set' && this.#take('(') && this.#take(')')) return new PythonSet([])
    throw new NoLiteral()
  }

  #bracket(mark: string): Value {
    if (mark === '...') return new Foreign('ellipsis', 'Ellipsis')
    this.#depth += 1
    if (this.#depth > depthMax) throw new NoLiteral()
    const value = this.#bracketed(mark)
    this.#depth -= 1
    return value
  }

  #bracketed(mark: string): Value {
    if (mark === '[') return this.items(']').items
    if (mark === '{') return this.#braces()
    if (mark !== '(') throw new NoLiteral()
    const inner = this.items(')')
    return inner.items.length === 0 || inner.isTuple ? tupleOf(inner) : one(inner)
  }

  #braces(): Value {
    if (this.#take('}')) return new Map()
    const first = this.#value()
    if (this.#take(':')) return this.#mapping(first)
    const rest = this.#take(',') ? this.items('}').items : this.#noMore()
    const members: Value[] = []
    for (const member of [first, ...rest]) {
      assertHashable(member)
      if (!members.some(other => areEqual(other, member))) members.push(member)
    }
    return new PythonSet(members)
  }

  #noMore(): readonly Value[] {
    if (!this.#take('}')) throw new NoLiteral()
    return []
  }

  #mapping(first: Value): Value {
    const pairs: [Value, Value][] = [[first, this.#value()]]
    while (!this.#take('}')) {
      if (!this.#take(',')) throw new NoLiteral()
      if (this.#take('}')) break
      const key = this.#value()
      if (!this.#take(':')) throw new NoLiteral()
      pairs.push([key, this.#value()])
    }
    const mapping = new Map<Value, Value>()
    for (const [key, value] of pairs) {
      assertHashable(key)
      setItem(mapping, key, value)
    }
    return mapping
  }
}

function tupleOf({ items, isTuple }: Items): Tuple {
  // `(,)` is no tuple.
  if (isTuple && items.length === 0) throw new NoLiteral()
  return new Tuple(items)
}

function realOf(value: Value): number | undefined {
  if (typeof value === 'number') return value
  if (typeof value === 'bigint') return Number(value)
  return value instanceof Float ? value.value : undefined
}

function assertHashable(value: Value): void {
  if (isList(value)) throw new Unhashable("unhashable type: 'list'")
  if (isMapping(value)) throw new Unhashable("unhashable type: 'dict'")
  if (value instanceof PythonSet) throw new Unhashable("unhashable type: 'set'")
  if (value instanceof Tuple) for (const item of value.items) assertHashable(item)
}

// str() of a complex number: the real part is left out where it is a positive zero.
function complex(real: number, imaginary: number): Foreign {
  const tail = `${plain(imaginary)}j`
  if (Object.is(real, 0)) return new Foreign('complex', tail)
  const sign = tail.startsWith('-') ? '' : '+'
  return new Foreign('complex', `(${plain(real)}${sign}${tail})`)
}

function negated(value: Foreign, sign: number): Foreign {
  // Only `-1j` reaches this: a sum in brackets is no number for literal_eval.
  if (value.text.startsWith('(')) throw new NoLiteral()
  return sign > 0 ? value : complex(-0, -Number(value.text.slice(0, -1)))
}

function plain(value: number): string {
  return Object.is(value, -0) ? '-0' : String(value)
}
