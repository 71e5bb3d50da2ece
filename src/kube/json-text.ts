// JSON text as Go reads it: where fields stand, which are written twice, and Go's words for what is
// no JSON. Upstream: Go 1.26 encoding/json scanner.go and decode.go, sigs.k8s.io/json.

import { goQuote } from './go-text.ts'

/** A field of the text; `path` is spelled as strict errors spell it: `spec.containers[0].image`. */
export interface WrittenField {
  readonly path: string
  readonly offset: number
}

export interface JsonText {
  /** Of a field that is written twice, objects are merged and else the last value counts. */
  readonly value: unknown
  readonly fields: readonly WrittenField[]
  readonly duplicates: readonly WrittenField[]
  /** Why the text is no JSON. */
  readonly error?: string
}

/** Deeper text is refused: nobody writes it by hand. */
const depthMax = 10_000

/** Reads one JSON value that fills the text. */
export function readJsonText(text: string): JsonText {
  const reader = new Reader(text)
  try {
    const value = reader.whole()
    return { value, fields: reader.fields, duplicates: reader.duplicates }
  } catch (error) {
    if (!(error instanceof Malformed)) throw error
    return { value: undefined, fields: [], duplicates: [], error: error.message }
  }
}

/** Ends the reading; never leaves this file. */
class Malformed extends Error {}

type Fields = Record<string, unknown>

class Reader {
  readonly fields: WrittenField[] = []
  readonly duplicates: WrittenField[] = []
  private readonly text: string
  private at = 0
  private depth = 0

  constructor(text: string) {
    this.text = text
  }

  whole(): unknown {
    const value = this.value('')
    this.skip()
    if (this.at < this.text.length) this.unexpected('after top-level value')
    return value
  }

  private value(path: string, context = 'looking for beginning of value'): unknown {
    this.skip()
    const first = this.text[this.at]
    if (first === '{') return this.nested(() => this.object(path))
    if (first === '[') return this.nested(() => this.array(path))
    if (first === '"') return this.string()
    if (first === '-' || isDigit(first)) return this.number()
    if (first === 't') return this.word('true', true)
    if (first === 'f') return this.word('false', false)
    if (first === 'n') return this.word('null', null)
    return this.unexpected(context)
  }

  private nested(read: () => unknown): unknown {
    this.depth += 1
    if (this.depth > depthMax) throw new Malformed('exceeded max depth')
    const value = read()
    this.depth -= 1
    return value
  }

  private object(path: string): Fields {
    this.at += 1
    const result: Fields = {}
    const seen = new Set<string>()
    this.skip()
    if (this.text[this.at] === '}') return this.closed(result)
    for (;;) {
      this.skip()
      const offset = this.at
      if (this.text[offset] !== '"') this.unexpected('looking for beginning of object key string')
      const key = this.string()
      this.expect(':', 'after object key')
      const below = path === '' ? key : `${path}.${key}`
      this.fields.push({ path: below, offset })
      if (seen.has(key)) this.duplicates.push({ path: below, offset })
      seen.add(key)
      put(result, key, this.value(below))
      this.skip()
      if (this.text[this.at] === '}') return this.closed(result)
      this.expect(',', 'after object key:value pair')
    }
  }

  private array(path: string): unknown[] {
    this.at += 1
    const result: unknown[] = []
    this.skip()
    if (this.text[this.at] === ']') return this.closed(result)
    for (;;) {
      result.push(this.value(`${path}[${result.length}]`))
      this.skip()
      if (this.text[this.at] === ']') return this.closed(result)
      this.expect(',', 'after array element')
    }
  }

  private closed<T>(result: T): T {
    this.at += 1
    return result
  }

  private string(): string {
    const start = this.at
    this.at += 1
    for (;;) {
      const character = this.text[this.at]
      if (character === '"') break
      if (character === undefined || character < ' ') this.unexpected('in string literal')
      this.at += 1
      if (character === '\\') this.escape()
    }
    this.at += 1
    return JSON.parse(this.text.slice(start, this.at)) as string
  }

  private escape(): void {
    const character = this.text[this.at]
    if (character === undefined || !'bfnrt\\/"u'.includes(character)) {
      this.unexpected('in string escape code')
    }
    this.at += 1
    if (character !== 'u') return
    for (let digit = 0; digit < 4; digit += 1) {
      if (!/^[0-9a-fA-F]$/.test(this.text[this.at] ?? '')) {
        this.unexpected('in \\u hexadecimal character escape')
      }
      this.at += 1
    }
  }

  private number(): number {
    const start = this.at
    if (this.text[this.at] === '-') {
      this.at += 1
      if (!isDigit(this.text[this.at])) this.unexpected('in numeric literal')
    }
    if (this.text[this.at] === '0') this.at += 1
    else this.digits()
    if (this.text[this.at] === '.') {
      this.at += 1
      if (!isDigit(this.text[this.at])) this.unexpected('after decimal point in numeric literal')
      this.digits()
    }
    if (this.text[this.at] === 'e' || this.text[this.at] === 'E') {
      this.at += 1
      if (this.text[this.at] === '+' || this.text[this.at] === '-') this.at += 1
      if (!isDigit(this.text[this.at])) this.unexpected('in exponent of numeric literal')
      this.digits()
    }
    return Number(this.text.slice(start, this.at))
  }

  private digits(): void {
    while (isDigit(this.text[this.at])) this.at += 1
  }

  private word<T>(word: string, value: T): T {
    for (const wanted of word) {
      const context = `in literal ${word} (expecting ${goCharacter(wanted)})`
      if (this.text[this.at] !== wanted) this.unexpected(context)
      this.at += 1
    }
    return value
  }

  private expect(character: string, context: string): void {
    this.skip()
    if (this.text[this.at] !== character) this.unexpected(context)
    this.at += 1
  }

  private skip(): void {
    while (' \t\r\n'.includes(this.text[this.at] ?? '-')) this.at += 1
  }

  private unexpected(context: string): never {
    const code = this.text.codePointAt(this.at)
    if (code === undefined) throw new Malformed('unexpected end of JSON input')
    throw new Malformed(`invalid character ${goCharacter(firstByte(code))} ${context}`)
  }
}

function isDigit(character: string | undefined): boolean {
  return character !== undefined && character >= '0' && character <= '9'
}

/** Go looks at bytes: of a character beyond ASCII it names the first byte of its UTF-8 form. */
function firstByte(code: number): string {
  if (code < 0x80) return String.fromCharCode(code)
  if (code < 0x800) return String.fromCharCode(0xc0 | (code >> 6))
  return String.fromCharCode(code < 0x1_0000 ? 0xe0 | (code >> 12) : 0xf0 | (code >> 18))
}

/** A character in single quotes, as Go's scanner shows it. */
function goCharacter(character: string): string {
  if (character === "'") return "'\\''"
  if (character === '"') return `'"'`
  return `'${goQuote(character).slice(1, -1)}'`
}

function isFields(value: unknown): value is Fields {
  return typeof value === 'object' && value !== null && !Array.isArray(value)
}

/** Go decodes the second value into what the first one left. */
function put(into: Fields, key: string, value: unknown): void {
  const before = Object.hasOwn(into, key) ? into[key] : undefined
  const merged = isFields(before) && isFields(value) ? { ...before, ...value } : value
  Object.defineProperty(into, key, {
    value: merged,
    enumerable: true,
    configurable: true,
    writable: true,
  })
}
