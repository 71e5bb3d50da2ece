// Functions of texts. Port of cel-go v0.26.0 ext/strings.go, version 2: results and texts.

import { type FunctionDecl, fn, global, member, stopping } from '../declarations.ts'
import { adapted } from '../equality.ts'
import { listOf, types } from '../types.ts'
import { CelError, type Value } from '../values.ts'
import { formatted } from './format-text.ts'

const { string, int, dyn } = types
const texts = listOf(string)

function outOfRange(index: number | bigint): CelError {
  return new CelError(`index out of range: ${index}`)
}

function charAt(text: string, at: number | bigint): Value {
  const characters = Array.from(text)
  const index = Number(at)
  if (index < 0 || index > characters.length) return outOfRange(at)
  return characters[index] ?? ''
}

function indexOf(text: string, part: string, from: number | bigint): Value {
  if (part === '') return from
  const offset = Number(from)
  if (offset < 0) return outOfRange(from)
  const [all, wanted] = [Array.from(text), Array.from(part)]
  for (let at = offset; at <= all.length - wanted.length; at += 1) {
    if (wanted.every((each, index) => all[at + index] === each)) return at
  }
  return -1
}

function lastIndexOf(text: string, part: string, from: number | bigint | undefined): Value {
  const [all, wanted] = [Array.from(text), Array.from(part)]
  if (part === '') return from ?? all.length
  if (from === undefined && text.length < part.length) return -1
  const offset = from === undefined ? all.length - 1 : Number(from)
  if (offset < 0) return outOfRange(from ?? offset)
  if (offset >= all.length) return -1
  for (let at = Math.min(offset, all.length - wanted.length); at >= 0; at -= 1) {
    if (wanted.every((each, index) => all[at + index] === each)) return at
  }
  return -1
}

/** strings.Replace: `count` replacements, all when it is negative. */
function replaced(text: string, old: string, by: string, count: number): string {
  if (count === 0 || old === by) return text
  const parts = old === '' ? ['', ...Array.from(text), ''] : text.split(old)
  const joints = parts.length - 1
  const replacements = count < 0 ? joints : Math.min(count, joints)
  let result = parts[0] as string
  for (let index = 1; index < parts.length; index += 1) {
    result += (index <= replacements ? by : old) + parts[index]
  }
  return result
}

/** strings.SplitN: at most `count` parts, all when it is negative. */
function split(text: string, separator: string, count: number): Value {
  if (count === 0) return []
  const parts = separator === '' ? Array.from(text) : text.split(separator)
  if (count < 0 || parts.length <= count) return parts
  const rest = parts.slice(count - 1).join(separator)
  return [...parts.slice(0, count - 1), rest]
}

function substring(text: string, start: number | bigint, end?: number | bigint): Value {
  const characters = Array.from(text)
  const from = Number(start)
  const to = end === undefined ? characters.length : Number(end)
  if (end !== undefined && from > to) {
    return new CelError(`invalid substring range. start: ${start}, end: ${end}`)
  }
  if (from < 0 || from > characters.length) return outOfRange(start)
  if (to < 0 || to > characters.length) return outOfRange(end ?? to)
  return characters.slice(from, to).join('')
}

/** strings.TrimSpace: white space as Unicode defines it. */
const space =
  '[\\t\\n\\v\\f\\r \\u0085\\u00a0\\u1680\\u2000-\\u200a\\u2028\\u2029\\u202f\\u205f\\u3000]'
const outerSpace = new RegExp(`^${space}+|${space}+$`, 'g')

function join(list: readonly Value[], separator: string): Value {
  const parts: string[] = []
  for (const each of list) {
    const value = adapted(each)
    if (typeof value !== 'string') return new CelError(`join: invalid input: ${String(each)}`)
    parts.push(value)
  }
  return parts.join(separator)
}

const escapes: Readonly<Record<string, string>> = {
  '\u0007': '\\a',
  '\b': '\\b',
  '\f': '\\f',
  '\n': '\\n',
  '\r': '\\r',
  '\t': '\\t',
  '\v': '\\v',
  '\\': '\\\\',
  '"': '\\"',
}

function quote(text: string): string {
  const inner = Array.from(text, each => {
    const isHalf = each.length === 1 && each >= '\ud800' && each <= '\udfff'
    return isHalf ? '\ufffd' : (escapes[each] ?? each)
  })
  return `"${inner.join('')}"`
}

function lowered(text: string): string {
  return text.replace(/[A-Z]+/g, letters => letters.toLowerCase())
}

function raised(text: string): string {
  return text.replace(/[a-z]+/g, letters => letters.toUpperCase())
}

type Int = number | bigint

// Overload guards have checked the types of the arguments before a call.
export const stringsLibrary: readonly FunctionDecl[] = [
  fn(
    'charAt',
    member('string_char_at_int', [string, int], string, (text, at) =>
      charAt(text as string, at as Int),
    ),
  ),
  fn(
    'indexOf',
    member('string_index_of_string', [string, string], int, (text, part) =>
      indexOf(text as string, part as string, 0),
    ),
    member('string_index_of_string_int', [string, string, int], int, (text, part, from) =>
      indexOf(text as string, part as string, from as Int),
    ),
  ),
  fn(
    'lastIndexOf',
    member('string_last_index_of_string', [string, string], int, (text, part) =>
      lastIndexOf(text as string, part as string, undefined),
    ),
    member('string_last_index_of_string_int', [string, string, int], int, (text, part, from) =>
      lastIndexOf(text as string, part as string, from as Int),
    ),
  ),
  fn(
    'lowerAscii',
    member('string_lower_ascii', [string], string, text => lowered(text as string)),
  ),
  fn(
    'replace',
    member('string_replace_string_string', [string, string, string], string, (text, old, by) =>
      replaced(text as string, old as string, by as string, -1),
    ),
    member(
      'string_replace_string_string_int',
      [string, string, string, int],
      string,
      (text, old, by, count) =>
        replaced(text as string, old as string, by as string, Number(count)),
    ),
  ),
  fn(
    'split',
    member('string_split_string', [string, string], texts, (text, separator) =>
      split(text as string, separator as string, -1),
    ),
    member('string_split_string_int', [string, string, int], texts, (text, separator, count) =>
      split(text as string, separator as string, Number(count)),
    ),
  ),
  fn(
    'substring',
    member('string_substring_int', [string, int], string, (text, start) =>
      substring(text as string, start as Int),
    ),
    member('string_substring_int_int', [string, int, int], string, (text, start, end) =>
      substring(text as string, start as Int, end as Int),
    ),
  ),
  fn(
    'trim',
    member('string_trim', [string], string, text => (text as string).replace(outerSpace, '')),
  ),
  fn(
    'upperAscii',
    member('string_upper_ascii', [string], string, text => raised(text as string)),
  ),
  fn(
    'format',
    stopping(
      member('string_format', [string, listOf(dyn)], string, (format, args) =>
        formatted(format as string, args as readonly Value[]),
      ),
    ),
  ),
  fn(
    'strings.quote',
    global('strings_quote', [string], string, text => quote(text as string)),
  ),
  fn(
    'join',
    member('list_join', [texts], string, list => join(list as readonly Value[], '')),
    member('list_join_string', [texts, string], string, (list, separator) =>
      join(list as readonly Value[], separator as string),
    ),
  ),
]
