// How PyYAML writes a text: plain, in quotes, over several lines. Port of PyYAML 6.0 emitter.py.

const implicit = [
  /^(?:yes|Yes|YES|no|No|NO|true|True|TRUE|false|False|FALSE|on|On|ON|off|Off|OFF)$/,
  /^(?:~|null|Null|NULL|)$/,
  /^(?:[-+]?0b[0-1_]+|[-+]?0[0-7_]+|[-+]?(?:0|[1-9][0-9_]*)|[-+]?0x[0-9a-fA-F_]+|[-+]?[1-9][0-9_]*(?::[0-5]?[0-9])+)$/,
  /^(?:[-+]?(?:[0-9][0-9_]*)\.[0-9_]*(?:[eE][-+][0-9]+)?|\.[0-9][0-9_]*(?:[eE][-+][0-9]+)?|[-+]?[0-9][0-9_]*(?::[0-5]?[0-9])+\.[0-9_]*|[-+]?\.(?:inf|Inf|INF)|\.(?:nan|NaN|NAN))$/,
  /^(?:\d{4}-\d{2}-\d{2}|\d{4}-\d{1,2}-\d{1,2}(?:[Tt]|[ \t]+)\d{1,2}:\d{2}:\d{2}(?:\.\d*)?(?:[ \t]*(?:Z|[-+]\d{1,2}(?::\d{2})?))?)$/,
  /^(?:<<|=)$/,
]

export interface ScalarPlace {
  readonly isFlow: boolean
  readonly isKey: boolean
}

/** A text as it stands in a YAML document. */
export function scalarText(text: string, place: ScalarPlace): string {
  if (hasSpecial(text)) return doubleQuoted(text)
  if (isPlain(text, place)) return text
  const canBeSingle =
    !/^[ \t]*\n|\n[ \t]|[ \t]\n/.test(text) && !text.replace(/\n/g, '').endsWith(' ')
  if (text.includes('\n') && !place.isKey)
    return canBeSingle ? singleQuoted(text) : doubleQuoted(text)
  return text.includes('\n') ? doubleQuoted(text) : singleQuoted(text)
}

function hasSpecial(text: string): boolean {
  return /[^\n\x20-\x7e\x85\u00a0-\ud7ff\ue000-\ufefe\uff00-\ufffd\u{10000}-\u{10ffff}]/u.test(text)
}

function isPlain(text: string, place: ScalarPlace): boolean {
  if (implicit.some(pattern => pattern.test(text))) return false
  if (/^(?:---|\.\.\.)/.test(text) || text.includes('\n')) return false
  if (/^[ ]|[ ]$/.test(text)) return false
  if (/^[#,[\]{}&*!|>'"%@`]/.test(text) || /^[?:](?:\s|$)|^-(?:\s|$)/.test(text)) return false
  if (/^[?:]/.test(text) && place.isFlow) return false
  if (/:(?:\s|$)|\s#/.test(text)) return false
  return !(place.isFlow && /[,?[\]{}]|:(?=\S)/.test(text) && isFlowBlocked(text))
}

// Inside brackets these characters end a plain text.
function isFlowBlocked(text: string): boolean {
  return /[,?[\]{}]|:/.test(text.slice(1)) || /^[,?[\]{}:]/.test(text)
}

function singleQuoted(text: string): string {
  return `'${text.replaceAll("'", "''").replace(/\n+/g, breaks => `\n${breaks}`)}'`
}

const names: Readonly<Record<string, string>> = {
  '\0': '\\0',
  '\x07': '\\a',
  '\b': '\\b',
  '\t': '\\t',
  '\n': '\\n',
  '\v': '\\v',
  '\f': '\\f',
  '\r': '\\r',
  '\x1b': '\\e',
  '"': '\\"',
  '\\': '\\\\',
  '\x85': '\\N',
  '\xa0': '\\_',
  '\u2028': '\\L',
  '\u2029': '\\P',
}

function doubleQuoted(text: string): string {
  let body = ''
  for (const character of text) {
    const code = character.codePointAt(0) ?? 0
    const name = names[character]
    if (name !== undefined) body += name
    else if (!hasSpecial(character)) body += character
    else if (code < 256) body += `\\x${code.toString(16).toUpperCase().padStart(2, '0')}`
    else if (code < 65536) body += `\\u${code.toString(16).toUpperCase().padStart(4, '0')}`
    else body += `\\U${code.toString(16).toUpperCase().padStart(8, '0')}`
  }
  return `"${body}"`
}

interface FoldOptions {
  readonly column: number
  readonly width: number
  readonly margin: number
}

/** A text of one line broken at single spaces where it goes beyond the width. */
export function folded(text: string, { column, width, margin }: FoldOptions): string {
  if (column + text.length <= width) return text
  const words = text.split(/(?<=[^ ]) (?=[^ ])/)
  let out = ''
  let at = column
  words.forEach((word, index) => {
    if (index > 0) {
      if (at > width) {
        out += `\n${' '.repeat(margin)}`
        at = margin
      } else {
        out += ' '
        at += 1
      }
    }
    out += word
    at += word.length
  })
  return out
}
