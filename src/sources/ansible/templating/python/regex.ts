// Python regular expressions as JavaScript ones. Upstream: Python 3.11 re, its syntax that differs.

import type { Value } from '../../values.ts'
import { TemplateFailure } from '../failures.ts'
import { isUnhashable, unhashable } from './compare.ts'
import { characters, touch } from './types.ts'

export interface RegexOptions {
  readonly ignoresCase: boolean
  readonly isMultiline: boolean
  readonly isDotAll?: boolean
}

const cache = new Map<string, RegExp>()

/** A global expression for a Python pattern; fails where the pattern is not valid. */
export function compileRegex(pattern: string, options: RegexOptions): RegExp {
  const key = `${options.ignoresCase}${options.isMultiline}${options.isDotAll === true}${pattern}`
  let found = cache.get(key)
  if (found === undefined) {
    found = build(pattern, options)
    cache.set(key, found)
  }
  found.lastIndex = 0
  return found
}

function build(pattern: string, options: RegexOptions): RegExp {
  const inline = /^\(\?([aiLmsux]+)\)/.exec(pattern)
  const letters = inline?.[1] ?? ''
  const flags = {
    ignoresCase: options.ignoresCase || letters.includes('i'),
    isMultiline: options.isMultiline || letters.includes('m'),
    isDotAll: options.isDotAll === true || letters.includes('s'),
    isVerbose: letters.includes('x'),
  }
  const source = translate(pattern.slice(inline?.[0].length ?? 0), flags)
  const text = `gu${flags.ignoresCase ? 'i' : ''}${flags.isMultiline ? 'm' : ''}${flags.isDotAll ? 's' : ''}`
  try {
    return new RegExp(source, text)
  } catch (error) {
    const why = error instanceof Error ? error.message : String(error)
    throw new TemplateFailure(`invalid regular expression: ${why}`)
  }
}

interface Flags {
  readonly isMultiline: boolean
  readonly isVerbose: boolean
}

const syntax = new Set('^$\\.*+?()[]{}|/')

function translate(pattern: string, flags: Flags): string {
  let out = ''
  let at = 0
  while (at < pattern.length) {
    const rest = pattern.slice(at)
    const [source, used] = translateOne(rest, flags)
    out += source
    at += used
  }
  return out
}

function translateOne(rest: string, flags: Flags): readonly [string, number] {
  const first = rest[0] ?? ''
  if (first === '\\') return escapeOutside(rest)
  if (first === '[') return translateClass(rest)
  if (first === '$') return [flags.isMultiline ? '(?=\\n|(?![\\s\\S]))' : '(?=\\n?(?![\\s\\S]))', 1]
  if (first === '(') return translateGroup(rest)
  if (flags.isVerbose && /\s/.test(first)) return ['', 1]
  if (flags.isVerbose && first === '#') return ['', /^#[^\n]*/.exec(rest)?.[0].length ?? 1]
  // A brace that begins no repetition stands for itself.
  if (first === '{' && !/^\{(?:\d+(?:,\d*)?|,\d+)\}/.test(rest)) return ['\\{', 1]
  const upTo = /^\{,(\d+)\}/.exec(rest)
  if (upTo !== null) return [`{0,${upTo[1]}}`, upTo[0].length]
  const exact = /^\{\d+(?:,\d*)?\}/.exec(rest)
  if (exact !== null) return [exact[0], exact[0].length]
  if (first === '}' || first === ']') return [`\\${first}`, 1]
  const code = rest.codePointAt(0) ?? 0
  return code > 0xffff ? [String.fromCodePoint(code), 2] : [first, 1]
}

function translateGroup(rest: string): readonly [string, number] {
  const named = /^\(\?P<(\w+)>/.exec(rest)
  if (named !== null) return [`(?<${named[1]}>`, named[0].length]
  const back = /^\(\?P=(\w+)\)/.exec(rest)
  if (back !== null) return [`\\k<${back[1]}>`, back[0].length]
  const note = /^\(\?#[^)]*\)/.exec(rest)
  if (note !== null) return ['', note[0].length]
  const scoped = /^\(\?[aiLmsux]+\)/.exec(rest)
  if (scoped !== null) {
    throw new TemplateFailure('global flags not at the start of the expression')
  }
  return ['(', 1]
}

function escapeOutside(rest: string): readonly [string, number] {
  const next = rest[1]
  if (next === undefined) throw new TemplateFailure('bad escape (end of pattern)')
  if (next === 'A') return ['(?<![\\s\\S])', 2]
  if (next === 'Z') return ['(?![\\s\\S])', 2]
  return escapeAny(rest, next)
}

function escapeAny(rest: string, next: string): readonly [string, number] {
  if (next === 'a') return ['\\x07', 2]
  const wide = /^\\U([\da-fA-F]{8})/.exec(rest)
  if (wide !== null) return [`\\u{${wide[1]}}`, 10]
  if (/[dDwWsSbBnrtfvxu0-9]/.test(next)) {
    const octal = /^\\0[0-7]{0,2}/.exec(rest)
    if (octal === null) return [`\\${next}`, 2]
    const code = Number.parseInt(octal[0].slice(1), 8)
    return [`\\x${code.toString(16).padStart(2, '0')}`, octal[0].length]
  }
  if (/[a-zA-Z]/.test(next)) throw new TemplateFailure(`bad escape \\${next}`)
  return [syntax.has(next) || next === '-' ? (next === '-' ? '-' : `\\${next}`) : next, 2]
}

function translateClass(rest: string): readonly [string, number] {
  let out = '['
  let at = 1
  if (rest[at] === '^') {
    out += '^'
    at += 1
  }
  const start = at
  for (;;) {
    const character = rest[at]
    if (character === undefined) throw new TemplateFailure('unterminated character set')
    if (character === ']' && at > start) return [`${out}]`, at + 1]
    if (character === '\\') {
      const next = rest[at + 1]
      if (next === undefined) throw new TemplateFailure('bad escape (end of pattern)')
      const [source, used] = next === '-' ? ['\\-', 2] : escapeAny(rest.slice(at), next)
      out += source as string
      at += used as number
    } else {
      out += /[[\](){}/|$^]/.test(character) ? `\\${character}` : character
      at += 1
    }
  }
}

/** The text of a pattern; fails on what is none. */
export function patternOf(value: Value): string {
  touch(value)
  const text = characters(value)
  if (text !== undefined) return text
  throw isUnhashable(value)
    ? unhashable(value)
    : new TemplateFailure('first argument must be string or compiled pattern')
}

/** A replacement of Python (`\1`, `\g<name>`, `\n`) applied to a match. */
export function expandReplacement(template: string, match: RegExpMatchArray): string {
  return template.replace(
    /\\(?:g<([^>]+)>|([1-9]\d?)|(0[0-7]{0,2})|([\s\S]))/g,
    (whole, named?: string, digits?: string, octal?: string, letter?: string) => {
      if (named !== undefined) return groupOf(match, named)
      if (digits !== undefined) return groupOf(match, digits)
      if (octal !== undefined) return String.fromCharCode(Number.parseInt(octal, 8))
      return letterOf(letter ?? '', whole)
    },
  )
}

const letters: Readonly<Record<string, string>> = {
  n: '\n',
  t: '\t',
  r: '\r',
  a: '\x07',
  b: '\b',
  f: '\f',
  v: '\v',
  '\\': '\\',
}

function letterOf(letter: string, whole: string): string {
  const known = letters[letter]
  if (known !== undefined) return known
  if (/[a-zA-Z]/.test(letter)) throw new TemplateFailure(`bad escape ${whole}`)
  return whole
}

/** The text of a group by number or name; empty where it took no part. */
export function groupOf(match: RegExpMatchArray, name: string): string {
  if (!/^\d+$/.test(name)) {
    if (match.groups !== undefined && Object.hasOwn(match.groups, name))
      return match.groups[name] ?? ''
    throw new TemplateFailure(`unknown group name '${name}'`)
  }
  const number = Number(name)
  if (number >= match.length) throw new TemplateFailure(`invalid group reference ${number}`)
  return match[number] ?? ''
}
