// What libyaml says of a text that js-yaml refuses. Both stop at the same slip, each in its own
// words and not always in the same column; this knows the slips that people make.
// Upstream: libyaml 0.2.5 scanner.c, parser.c.

import { YAMLException } from 'js-yaml'
import { YamlError, type YamlErrorParts } from './error.ts'

/** The engine's error for a text that cannot be parsed. */
export function syntaxError(text: string, error: YAMLException): YamlError {
  const offset = Math.min(error.mark?.position ?? 0, text.length)
  const parts = slipAt(text, error.reason, offset)
  return new YamlError(parts ?? { problem: error.reason, offset })
}

function slipAt(text: string, reason: string, offset: number): YamlErrorParts | undefined {
  if (/^[@`]/.test(text)) return noToken(0)
  if (reason.includes('tab character'))
    return noToken(lineStart(text, offset) + indentOf(text, offset))
  const quote = openQuote(text, offset)
  if (quote !== undefined) return unclosed(text, quote)
  if (reason.startsWith('end of the stream')) return secondRoot(text, offset)
  if (reason.startsWith('a whitespace character is expected')) {
    // `[2001:db8::1]:22`: for libyaml the list is the whole document.
    const colon = text.lastIndexOf(':', offset)
    return { problem: 'did not find expected <document start>', offset: colon }
  }
  if (reason === 'deficient indentation' || reason.includes('flow collection')) {
    return openFlow(text, offset)
  }
  if (reason.includes('missed comma')) return openFlow(text, offset)
  return blockSlip(text, offset)
}

// Something follows the value that is the whole document, as in INI text that begins with `[web]`.
function secondRoot(text: string, offset: number): YamlErrorParts {
  const at = offset + (/^\s*/.exec(text.slice(offset))?.[0].length ?? 0)
  if (text[at] === '%' && at === lineStart(text, at)) {
    const context = 'while scanning a directive'
    return { context, contextOffset: at, problem: 'found unknown directive name', offset: at }
  }
  const root = /^(?:\s*(?:#.*|---.*)?\n)*\s*/.exec(text)?.[0].length ?? 0
  if (/["'[{]/.test(text[root] ?? '')) {
    return { problem: 'did not find expected <document start>', offset: at }
  }
  return unfinished(text, root, at)
}

// What stands at `at` does not go on with the block that begins at `block`.
function unfinished(text: string, block: number, at: number): YamlErrorParts {
  const isSequence = text[block] === '-' && /\s/.test(text[block + 1] ?? ' ')
  return {
    context: `while parsing a block ${isSequence ? 'collection' : 'mapping'}`,
    contextOffset: block,
    problem: `did not find expected ${isSequence ? "'-' indicator" : 'key'}`,
    offset: at,
  }
}

/** A character that begins nothing. */
export function noToken(offset: number): YamlErrorParts {
  return {
    context: 'while scanning for the next token',
    contextOffset: offset,
    problem: 'found character that cannot start any token',
    offset,
  }
}

function lineStart(text: string, offset: number): number {
  return text.lastIndexOf('\n', offset - 1) + 1
}

function indentOf(text: string, offset: number): number {
  return /^ */.exec(text.slice(lineStart(text, offset)))?.[0].length ?? 0
}

function unclosed(text: string, quote: number): YamlErrorParts {
  return {
    context: 'while scanning a quoted scalar',
    contextOffset: quote,
    problem: 'found unexpected end of stream',
    offset: text.length,
  }
}

// The quote that is still open where the parser stopped. One begins a text only where a value can
// begin: inside a word it is a character.
function openQuote(text: string, offset: number): number | undefined {
  let open: number | undefined
  for (let at = 0; at < offset; at += 1) {
    const character = text[at] as string
    if (open !== undefined) {
      if (character === '\\' && text[open] === '"') at += 1
      else if (character === text[open]) open = undefined
    } else if (character === '#' && /^$|\s/.test(text[at - 1] ?? '')) {
      at = lineEnd(text, at)
    } else if ((character === '"' || character === "'") && canBegin(text, at)) open = at
  }
  return open
}

function canBegin(text: string, at: number): boolean {
  return /(?:^|[\n:[{,?-])[ \t]*$/.test(text.slice(lineStart(text, at), at))
}

function lineEnd(text: string, at: number): number {
  const end = text.indexOf('\n', at)
  return end < 0 ? text.length : end
}

// The bracket that is open where the text stops or goes wrong.
function openFlow(source: string, offset: number): YamlErrorParts {
  // Comments become blanks, which keeps offsets.
  const text = source.replaceAll(/(?:^|\s)#.*$/gm, comment => ' '.repeat(comment.length))
  const start = openBracket(text, offset)
  const isSequence = text[start] === '['
  const rest = text.slice(start + 1, offset).trim()
  if (rest === '' || rest.endsWith(',')) {
    const context = 'while parsing a flow node'
    return { context, contextOffset: offset, problem: 'did not find expected node content', offset }
  }
  return {
    context: `while parsing a flow ${isSequence ? 'sequence' : 'mapping'}`,
    contextOffset: start,
    problem: `did not find expected ',' or '${isSequence ? ']' : '}'}'`,
    offset,
  }
}

function openBracket(text: string, offset: number): number {
  let depth = 0
  for (let at = offset - 1; at >= 0; at -= 1) {
    if (']}'.includes(text[at] as string)) depth += 1
    else if ('[{'.includes(text[at] as string)) {
      if (depth === 0) return at
      depth -= 1
    }
  }
  return offset
}

// In a block: a second colon, a line between two indentations, or a character that begins nothing.
function blockSlip(text: string, offset: number): YamlErrorParts | undefined {
  const start = lineStart(text, offset)
  const end = text.indexOf('\n', start)
  const line = text.slice(start, end < 0 ? text.length : end)
  const reserved = /^(?:\s*(?:- +)*(?:[^\s#'"][^:]*: +)?)(?=[@`%])/.exec(line)
  if (reserved !== null) return noToken(start + reserved[0].length)
  const second = /^\s*(?:- +)*[^\s#'"[{][^:#]*: +[^\s'"[{#|>&*!][^#]*?(:)(?:\s|$)/d.exec(line)
  const colon = second?.indices?.[1]?.[0]
  if (colon !== undefined) {
    return { problem: 'mapping values are not allowed in this context', offset: start + colon }
  }
  return continuedText(text, start, line) ?? unexpectedKey(text, start, line)
}

// A key that stands deeper than the text before it goes on with that text, up to its colon.
function continuedText(text: string, start: number, line: string): YamlErrorParts | undefined {
  const colon = line.search(/:(?:\s|$)/)
  const before = text.slice(0, start).trimEnd()
  const previous = before.slice(before.lastIndexOf('\n') + 1)
  const isText = /^\s*(?:- +)*[^\s#'"[{][^#]*?: +[^\s'"[{#|>&*!][^#]*$/.test(previous)
  const isDeeper = line.search(/\S/) > previous.search(/\S/)
  if (colon < 0 || !isText || !isDeeper) return undefined
  return { problem: 'mapping values are not allowed in this context', offset: start + colon }
}

function unexpectedKey(text: string, start: number, line: string): YamlErrorParts | undefined {
  const indent = line.search(/\S/)
  if (indent < 0) return undefined
  const parent = parentBlock(text, start, indent)
  if (parent === undefined) return undefined
  return unfinished(text, parent, start + indent)
}

// The first line of the nearest block that is indented less than the line that fits nowhere.
function parentBlock(text: string, start: number, indent: number): number | undefined {
  let found: number | undefined
  let level: number | undefined
  for (let at = start; at > 0; ) {
    at = lineStart(text, at - 1)
    const own = text.slice(at).search(/[^ ]/)
    const isBlank = /^[ \t]*(?:#|\n|$)/.test(text.slice(at))
    if (isBlank || own >= indent) continue
    if (level !== undefined && own < level) break
    level = own
    found = at + own
  }
  return found
}
