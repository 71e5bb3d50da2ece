// Splits a line into words as Python's shlex.split(line, comments=True) does, quotes and escapes
// included. Port of CPython 3.11 Lib/shlex.py: POSIX mode, whitespace_split.

/** A word without its quotes and where it begins in the line. */
export interface Word {
  readonly text: string
  readonly offset: number
}

/** The words of a line, or the text of Python's ValueError. */
export type Split = { readonly words: readonly Word[] } | { readonly error: string }

const whitespace = ' \t\r\n'
const quotes = '\'"'

/** Splits one line; `#` ends it wherever it stands outside quotes. */
export function splitWords(line: string): Split {
  const words: Word[] = []
  let at = 0
  while (at < line.length) {
    const character = line[at] as string
    if (whitespace.includes(character)) at += 1
    else if (character === '#') at = endOfLine(line, at)
    else {
      const read = readWord(line, at)
      if (typeof read === 'string') return { error: read }
      words.push({ text: read.text, offset: at })
      at = read.end
    }
  }
  return { words }
}

function endOfLine(line: string, from: number): number {
  const newline = line.indexOf('\n', from)
  return newline < 0 ? line.length : newline + 1
}

function readWord(line: string, start: number): { text: string; end: number } | string {
  let text = ''
  let at = start
  while (at < line.length) {
    const character = line[at] as string
    if (whitespace.includes(character)) break
    // A comment right after a word ends both.
    if (character === '#') return { text, end: endOfLine(line, at) }
    if (quotes.includes(character)) {
      const quoted = readQuoted(line, at + 1, character)
      if (typeof quoted === 'string') return quoted
      text += quoted.text
      at = quoted.end
    } else if (character === '\\') {
      const next = line[at + 1]
      if (next === undefined) return 'No escaped character'
      text += next
      at += 2
    } else {
      text += character
      at += 1
    }
  }
  return { text, end: at }
}

// Only double quotes know the backslash, and only before themselves and itself.
function readQuoted(line: string, start: number, quote: string): Quoted | string {
  let text = ''
  let at = start
  for (;;) {
    const character = line[at]
    if (character === undefined) return 'No closing quotation'
    if (character === quote) return { text, end: at + 1 }
    if (character === '\\' && quote === '"') {
      const next = line[at + 1]
      if (next === undefined) return 'No escaped character'
      text += next === '\\' || next === quote ? next : `\\${next}`
      at += 2
    } else {
      text += character
      at += 1
    }
  }
}

interface Quoted {
  readonly text: string
  readonly end: number
}
