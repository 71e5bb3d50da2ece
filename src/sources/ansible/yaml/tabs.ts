// Tabs that js-yaml takes for blanks and libyaml refuses: those a line begins with, outside of
// quotes, brackets and block texts. Upstream: libyaml 0.2.5 scanner.c
// yaml_parser_scan_to_next_token, yaml_parser_scan_plain_scalar.

import { EVENT_ID, type Event } from 'js-yaml'
import { startOf } from '../../yaml/build.ts'
import type { Parsed } from '../../yaml/parse.ts'
import { YamlError } from './error.ts'
import { noToken } from './syntax.ts'

const beginsWithTab = /^ *\t/gm

/** The error of the first such tab, or undefined. */
export function misplacedTab({ text, events, toSource }: Parsed): YamlError | undefined {
  for (const match of text.matchAll(beginsWithTab)) {
    const tab = match.index + match[0].length - 1
    const error = errorAt(text, events, tab)
    if (error === undefined) continue
    const { contextOffset, offset } = error.parts
    return new YamlError({
      ...error.parts,
      offset: toSource(offset),
      ...(contextOffset === undefined ? {} : { contextOffset: toSource(contextOffset) }),
    })
  }
  return undefined
}

function errorAt(text: string, events: readonly Event[], tab: number): YamlError | undefined {
  let last: { readonly start: number; readonly end: number } | undefined
  for (const event of events) {
    if (event.type === EVENT_ID.SCALAR && event.valueStart >= 0) {
      const isInside = event.valueStart <= tab && tab < event.valueEnd
      if (isInside && event.style !== 1) return undefined
      if (event.valueStart < tab) {
        last = { start: event.style === 1 ? event.valueStart : -1, end: event.valueEnd }
      }
    } else if (event.type === EVENT_ID.MAPPING || event.type === EVENT_ID.SEQUENCE) {
      if (event.style === 2 && isWithin(text, startOf(event), tab)) return undefined
    }
  }
  // A plain text may go on in the next line, where tabs count against its indentation.
  if (last !== undefined && last.start >= 0 && /^\s*$/.test(text.slice(last.end, tab))) {
    return tab - lineStart(text, tab) <= indentOf(text, last.start)
      ? violation(last.start, tab)
      : undefined
  }
  return new YamlError(noToken(tab))
}

function violation(start: number, tab: number): YamlError {
  return new YamlError({
    context: 'while scanning a plain scalar',
    contextOffset: start,
    problem: 'found a tab character that violates indentation',
    offset: tab,
  })
}

function lineStart(text: string, offset: number): number {
  return text.lastIndexOf('\n', offset - 1) + 1
}

function indentOf(text: string, offset: number): number {
  const start = lineStart(text, offset)
  return /^ *(?:- +)*/.exec(text.slice(start))?.[0].length ?? 0
}

function isWithin(text: string, start: number, offset: number): boolean {
  let depth = 0
  for (let at = start; at < offset; at += 1) {
    if ('[{'.includes(text[at] as string)) depth += 1
    else if (']}'.includes(text[at] as string)) depth -= 1
    if (depth === 0) return false
  }
  return true
}
