// Scans anchors, aliases, tags and directives. Port of libyaml 0.2.5 scanner.c:
// yaml_parser_scan_anchor, yaml_parser_scan_tag, yaml_parser_scan_directive.

import type { Cursor } from './cursor.ts'
import { YamlError } from './error.ts'
import { isBlank, isBlankOrEnd, isBreakOrEnd, isNameCharacter, type Token } from './tokens.ts'

function fail(cursor: Cursor, context: string, start: number, problem: string): never {
  throw new YamlError({ context, contextOffset: start, problem, offset: cursor.at })
}

export function scanAnchor(cursor: Cursor, isAnchor: boolean): Token {
  const start = cursor.at
  cursor.skip()
  let text = ''
  while (isNameCharacter(cursor.peek())) text += cursor.read()
  const next = cursor.peek()
  if (text === '' || !(isBlankOrEnd(next) || '?:,]}%@`'.includes(next ?? ''))) {
    const context = isAnchor ? 'while scanning an anchor' : 'while scanning an alias'
    fail(cursor, context, start, 'did not find expected alphabetic or numeric character')
  }
  return { type: isAnchor ? 'anchor' : 'alias', start, end: cursor.at, text }
}

export function scanTag(cursor: Cursor, isFlow: boolean): Token {
  const start = cursor.at
  const { handle, text } = cursor.peek(1) === '<' ? verbatim(cursor, start) : short(cursor, start)
  const next = cursor.peek()
  if (!isBlankOrEnd(next) && !(isFlow && next === ',')) {
    fail(cursor, 'while scanning a tag', start, 'did not find expected whitespace or line break')
  }
  return { type: 'tag', start, end: cursor.at, handle, text }
}

interface Tag {
  readonly handle: string
  readonly text: string
}

function verbatim(cursor: Cursor, start: number): Tag {
  cursor.skip(2)
  const text = scanUri(cursor, verbatimUri, start, { before: 0 })
  if (cursor.peek() !== '>') {
    fail(cursor, 'while scanning a tag', start, "did not find the expected '>'")
  }
  cursor.skip()
  return { handle: '', text }
}

// `!!str` and `!e!x` have a handle, `!x` is all name, `!` alone says that there is no tag.
function short(cursor: Cursor, start: number): Tag {
  let handle = cursor.read()
  while (isNameCharacter(cursor.peek())) handle += cursor.read()
  if (cursor.peek() === '!') {
    handle += cursor.read()
    return { handle, text: scanUri(cursor, uri, start, { before: 0 }) }
  }
  const text = handle.slice(1) + scanUri(cursor, uri, start, { before: handle.length })
  return text === '' ? { handle: '', text: '!' } : { handle: '!', text }
}

const uri = /[\w;/?:@&=+$.!~*'()%-]/
const verbatimUri = /[\w;/?:@&=+$.!~*'()%,[\]-]/

function scanUri(
  cursor: Cursor,
  characters: RegExp,
  start: number,
  {
    before,
    context = 'while parsing a tag',
  }: { readonly before: number; readonly context?: string },
): string {
  let text = ''
  while (characters.test(cursor.peek() ?? ' ')) {
    const isWrong = cursor.peek() === '%' && !/^%[0-9a-fA-F]{2}/.test(cursor.rest(3))
    if (isWrong) fail(cursor, context, start, 'did not find URI escaped octet')
    text += cursor.read()
  }
  if (text === '' && before === 0) {
    fail(cursor, context, start, 'did not find expected tag URI')
  }
  try {
    return decodeURIComponent(text)
  } catch {
    return fail(cursor, context, start, 'found an incorrect leading UTF-8 octet')
  }
}

export function scanDirective(cursor: Cursor): Token {
  const context = 'while scanning a directive'
  const start = cursor.at
  cursor.skip()
  let name = ''
  while (isNameCharacter(cursor.peek())) name += cursor.read()
  if (name === '') fail(cursor, context, start, 'could not find expected directive name')
  if (!isBlankOrEnd(cursor.peek())) {
    fail(cursor, context, start, 'found unexpected non-alphabetical character')
  }
  const token = name === 'YAML' ? version(cursor, start) : tagDirective(cursor, start, name)
  while (isBlank(cursor.peek())) cursor.skip()
  if (cursor.peek() === '#') while (!isBreakOrEnd(cursor.peek())) cursor.skip()
  if (!isBreakOrEnd(cursor.peek())) {
    fail(cursor, context, start, 'did not find expected comment or line break')
  }
  cursor.readBreak()
  return token
}

function version(cursor: Cursor, start: number): Token {
  const context = 'while scanning a %YAML directive'
  while (isBlank(cursor.peek())) cursor.skip()
  const number = (): string => {
    let digits = ''
    while (/[0-9]/.test(cursor.peek() ?? '')) digits += cursor.read()
    if (digits === '') fail(cursor, context, start, 'did not find expected version number')
    return digits
  }
  const major = number()
  if (cursor.peek() !== '.') {
    fail(cursor, context, start, "did not find expected digit or '.' character")
  }
  cursor.skip()
  return { type: 'version', start, end: cursor.at, text: `${major}.${number()}` }
}

// `!`, `!!` or `!name!`.
function directiveHandle(cursor: Cursor, start: number): string {
  const problem = "did not find expected '!'"
  if (cursor.peek() !== '!') fail(cursor, 'while scanning a tag directive', start, problem)
  let handle = cursor.read()
  while (isNameCharacter(cursor.peek())) handle += cursor.read()
  if (cursor.peek() === '!') return handle + cursor.read()
  if (handle !== '!') fail(cursor, 'while parsing a tag directive', start, problem)
  return handle
}

function tagDirective(cursor: Cursor, start: number, name: string): Token {
  if (name !== 'TAG') {
    fail(cursor, 'while scanning a directive', start, 'found unknown directive name')
  }
  const context = 'while scanning a %TAG directive'
  while (isBlank(cursor.peek())) cursor.skip()
  const handle = directiveHandle(cursor, start)
  if (!isBlank(cursor.peek())) fail(cursor, context, start, 'did not find expected whitespace')
  while (isBlank(cursor.peek())) cursor.skip()
  const text = scanUri(cursor, verbatimUri, start, {
    before: 0,
    context: 'while parsing a %TAG directive',
  })
  if (!isBlankOrEnd(cursor.peek())) {
    fail(cursor, context, start, 'did not find expected whitespace or line break')
  }
  return { type: 'tag-directive', start, end: cursor.at, handle, text }
}
