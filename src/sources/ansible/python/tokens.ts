// Tokens of a Python literal. Upstream: CPython 3.11 Parser/tokenizer.c and string_parser.c, as far
// as literals go; whatever else a text holds makes it no literal.

import { Bytes, Float, integer, type Value } from '../values.ts'

/** A piece of a literal; `imaginary` and names stand for what ast.literal_eval judges later. */
export type Token =
  | { readonly kind: 'value'; readonly value: Value; readonly isString: boolean }
  | { readonly kind: 'imaginary'; readonly value: number }
  | { readonly kind: 'name'; readonly name: string }
  | { readonly kind: 'mark'; readonly mark: string }

const blanks = /^(?:[ \t\f]|\\\r?\n|#[^\n]*$)+/
/** Line ends count inside brackets only, and at the end of a text. */
const blanksInside = /^(?:[ \t\f]|\\?\r?\n|#[^\n]*)+/
const onlyBlanks = /^(?:[ \t\f\r\n]|#[^\n]*)*$/
const name = /^[A-Za-z_]\w*/
const number =
  /^(?:0[xX](?:_?[0-9a-fA-F])+|0[oO](?:_?[0-7])+|0[bB](?:_?[01])+|(?:[0-9](?:_?[0-9])*)?\.?(?:[0-9](?:_?[0-9])*)?(?:[eE][-+]?[0-9](?:_?[0-9])*)?[jJ]?)/
const prefix = /^(?:[rR][bB]?|[bB][rR]?|[uU])?(?=['"])/
/** More digits than this Python refuses to read as an integer. */
const digitsMax = 4300

/** The tokens of a text, or undefined when it cannot be a literal. */
export function tokensOf(text: string): readonly Token[] | undefined {
  const tokens: Token[] = []
  let rest = text.replace(blanks, '')
  let depth = 0
  while (rest !== '' && !(/^[\r\n#]/.test(rest) && onlyBlanks.test(rest))) {
    const read = readToken(rest)
    if (read === undefined) return undefined
    tokens.push(read.token)
    depth += depthOf(read.token)
    rest = rest.slice(read.length).replace(depth > 0 ? blanksInside : blanks, '')
  }
  return tokens
}

function depthOf(token: Token): number {
  if (token.kind !== 'mark') return 0
  if ('([{'.includes(token.mark)) return 1
  return ')]}'.includes(token.mark) ? -1 : 0
}

interface Read {
  readonly token: Token
  readonly length: number
}

function readToken(text: string): Read | undefined {
  if (prefix.test(text)) return readString(text)
  const first = text[0] as string
  if (/[0-9]/.test(first) || /^\.[0-9]/.test(text)) return readNumber(text)
  const word = name.exec(text)?.[0]
  if (word !== undefined) return { token: { kind: 'name', name: word }, length: word.length }
  if (text.startsWith('...')) return { token: { kind: 'mark', mark: '...' }, length: 3 }
  return '()[]{},:+-'.includes(first)
    ? { token: { kind: 'mark', mark: first }, length: 1 }
    : undefined
}

function readNumber(text: string): Read | undefined {
  const written = number.exec(text)?.[0] ?? ''
  // `1x` or `0b12` are errors of the tokenizer, whatever follows.
  if (written === '' || /^[\w.]/.test(text.slice(written.length))) return undefined
  const token = numberToken(written.replaceAll('_', ''))
  return token === undefined ? undefined : { token, length: written.length }
}

function numberToken(digits: string): Token | undefined {
  if (/[jJ]$/.test(digits)) return { kind: 'imaginary', value: Number(digits.slice(0, -1)) }
  const value = numberValue(digits)
  return value === undefined ? undefined : { kind: 'value', value, isString: false }
}

function numberValue(digits: string): Value | undefined {
  if (/^0[xXoObB]/.test(digits)) return integer(BigInt(digits.toLowerCase()))
  if (!/^[0-9]+$/.test(digits)) return new Float(Number(digits))
  if (/^0+[1-9]/.test(digits) || digits.length > digitsMax) return undefined
  return integer(BigInt(digits))
}

function readString(text: string): Read | undefined {
  const letters = (prefix.exec(text)?.[0] ?? '').toLowerCase()
  const quote = /^(?:'''|"""|['"])/.exec(text.slice(letters.length))?.[0] ?? ''
  const start = letters.length + quote.length
  const end = closing(text, start, quote)
  if (end === undefined) return undefined
  const body = text.slice(start, end)
  const isBytes = letters.includes('b')
  const isRaw = letters.includes('r')
  if (isBytes && /[^\x00-\x7f]/.test(body)) return undefined
  const content = isRaw ? body : unescaped(body, isBytes)
  if (content === undefined) return undefined
  const value = isBytes ? new Bytes(content) : content
  return { token: { kind: 'value', value, isString: true }, length: end + quote.length }
}

function closing(text: string, start: number, quote: string): number | undefined {
  for (let at = start; at < text.length; at += 1) {
    if (text[at] === '\\') at += 1
    else if (text.startsWith(quote, at)) return at
    else if (text[at] === '\n' && quote.length === 1) return undefined
  }
  return undefined
}

const simple: Readonly<Record<string, string>> = {
  '\n': '',
  '\\': '\\',
  "'": "'",
  '"': '"',
  a: '\u0007',
  b: '\b',
  f: '\f',
  n: '\n',
  r: '\r',
  t: '\t',
  v: '\v',
}

const escape = /\\(?:([0-7]{1,3})|x([0-9a-fA-F]{2})|u([0-9a-fA-F]{4})|U([0-9a-fA-F]{8})|([^]))/g

// Unknown escapes stay as they are; broken ones (`\x1`) make the text no literal. Characters by
// name (`\N{…}`) would need their table and are taken for broken.
function unescaped(body: string, isBytes: boolean): string | undefined {
  let isBroken = false
  const text = body.replaceAll(
    escape,
    (whole: string, ...groups: readonly (string | undefined)[]) => {
      const [octal, hex, short, long, other = ''] = groups
      if (octal !== undefined) return character(Number.parseInt(octal, 8) & (isBytes ? 255 : 511))
      if (hex !== undefined) return character(Number.parseInt(hex, 16))
      if (isBytes) return simple[other] ?? whole
      const code = short ?? long
      if (code !== undefined && Number.parseInt(code, 16) <= 0x10ffff) {
        return String.fromCodePoint(Number.parseInt(code, 16))
      }
      isBroken ||= code !== undefined || 'xuUN'.includes(other)
      return simple[other] ?? whole
    },
  )
  return isBroken || (isBytes && /\\x/.test(body.replaceAll(/\\x[0-9a-fA-F]{2}|\\[^x]/g, '')))
    ? undefined
    : text
}

function character(code: number): string {
  return String.fromCharCode(code)
}
