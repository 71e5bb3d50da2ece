// Reads a text as a Python literal, as `ast.literal_eval` does, with the names of JSON.
// Upstream: ansible-core 2.18 template/native_helpers.py ansible_eval_concat.

import { Float, integer, PythonSet, setItem, Tuple, type Value } from '../../values.ts'
import { isUnhashable } from './compare.ts'
import { unescapeString } from '../syntax/strings.ts'

const names: ReadonlyMap<string, Value> = new Map<string, Value>([
  ['True', true],
  ['False', false],
  ['None', null],
  ['true', true],
  ['false', false],
  ['null', null],
])

/** The value of a literal, or undefined when the text is none. */
export function readLiteral(text: string): Value | undefined {
  const reader = new LiteralReader(text)
  try {
    const value = reader.value()
    return reader.isAtEnd() ? value : undefined
  } catch (error) {
    if (error instanceof NotALiteral) return undefined
    throw error
  }
}

class NotALiteral {}

const depthMax = 90
const number =
  /(?:0[xX](?:_?[\da-fA-F])+|0[oO](?:_?[0-7])+|0[bB](?:_?[01])+|(?:\d(?:_?\d)*)?\.\d(?:_?\d)*(?:[eE][-+]?\d+)?|\d(?:_?\d)*\.?(?:[eE][-+]?\d+)?)/y
const text =
  /[rRuU]?(?:'''(?:[^\\]|\\[\s\S])*?'''|"""(?:[^\\]|\\[\s\S])*?"""|'(?:[^'\\\n]|\\[\s\S])*'|"(?:[^"\\\n]|\\[\s\S])*")/y

class LiteralReader {
  readonly #text: string
  #at = 0
  #depth = 0

  constructor(source: string) {
    this.#text = source
  }

  isAtEnd(): boolean {
    this.#space()
    return this.#at >= this.#text.length
  }

  #space(): void {
    const blank = /(?:[ \t\f]|\r?\n|\\\n|#[^\n]*(?=\n))*/y
    // Outside brackets a line end would end the expression; at the end it is harmless.
    blank.lastIndex = this.#at
    this.#at += blank.exec(this.#text)?.[0].length ?? 0
  }

  #take(pattern: RegExp): string | undefined {
    pattern.lastIndex = this.#at
    const found = pattern.exec(this.#text)?.[0]
    if (found !== undefined) this.#at += found.length
    return found
  }

  #skip(character: string): boolean {
    this.#space()
    if (this.#text[this.#at] !== character) return false
    this.#at += 1
    return true
  }

  value(): Value {
    this.#space()
    const first = this.#text[this.#at] ?? ''
    if (first === '[') return this.#nested(() => this.#items(']'))
    if (first === '(') return this.#nested(() => this.#tuple())
    if (first === '{') return this.#nested(() => this.#braces())
    if (first === '-' || first === '+') return this.#signed(first)
    const literal = this.#strings()
    if (literal !== undefined) return literal
    if (/[\d.]/.test(first)) return this.#number()
    const name = this.#take(/[A-Za-z_]\w*/y)
    const value = name === undefined ? undefined : names.get(name)
    if (value === undefined) throw new NotALiteral()
    return value
  }

  #nested(read: () => Value): Value {
    this.#depth += 1
    if (this.#depth > depthMax) throw new NotALiteral()
    this.#at += 1
    const value = read()
    this.#depth -= 1
    return value
  }

  #items(end: string): Value[] {
    const items: Value[] = []
    while (!this.#skip(end)) {
      items.push(this.value())
      if (this.#skip(',')) continue
      if (this.#skip(end)) break
      throw new NotALiteral()
    }
    return items
  }

  #tuple(): Value {
    if (this.#skip(')')) return new Tuple([])
    const first = this.value()
    if (this.#skip(')')) return first
    if (!this.#skip(',')) throw new NotALiteral()
    return new Tuple([first, ...this.#items(')')])
  }

  #braces(): Value {
    const mapping = new Map<Value, Value>()
    if (this.#skip('}')) return mapping
    const first = this.value()
    if (!this.#skip(':')) {
      const items = this.#skip(',') ? this.#items('}') : this.#close([])
      return new PythonSet([first, ...items])
    }
    this.#put(mapping, first)
    while (this.#skip(',')) {
      if (this.#skip('}')) return mapping
      const key = this.value()
      if (!this.#skip(':')) throw new NotALiteral()
      this.#put(mapping, key)
    }
    this.#close([])
    return mapping
  }

  #close(items: Value[]): Value[] {
    if (!this.#skip('}')) throw new NotALiteral()
    return items
  }

  #put(mapping: Map<Value, Value>, key: Value): void {
    if (isUnhashable(key)) throw new NotALiteral()
    setItem(mapping, key, this.value())
  }

  #signed(sign: string): Value {
    this.#at += 1
    this.#space()
    const value = this.value()
    if (value instanceof Float) return new Float(sign === '-' ? -value.value : value.value)
    if (typeof value === 'number' || typeof value === 'bigint') {
      return sign === '-' ? integer(-BigInt(value)) : value
    }
    throw new NotALiteral()
  }

  #number(): Value {
    const found = this.#take(number)
    if (found === undefined || /[\w.]/.test(this.#text[this.#at] ?? '')) throw new NotALiteral()
    const digits = found.replaceAll('_', '')
    if (/^0[xXoObB]/.test(digits)) return integer(BigInt(digits))
    if (/^\d+$/.test(digits)) {
      if (/^0+[1-9]/.test(digits)) throw new NotALiteral()
      return integer(BigInt(digits))
    }
    return new Float(Number(digits))
  }

  #strings(): string | undefined {
    let result: string | undefined
    for (;;) {
      const literal = this.#take(text)
      if (literal === undefined) return result
      const isRaw = /^[rR]/.test(literal)
      const body = literal.replace(/^[rRuU]/, '')
      const width = body.startsWith("'''") || body.startsWith('"""') ? 3 : 1
      const inner = body.slice(width, -width)
      result = (result ?? '') + (isRaw ? inner : unescapeString(inner))
      this.#space()
    }
  }
}
