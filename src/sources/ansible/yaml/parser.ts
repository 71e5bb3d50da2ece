// Reads the only document of a YAML text, with the errors of libyaml and PyYAML at their places.
// Port of libyaml 0.2.5 src/parser.c as a descent; PyYAML 6.0 composer.py get_single_node.

import { YamlError } from './error.ts'
import { Composer, type Node, type Pair, type Properties } from './nodes.ts'
import { Scanner } from './scanner.ts'
import { yamlTag } from './scalars.ts'
import type { Token, TokenType } from './tokens.ts'

/** The document of a text, undefined when there is none; throws a YamlError. */
export function parseDocument(text: string): Node | undefined {
  return new Parser(text).single()
}

/** Deeper than any file that a person wrote. */
const depthMax = 500

const afterDocument: ReadonlySet<TokenType> = new Set([
  'version',
  'tag-directive',
  'document-start',
  'document-end',
  'stream-end',
])

class Parser {
  readonly #scanner: Scanner
  readonly #handles = new Map<string, string>()
  readonly #composer = new Composer()
  #depth = 0

  constructor(text: string) {
    this.#scanner = new Scanner(text)
  }

  single(): Node | undefined {
    const first = this.#peek()
    if (first.type === 'stream-end') return undefined
    const isExplicit = ['version', 'tag-directive', 'document-start'].includes(first.type)
    const node = isExplicit ? this.#explicit() : this.#implicit()
    if (this.#is('document-end')) this.#take()
    while (this.#is('document-end')) this.#take()
    const next = this.#peek()
    if (next.type === 'stream-end') return node
    this.#directives()
    this.#documentStart()
    throw new YamlError({
      context: 'expected a single document in the stream',
      contextOffset: node.start,
      problem: 'but found another document',
      offset: next.start,
    })
  }

  #peek(): Token {
    return this.#scanner.peek()
  }

  #take(): Token {
    return this.#scanner.take()
  }

  #is(...types: readonly TokenType[]): boolean {
    return types.includes(this.#peek().type)
  }

  #implicit(): Node {
    this.#directives()
    return this.#node(true)
  }

  #explicit(): Node {
    this.#directives()
    this.#documentStart()
    const token = this.#peek()
    return afterDocument.has(token.type) ? this.#empty(token.start) : this.#node(true)
  }

  #documentStart(): void {
    const token = this.#peek()
    if (token.type !== 'document-start') {
      const problem = 'did not find expected <document start>'
      throw new YamlError({ problem, offset: token.start })
    }
    this.#take()
  }

  #directives(): void {
    let hasVersion = false
    this.#handles.clear()
    while (this.#is('version', 'tag-directive')) {
      const { type, start, handle = '', text = '' } = this.#take()
      if (type === 'version') {
        if (hasVersion)
          throw new YamlError({ problem: 'found duplicate %YAML directive', offset: start })
        if (!['1.1', '1.2'].includes(text)) {
          throw new YamlError({ problem: 'found incompatible YAML document', offset: start })
        }
        hasVersion = true
      } else {
        if (this.#handles.has(handle)) {
          throw new YamlError({ problem: 'found duplicate %TAG directive', offset: start })
        }
        this.#handles.set(handle, text)
      }
    }
    if (!this.#handles.has('!')) this.#handles.set('!', '!')
    if (!this.#handles.has('!!')) this.#handles.set('!!', yamlTag(''))
  }

  #empty(start: number): Node {
    return this.#composer.scalar({ start }, '', true)
  }

  // `isIndentless`: a list may stand at the column of its key.
  #node(isBlock: boolean, isIndentless = false): Node {
    const token = this.#peek()
    if (token.type === 'alias') {
      this.#take()
      return this.#composer.alias(token.text ?? '', token.start)
    }
    this.#depth += 1
    if (this.#depth > depthMax) {
      throw new YamlError({ problem: `nests deeper than ${depthMax} levels`, offset: token.start })
    }
    const given = this.#properties()
    const node = this.#content(given, isBlock, isIndentless)
    this.#depth -= 1
    return node
  }

  // An anchor and a tag in either order.
  #properties(): Properties {
    const { start } = this.#peek()
    let anchor: string | undefined
    let tag: Token | undefined
    for (let part = 0; part < 2; part += 1) {
      if (this.#is('anchor') && anchor === undefined) anchor = this.#take().text
      else if (this.#is('tag') && tag === undefined) tag = this.#take()
    }
    // What follows is scanned before the tag is looked at.
    this.#peek()
    return {
      start,
      ...(anchor === undefined ? {} : { anchor }),
      ...(tag === undefined ? {} : { tag: this.#tag(tag, start) }),
    }
  }

  #tag({ handle = '', text = '', start: offset }: Token, start: number): string {
    if (handle === '') return text
    const prefix = this.#handles.get(handle)
    if (prefix !== undefined) return prefix + text
    throw new YamlError({
      context: 'while parsing a node',
      contextOffset: start,
      problem: 'found undefined tag handle',
      offset,
    })
  }

  #content(given: Properties, isBlock: boolean, isIndentless: boolean): Node {
    const token = this.#peek()
    if (isIndentless && token.type === 'block-entry') return this.#indentless(given)
    switch (token.type) {
      case 'scalar':
        this.#take()
        return this.#composer.scalar(given, token.text ?? '', isResolved(given, token))
      case 'flow-sequence-start':
        return this.#flowSequence(given)
      case 'flow-mapping-start':
        return this.#flowMapping(given)
      case 'block-sequence-start':
        if (isBlock) return this.#blockSequence(given)
        break
      case 'block-mapping-start':
        if (isBlock) return this.#blockMapping(given)
        break
      default:
    }
    if (given.anchor !== undefined || given.tag !== undefined) {
      return this.#composer.scalar(given, '', given.tag === undefined)
    }
    throw new YamlError({
      context: `while parsing a ${isBlock ? 'block' : 'flow'} node`,
      contextOffset: given.start,
      problem: 'did not find expected node content',
      offset: token.start,
    })
  }

  #indentless(given: Properties): Node {
    const items: Node[] = []
    const node = this.#composer.sequence(given, items)
    while (this.#is('block-entry')) {
      const { end } = this.#take()
      const isEmpty = this.#is('block-entry', 'key', 'value', 'block-end')
      items.push(isEmpty ? this.#empty(end) : this.#node(true))
    }
    return node
  }

  #blockSequence(given: Properties): Node {
    const items: Node[] = []
    const node = this.#composer.sequence(given, items)
    const { start } = this.#take()
    while (this.#is('block-entry')) {
      const { end } = this.#take()
      const isEmpty = this.#is('block-entry', 'block-end')
      items.push(isEmpty ? this.#empty(end) : this.#node(true))
    }
    this.#end('block-end', start, 'block collection', "'-' indicator")
    return node
  }

  #end(type: TokenType, start: number, context: string, expected: string): void {
    const token = this.#peek()
    if (token.type !== type) {
      throw new YamlError({
        context: `while parsing a ${context}`,
        contextOffset: start,
        problem: `did not find expected ${expected}`,
        offset: token.start,
      })
    }
    this.#take()
  }

  #blockMapping(given: Properties): Node {
    const pairs: Pair[] = []
    const node = this.#composer.mapping(given, pairs)
    const { start } = this.#take()
    while (this.#is('key')) {
      const { end } = this.#take()
      const key = this.#is('key', 'value', 'block-end') ? this.#empty(end) : this.#node(true, true)
      pairs.push({ key, value: this.#blockValue() })
    }
    this.#end('block-end', start, 'block mapping', 'key')
    return node
  }

  #blockValue(): Node {
    const token = this.#peek()
    if (token.type !== 'value') return this.#empty(token.start)
    this.#take()
    return this.#is('key', 'value', 'block-end') ? this.#empty(token.end) : this.#node(true, true)
  }

  #flowSequence(given: Properties): Node {
    const items: Node[] = []
    const node = this.#composer.sequence(given, items)
    const { start } = this.#take()
    for (let isFirst = true; !this.#is('flow-sequence-end'); isFirst = false) {
      if (!isFirst) {
        this.#end('flow-entry', start, 'flow sequence', "',' or ']'")
        if (this.#is('flow-sequence-end')) break
      }
      items.push(this.#is('key') ? this.#singlePair() : this.#node(false))
    }
    this.#take()
    return node
  }

  // `[a: b]`: a mapping of one pair.
  #singlePair(): Node {
    const pairs: Pair[] = []
    const token = this.#take()
    const node = this.#composer.mapping({ start: token.start }, pairs)
    const isEmpty = this.#is('value', 'flow-entry', 'flow-sequence-end')
    const key = isEmpty ? this.#empty(this.#take().end) : this.#node(false)
    pairs.push({ key, value: this.#flowValue('flow-sequence-end') })
    return node
  }

  #flowValue(closing: TokenType): Node {
    if (!this.#is('value')) return this.#empty(this.#peek().start)
    this.#take()
    const { start } = this.#peek()
    return this.#is('flow-entry', closing) ? this.#empty(start) : this.#node(false)
  }

  #flowMapping(given: Properties): Node {
    const pairs: Pair[] = []
    const node = this.#composer.mapping(given, pairs)
    const { start } = this.#take()
    for (let isFirst = true; !this.#is('flow-mapping-end'); isFirst = false) {
      if (!isFirst) {
        this.#end('flow-entry', start, 'flow mapping', "',' or '}'")
        if (this.#is('flow-mapping-end')) break
      }
      pairs.push(this.#flowPair())
    }
    this.#take()
    return node
  }

  #flowPair(): Pair {
    if (!this.#is('key')) {
      const key = this.#node(false)
      return { key, value: this.#empty(this.#peek().start) }
    }
    this.#take()
    const { start } = this.#peek()
    const isEmpty = this.#is('value', 'flow-entry', 'flow-mapping-end')
    const key = isEmpty ? this.#empty(start) : this.#node(false)
    return { key, value: this.#flowValue('flow-mapping-end') }
  }
}

// `!` alone asks for what the text would be without quotes.
function isResolved({ tag }: Properties, { isPlain }: Token): boolean {
  return tag === '!' || (tag === undefined && isPlain === true)
}
