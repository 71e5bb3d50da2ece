// JSON as Python's json module reads and writes it.

import {
  Float,
  integer,
  isList,
  isMapping,
  numberOf,
  PythonSet,
  Tuple,
  type Value,
} from '../../values.ts'
import { TemplateFailure } from '../failures.ts'
import { compareCodePoints } from './compare.ts'
import { str } from './represent.ts'
import { reprOfFloat } from '../../python/repr.ts'
import { characters, touch, typeName } from './types.ts'

export interface DumpOptions {
  readonly indent: string | undefined
  readonly sortsKeys: boolean
  readonly itemSeparator: string
  readonly keySeparator: string
  readonly isAscii: boolean
}

export const defaultDump: DumpOptions = {
  indent: undefined,
  sortsKeys: false,
  itemSeparator: ', ',
  keySeparator: ': ',
  isAscii: true,
}

/** `json.dumps`. */
export function dumpJson(value: Value, options: DumpOptions = defaultDump, margin = ''): string {
  if (value === null) return 'null'
  if (typeof value === 'boolean') return value ? 'true' : 'false'
  if (value instanceof Float) return jsonFloat(value.value)
  if (numberOf(value) !== undefined) return String(value)
  touch(value)
  const text = characters(value)
  if (text !== undefined) return jsonText(text, options.isAscii)
  if (isMapping(value)) return dumpPairs(value, options, margin)
  if (isList(value) || value instanceof Tuple || value instanceof PythonSet) {
    const items = isList(value) ? value : value.items
    const inner = margin + (options.indent ?? '')
    return wrapped(
      '[',
      ']',
      items.map(item => dumpJson(item, options, inner)),
      { options, margin },
    )
  }
  if (typeName(value) === 'datetime' || typeName(value) === 'date')
    return jsonText(str(value), true)
  throw new TemplateFailure(`Object of type ${typeName(value)} is not JSON serializable`)
}

function dumpPairs(value: ReadonlyMap<Value, Value>, options: DumpOptions, margin: string): string {
  const inner = margin + (options.indent ?? '')
  const pairs = [...value].map(([key, item]) => [keyText(key), item] as const)
  if (options.sortsKeys) pairs.sort(([a], [b]) => compareCodePoints(a, b))
  const texts = pairs.map(
    ([key, item]) =>
      jsonText(key, options.isAscii) + options.keySeparator + dumpJson(item, options, inner),
  )
  return wrapped('{', '}', texts, { options, margin })
}

interface Wrapping {
  readonly options: DumpOptions
  readonly margin: string
}

function wrapped(
  open: string,
  close: string,
  texts: readonly string[],
  { options, margin }: Wrapping,
): string {
  if (texts.length === 0) return open + close
  const { indent, itemSeparator } = options
  if (indent === undefined) return open + texts.join(itemSeparator) + close
  const inner = `\n${margin}${indent}`
  return `${open}${inner}${texts.join(`${itemSeparator.trimEnd()}${inner}`)}\n${margin}${close}`
}

function keyText(key: Value): string {
  const text = characters(key)
  if (text !== undefined) return text
  if (key === null) return 'null'
  if (typeof key === 'boolean') return key ? 'true' : 'false'
  if (key instanceof Float) return jsonFloat(key.value)
  if (numberOf(key) !== undefined) return String(key)
  throw new TemplateFailure(`keys must be str, int, float, bool or None, not ${typeName(key)}`)
}

function jsonFloat(value: number): string {
  if (Number.isNaN(value)) return 'NaN'
  if (!Number.isFinite(value)) return value > 0 ? 'Infinity' : '-Infinity'
  return reprOfFloat(value)
}

function jsonText(text: string, isAscii: boolean): string {
  const quoted = JSON.stringify(text).replace(/\x7f/g, '\x7f')
  if (!isAscii) return quoted
  return quoted.replace(/[\x7f-\uffff]/g, unit =>
    unit === '\x7f' ? unit : `\\u${unit.charCodeAt(0).toString(16).padStart(4, '0')}`,
  )
}

/** `json.loads`; fails with Python's message. */
export function loadJson(text: string): Value {
  return new JsonReader(text).whole()
}

const number = /-?(?:0|[1-9]\d*)(\.\d+)?([eE][-+]?\d+)?/y
const quotedText = /"(?:[^"\\\x00-\x1f]|\\(?:["\\/bfnrt]|u[\da-fA-F]{4}))*"/y
const constants: readonly (readonly [string, Value])[] = [
  ['null', null],
  ['true', true],
  ['false', false],
  ['NaN', new Float(Number.NaN)],
  ['Infinity', new Float(Infinity)],
  ['-Infinity', new Float(-Infinity)],
]

class JsonReader {
  readonly #text: string
  #at = 0

  constructor(text: string) {
    this.#text = text
  }

  whole(): Value {
    this.#space()
    const value = this.#value()
    this.#space()
    if (this.#at < this.#text.length) this.#fail('Extra data')
    return value
  }

  #fail(what: string): never {
    const before = this.#text.slice(0, this.#at)
    const line = before.split('\n').length
    const column = this.#at - before.lastIndexOf('\n')
    throw new TemplateFailure(`${what}: line ${line} column ${column} (char ${this.#at})`)
  }

  #space(): void {
    while (' \t\n\r'.includes(this.#text[this.#at] ?? 'x')) this.#at += 1
  }

  #take(pattern: RegExp): RegExpExecArray | undefined {
    pattern.lastIndex = this.#at
    const found = pattern.exec(this.#text)
    if (found === null) return undefined
    this.#at += found[0].length
    return found
  }

  #skip(text: string): boolean {
    if (!this.#text.startsWith(text, this.#at)) return false
    this.#at += text.length
    return true
  }

  #value(): Value {
    if (this.#skip('{')) return this.#object()
    if (this.#skip('[')) return this.#array()
    const text = this.#take(quotedText)
    if (text !== undefined) return JSON.parse(text[0]) as string
    for (const [name, value] of constants) if (this.#skip(name)) return value
    const found = this.#take(number)
    if (found === undefined) return this.#fail('Expecting value')
    const isFloat = found[1] !== undefined || found[2] !== undefined
    return isFloat ? new Float(Number(found[0])) : integer(BigInt(found[0]))
  }

  #object(): Value {
    const result = new Map<Value, Value>()
    this.#space()
    if (this.#skip('}')) return result
    for (;;) {
      this.#space()
      const key = this.#take(quotedText)
      if (key === undefined) return this.#fail('Expecting property name enclosed in double quotes')
      this.#space()
      if (!this.#skip(':')) return this.#fail("Expecting ':' delimiter")
      this.#space()
      result.set(JSON.parse(key[0]) as string, this.#value())
      this.#space()
      if (this.#skip('}')) return result
      if (!this.#skip(',')) return this.#fail("Expecting ',' delimiter")
    }
  }

  #array(): Value {
    const items: Value[] = []
    this.#space()
    if (this.#skip(']')) return items
    for (;;) {
      this.#space()
      items.push(this.#value())
      this.#space()
      if (this.#skip(']')) return items
      if (!this.#skip(',')) return this.#fail("Expecting ',' delimiter")
    }
  }
}
