// Texts as Go's fmt and strconv write and read them. Upstream: Go 1.26 strconv.

const escapes: Readonly<Record<string, string>> = {
  '\x07': '\\a',
  '\b': '\\b',
  '\f': '\\f',
  '\n': '\\n',
  '\r': '\\r',
  '\t': '\\t',
  '\v': '\\v',
  '"': '\\"',
  '\\': '\\\\',
}

const plain = /^[ !#-[\]-~]*$/
const printable = /^[\p{L}\p{M}\p{N}\p{P}\p{S} ]$/u

/** strconv.Quote: the text in double quotes, unprintable characters escaped. */
export function goQuote(text: string): string {
  if (plain.test(text)) return `"${text}"`
  let quoted = '"'
  for (const character of text) quoted += escapes[character] ?? goCharacter(character)
  return `${quoted}"`
}

function goCharacter(character: string): string {
  if (printable.test(character)) return character
  const code = character.codePointAt(0) as number
  if (code < 0x80) return `\\x${code.toString(16).padStart(2, '0')}`
  if (code < 0x1_0000) return `\\u${code.toString(16).padStart(4, '0')}`
  return `\\U${code.toString(16).padStart(8, '0')}`
}

/** How many bytes the text has in UTF-8: what Go's `len` counts. */
export function utf8Length(text: string): number {
  let length = text.length
  for (let index = 0; index < text.length; index += 1) {
    const unit = text.charCodeAt(index)
    if (unit < 0x80) continue
    // A surrogate pair is two units and four bytes: one more per unit than counted.
    length += unit < 0x800 || (unit >= 0xd800 && unit <= 0xdfff) ? 1 : 2
  }
  return length
}

export type GoInt =
  | { readonly ok: true; readonly value: number }
  | { readonly ok: false; readonly error: 'invalid syntax' | 'value out of range' }

/** strconv.Atoi: a decimal 64-bit integer; beyond 2^53 the value is the nearest double. */
export function parseGoInt(text: string): GoInt {
  if (!/^[+-]?[0-9]+$/.test(text)) return { ok: false, error: 'invalid syntax' }
  const value = Number(text)
  if (Number.isSafeInteger(value)) return { ok: true, value: value + 0 }
  const exact = BigInt(text.startsWith('+') ? text.slice(1) : text)
  return BigInt.asIntN(64, exact) === exact
    ? { ok: true, value }
    : { ok: false, error: 'value out of range' }
}
