// Escapes of string literals, as Python's `unicode-escape` reads them.

const simple: Readonly<Record<string, string>> = {
  n: '\n',
  t: '\t',
  r: '\r',
  a: '\x07',
  b: '\b',
  f: '\f',
  v: '\v',
  '\\': '\\',
  "'": "'",
  '"': '"',
  '\n': '',
}

const escape = /\\(x[\da-fA-F]{2}|u[\da-fA-F]{4}|U[\da-fA-F]{8}|[0-7]{1,3}|[\s\S])/g

/** The text that a literal stands for, without its quotes; unknown escapes stay as they are. */
export function unescapeString(inner: string): string {
  if (!inner.includes('\\')) return inner
  return inner.replace(escape, (whole, body: string) => {
    const first = body[0] ?? ''
    if (body.length > 1 && 'xuU'.includes(first)) return codePoint(body.slice(1), 16)
    if (/^[0-7]+$/.test(body)) return codePoint(body, 8)
    return simple[body] ?? whole
  })
}

function codePoint(digits: string, base: number): string {
  const code = Number.parseInt(digits, base)
  return code <= 0x10ffff ? String.fromCodePoint(code) : '\ufffd'
}
