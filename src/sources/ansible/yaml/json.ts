// Reads JSON as Python's json.loads does, which ansible-core tries before YAML: the same values,
// the same errors. Upstream: CPython 3.11 Lib/json/decoder.py, scanner.py; ansible-core
// parsing/ajson.py.

import { Float, integer, setItem, UnsafeText, type Value, VaultText } from '../values.ts'
import type { KeyPlace, Places } from './construct.ts'

/** A value with the places of its parts, or the text of Python's JSONDecodeError. */
export type ReadJson =
  | { readonly value: Value; readonly places: ReadonlyMap<object, Places> }
  | { readonly error: string }

/** Reads a text that holds one JSON value. */
export function readJson(text: string): ReadJson {
  const reader = new JsonReader(text)
  try {
    return { value: reader.document(), places: reader.places }
  } catch (error) {
    if (error instanceof JsonError) return { error: error.message }
    throw error
  }
}

/** Ends reading; never leaves this file. */
class JsonError extends Error {
  constructor(text: string, what: string, offset: number) {
    const before = text.slice(0, offset)
    const line = before.split('\n').length
    const column = offset - before.lastIndexOf('\n')
    super(`${what}: line ${line} column ${column} (char ${offset})`)
  }
}

/** Python gives up at its recursion limit; no inventory nests this deep. */
const depthMax = 900
const number = /-?(?:0|[1-9][0-9]*)(?:(\.[0-9]+)?([eE][-+]?[0-9]+)?)/y
const constants: readonly (readonly [string, Value])[] = [
  ['null', null],
  ['true', true],
  ['false', false],
  ['NaN', new Float(NaN)],
  ['Infinity', new Float(Infinity)],
  ['-Infinity', new Float(-Infinity)],
]
const escapes: Readonly<Record<string, string>> = {
  '"': '"',
  '\\': '\\',
  '/': '/',
  b: '\b',
  f: '\f',
  n: '\n',
  r: '\r',
  t: '\t',
}

class JsonReader {
  readonly places = new Map<object, Places>()
  readonly #text: string
  #at = 0
  #depth = 0

  constructor(text: string) {
    this.#text = text
  }

  document(): Value {
    if (this.#text.startsWith('\ufeff')) {
      this.#fail('Unexpected UTF-8 BOM (decode using utf-8-sig)', 0)
    }
    this.#skip()
    const value = this.#value()
    this.#skip()
    if (this.#at !== this.#text.length) this.#fail('Extra data', this.#at)
    return value
  }

  #fail(what: string, offset: number): never {
    throw new JsonError(this.#text, what, offset)
  }

  #skip(): void {
    while (' \t\n\r'.includes(this.#text[this.#at] ?? 'x')) this.#at += 1
  }

  #value(): Value {
    const start = this.#at
    const first = this.#text[start]
    if (first === '"') return this.#string()
    if (first === '{' || first === '[') return this.#nested(first)
    for (const [word, value] of constants) {
      if (!this.#text.startsWith(word, start)) continue
      this.#at += word.length
      return value
    }
    return this.#number()
  }

  #nested(first: string): Value {
    this.#depth += 1
    if (this.#depth > depthMax) this.#fail('Expecting value', this.#at)
    const value = first === '{' ? this.#object() : this.#array()
    this.#depth -= 1
    return value
  }

  #number(): Value {
    number.lastIndex = this.#at
    const match = number.exec(this.#text)
    if (match === null) return this.#fail('Expecting value', this.#at)
    this.#at += match[0].length
    const isFloat = match[1] !== undefined || match[2] !== undefined
    return isFloat ? new Float(Number(match[0])) : integer(BigInt(match[0]))
  }

  #array(): Value {
    const items: Value[] = []
    const offsets: number[] = []
    this.places.set(items, { start: this.#at, keys: new Map(), items: offsets })
    this.#at += 1
    this.#skip()
    if (this.#take(']')) return items
    for (;;) {
      offsets.push(this.#at)
      items.push(this.#value())
      this.#skip()
      if (this.#take(']')) return items
      if (!this.#take(',')) this.#fail("Expecting ',' delimiter", this.#at)
      this.#skip()
    }
  }

  #object(): Value {
    const mapping = new Map<Value, Value>()
    const keys = new Map<Value, KeyPlace>()
    this.places.set(mapping, { start: this.#at, keys, items: [] })
    this.#at += 1
    this.#skip()
    if (this.#take('}')) return mapping
    for (;;) {
      const start = this.#at
      if (this.#text[start] !== '"') {
        this.#fail('Expecting property name enclosed in double quotes', start)
      }
      const key = this.#string()
      this.#skip()
      if (!this.#take(':')) this.#fail("Expecting ':' delimiter", this.#at)
      this.#skip()
      keys.set(key, { first: keys.get(key)?.first ?? start, key: start, value: this.#at })
      setItem(mapping, key, this.#value())
      this.#skip()
      if (this.#take('}')) return marked(mapping)
      if (!this.#take(',')) this.#fail("Expecting ',' delimiter", this.#at)
      this.#skip()
    }
  }

  #take(mark: string): boolean {
    if (this.#text[this.#at] !== mark) return false
    this.#at += 1
    return true
  }

  #string(): string {
    const start = this.#at
    this.#at += 1
    let text = ''
    for (;;) {
      const character = this.#text[this.#at]
      if (character === undefined) this.#fail('Unterminated string starting at', start)
      if (character < ' ') this.#fail('Invalid control character at', this.#at)
      this.#at += 1
      if (character === '"') return text
      text += character === '\\' ? this.#escape(start) : character
    }
  }

  #escape(start: number): string {
    const letter = this.#text[this.#at]
    if (letter === undefined) this.#fail('Unterminated string starting at', start)
    this.#at += 1
    if (letter !== 'u') {
      return escapes[letter] ?? this.#fail('Invalid \\escape', this.#at - 2)
    }
    const digits = this.#text.slice(this.#at, this.#at + 4)
    if (!/^[0-9a-fA-F]{4}$/.test(digits)) this.#fail('Invalid \\uXXXX escape', this.#at - 1)
    this.#at += 4
    return String.fromCharCode(Number.parseInt(digits, 16))
  }
}

// Two keys stand for values that JSON has no form for.
function marked(mapping: ReadonlyMap<Value, Value>): Value {
  for (const [key, value] of mapping) {
    if (key === '__ansible_vault' && typeof value === 'string') return new VaultText(value)
    if (key === '__ansible_unsafe' && typeof value === 'string') return new UnsafeText(value)
  }
  return mapping
}
