// The text that a string literal stands for, and the bytes of a bytes literal.
// Port of cel-go v0.26.0 parser/unescape.go: results and errors.

export type Unescaped =
  | { readonly ok: true; readonly value: string }
  | { readonly ok: false; readonly error: string }

/** Escapes of one character that Go has between single quotes. */
export const goEscapes: Readonly<Record<string, string>> = {
  a: '\u0007',
  b: '\b',
  f: '\f',
  n: '\n',
  r: '\r',
  t: '\t',
  v: '\v',
  '\\': '\\',
  "'": "'",
}

const simpleEscapes: Readonly<Record<string, string>> = {
  ...goEscapes,
  '"': '"',
  '`': '`',
  '?': '?',
}

const lengths: Readonly<Record<string, number>> = { x: 2, X: 2, u: 4, U: 8 }

interface Literal {
  readonly body: string
  readonly raw: boolean
}

/** The quoted part; the lexer has made sure of the quotes. */
function unquoted(text: string): Literal {
  const normal = text.replaceAll('\r\n', '\n').replaceAll('\r', '\n')
  const raw = normal[0] === 'r' || normal[0] === 'R'
  const quoted = raw ? normal.slice(1) : normal
  const triple = quoted.length >= 6 && (quoted.startsWith('"""') || quoted.startsWith("'''"))
  const width = triple ? 3 : 1
  return { body: quoted.slice(width, -width), raw }
}

/** The text of a STRING token. */
export function unescapeString(text: string): Unescaped {
  const { body, raw } = unquoted(text)
  if (raw || !body.includes('\\')) return { ok: true, value: body }
  let value = ''
  for (let index = 0; index < body.length; ) {
    const next = readCharacter(body, index)
    if (next.code !== undefined && !isScalar(next.code)) {
      return { ok: false, error: 'invalid unicode code point' }
    }
    value += next.code === undefined ? next.text : String.fromCodePoint(next.code)
    index = next.end
  }
  return { ok: true, value }
}

export type UnescapedBytes =
  | { readonly ok: true; readonly value: Uint8Array }
  | { readonly ok: false; readonly error: string }

/** The bytes of a BYTES token without its b: \x and octal escapes are bytes, all else UTF-8. */
export function unescapeBytes(text: string): UnescapedBytes {
  const { body, raw } = unquoted(text)
  const bytes: number[] = []
  for (let index = 0; index < body.length; ) {
    const next = raw ? plainCharacter(body, index) : readCharacter(body, index)
    if (next.code !== undefined && /[uU]/.test(body[index + 1] ?? '')) {
      return { ok: false, error: 'unable to unescape string' }
    }
    if (next.code === undefined) bytes.push(...utf8Bytes(next.text))
    else bytes.push(next.code & 0xff)
    index = next.end
  }
  return { ok: true, value: Uint8Array.from(bytes) }
}

interface Read {
  /** The code of a numeric escape. */
  readonly code?: number
  readonly text: string
  readonly end: number
}

function plainCharacter(body: string, index: number): Read {
  const text = String.fromCodePoint(body.codePointAt(index) ?? 0)
  return { text, end: index + text.length }
}

function readCharacter(body: string, index: number): Read {
  if (body[index] !== '\\') return plainCharacter(body, index)
  const letter = body[index + 1] ?? ''
  const simple = simpleEscapes[letter]
  if (simple !== undefined) return { text: simple, end: index + 2 }
  const length = lengths[letter]
  if (length === undefined) {
    const end = index + 4
    return { code: Number.parseInt(body.slice(index + 1, end), 8), text: '', end }
  }
  const end = index + 2 + length
  return { code: Number.parseInt(body.slice(index + 2, end), 16), text: '', end }
}

function isScalar(code: number): boolean {
  return code <= 0x10ffff && !(code >= 0xd800 && code <= 0xdfff)
}

/** The UTF-8 form of a text. */
export function utf8Bytes(text: string): number[] {
  const bytes: number[] = []
  for (const character of text) {
    const code = character.codePointAt(0) ?? 0
    if (code < 0x80) bytes.push(code)
    else if (code < 0x800) bytes.push(0xc0 | (code >> 6), 0x80 | (code & 0x3f))
    else if (code < 0x10000) {
      bytes.push(0xe0 | (code >> 12), 0x80 | ((code >> 6) & 0x3f), 0x80 | (code & 0x3f))
    } else {
      bytes.push(0xf0 | (code >> 18), 0x80 | ((code >> 12) & 0x3f))
      bytes.push(0x80 | ((code >> 6) & 0x3f), 0x80 | (code & 0x3f))
    }
  }
  return bytes
}

/** The text of UTF-8 bytes; undefined where they are not UTF-8. */
export function utf8Text(bytes: Uint8Array): string | undefined {
  let text = ''
  for (let index = 0; index < bytes.length; ) {
    const first = bytes[index] as number
    const length =
      first < 0x80
        ? 1
        : first < 0xc2
          ? 0
          : first < 0xe0
            ? 2
            : first < 0xf0
              ? 3
              : first < 0xf5
                ? 4
                : 0
    if (length === 0 || index + length > bytes.length) return undefined
    let code = length === 1 ? first : first & (0xff >> (length + 1))
    for (let offset = 1; offset < length; offset += 1) {
      const byte = bytes[index + offset] as number
      if (byte >> 6 !== 2) return undefined
      code = (code << 6) | (byte & 0x3f)
    }
    const shortest = length < 3 || code >= (length === 3 ? 0x800 : 0x10000)
    if (!shortest || !isScalar(code)) return undefined
    text += String.fromCodePoint(code)
    index += length
  }
  return text
}
