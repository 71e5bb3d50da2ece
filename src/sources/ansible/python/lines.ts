// Python's str.splitlines() and str.strip(). Upstream: CPython 3.11 Objects/unicodeobject.c.

/** A line without its end and where it begins. */
export interface Line {
  readonly text: string
  readonly offset: number
}

const lineEnd = /\r\n|[\n\r\v\f\u001c-\u001e\u0085\u2028\u2029]/g

/** The lines of a text; one at the end without characters is none. */
export function splitLines(text: string): readonly Line[] {
  const lines: Line[] = []
  let offset = 0
  for (const { index, 0: end } of text.matchAll(lineEnd)) {
    lines.push({ text: text.slice(offset, index), offset })
    offset = index + end.length
  }
  if (offset < text.length) lines.push({ text: text.slice(offset), offset })
  return lines
}

const blanks = '[\\s\\u001c-\\u001f\\u0085]'
const leading = new RegExp(`^(?:(?!\\ufeff)${blanks})+`)
const trailing = new RegExp(`(?:(?!\\ufeff)${blanks})+$`)

/** A text without blanks at both ends; a byte order mark is none for Python. */
export function strip(text: string): string {
  return text.replace(leading, '').replace(trailing, '')
}
