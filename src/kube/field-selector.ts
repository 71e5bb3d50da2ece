// Field selectors (`status.phase!=Running`). Upstream: apimachinery pkg/fields/selector.go, v0.36.3.

import { sortedStrings } from '../base/compare.ts'
import type { Parsed } from './label-selector.ts'

export interface FieldTerm {
  readonly field: string
  readonly equal: boolean
  readonly value: string
}

/** fields.ParseSelector: terms separated by commas, ordered by their text. */
export function parseFieldSelector(text: string): Parsed<readonly FieldTerm[]> {
  const terms: FieldTerm[] = []
  for (const part of sortedStrings(splitTerms(text))) {
    if (part === '') continue
    const found = /^([\s\S]*?)(!=|==|=)([\s\S]*)$/.exec(part)
    if (found === null) {
      return { ok: false, error: `invalid selector: '${text}'; can't understand '${part}'` }
    }
    const value = unescaped(found[3] as string)
    if (!value.ok) return value
    const term = { field: found[1] as string, equal: found[2] !== '!=', value: value.value }
    if (term.field !== '' || term.value !== '') terms.push(term)
  }
  return { ok: true, value: terms }
}

/** Terms end at commas that no backslash protects. */
function splitTerms(text: string): readonly string[] {
  return text === '' ? [] : text.split(/(?<!(?<!\\)(?:\\\\)*\\),/)
}

function unescaped(text: string): Parsed<string> {
  let value = ''
  for (let index = 0; index < text.length; index += 1) {
    const character = text[index] as string
    if (character === '\\') {
      index += 1
      const next = text[index] ?? ''
      if (next !== '\\' && next !== ',' && next !== '=') {
        const error = `invalid field selector: invalid escape sequence: \\${next}`
        return { ok: false, error }
      }
      value += next
    } else if (character === ',' || character === '=') {
      const code = character.charCodeAt(0)
      return { ok: false, error: `invalid field selector: unescaped character in value: ${code}` }
    } else {
      value += character
    }
  }
  return { ok: true, value }
}

/** Selector.String(). */
export function fieldSelectorText(terms: readonly FieldTerm[]): string {
  return terms
    .map(({ field, equal, value }) => {
      return `${field}${equal ? '=' : '!='}${value.replace(/[\\,=]/g, '\\$&')}`
    })
    .join(',')
}
