// JMESPath: queries over values. Port of jmespath.py 1.0 (lexer, parser, visitor).

import { getItem, isList, isMapping, numberOf, type Value } from '../../values.ts'
import { sliced } from '../attributes.ts'
import { TemplateFailure } from '../failures.ts'
import { equals, order } from './compare.ts'
import { jmesFunctions } from './jmespath-functions.ts'
import { loadJson } from './json.ts'
import { characters } from './types.ts'

type Query = (value: Value) => Value

interface Token {
  readonly type: string
  readonly text: string
}

const tokenPattern =
  /\s*(?:(?<name>[A-Za-z_]\w*)|(?<quoted>"(?:[^"\\]|\\.)*")|(?<raw>'(?:[^'\\]|\\.)*')|(?<literal>`(?:[^`\\]|\\.)*`)|(?<number>-?\d+)|(?<symbol>\[\]|\[\?|\|\||&&|==|!=|<=|>=|[[\].*,:{}()|@&!<>]))/y

const bindings: Readonly<Record<string, number>> = {
  '|': 1,
  '||': 2,
  '&&': 3,
  '==': 5,
  '!=': 5,
  '<': 5,
  '<=': 5,
  '>': 5,
  '>=': 5,
  '[]': 9,
  '*': 20,
  '[?': 21,
  '.': 40,
  '!': 45,
  '{': 50,
  '[': 55,
  '(': 60,
}

const projectionStop = 10
const cache = new Map<string, Query>()

/** The result of a query; null where nothing is found. */
export function searchJmes(expression: string, value: Value): Value {
  let query = cache.get(expression)
  if (query === undefined) {
    query = new Parser(tokens(expression), expression).whole()
    cache.set(expression, query)
  }
  return query(value)
}

function tokens(text: string): readonly Token[] {
  const result: Token[] = []
  let at = 0
  while (at < text.trimEnd().length) {
    tokenPattern.lastIndex = at
    const groups = tokenPattern.exec(text)?.groups
    const found = Object.entries(groups ?? {}).find(([, part]) => part !== undefined)
    if (found === undefined) throw new TemplateFailure(`Bad jmespath expression: ${text}`)
    const [type, part] = found as [string, string]
    result.push({ type: type === 'symbol' ? part : type, text: part })
    at = tokenPattern.lastIndex
  }
  return result
}

/** JMESPath's truth: empty texts, lists and mappings are false, numbers are true. */
function isTrue(value: Value): boolean {
  if (value === null || value === false || value === '') return false
  if (isList(value)) return value.length > 0
  return isMapping(value) ? value.size > 0 : true
}

class Parser {
  readonly #tokens: readonly Token[]
  readonly #source: string
  #at = 0

  constructor(all: readonly Token[], source: string) {
    this.#tokens = all
    this.#source = source
  }

  whole(): Query {
    const query = this.#expression(0)
    if (this.#at < this.#tokens.length) this.#fail()
    return query
  }

  #fail(): never {
    throw new TemplateFailure(`Invalid jmespath expression: ${this.#source}`)
  }

  get #type(): string {
    return this.#tokens[this.#at]?.type ?? 'end'
  }

  #next(): Token {
    return this.#tokens[this.#at++] ?? this.#fail()
  }

  #skip(type: string): boolean {
    if (this.#type !== type) return false
    this.#at += 1
    return true
  }

  #expect(type: string): void {
    if (!this.#skip(type)) this.#fail()
  }

  #expression(binding: number): Query {
    let left = this.#prefix(this.#next())
    while (binding < (bindings[this.#type] ?? 0)) left = this.#infix(left, this.#next())
    return left
  }

  #prefix({ type, text }: Token): Query {
    switch (type) {
      case 'literal':
        return constant(literal(text))
      case 'raw':
        return constant(text.slice(1, -1).replaceAll("\\'", "'"))
      case 'name':
        return this.#type === '(' ? this.#call(text) : field(text)
      case 'quoted':
        return field(JSON.parse(text) as string)
      case '@':
        return value => value
      case '*':
        return project(valuesOf, this.#right(bindings['*'] ?? 0))
      case '[]':
        return this.#flatten(value => value)
      case '[?':
        return this.#filter(value => value)
      case '[':
        return this.#bracket(value => value)
      case '{':
        return this.#hash()
      case '&':
        return this.#expression(0)
      case '!': {
        const inner = this.#expression(bindings['!'] ?? 0)
        return value => !isTrue(inner(value))
      }
      case '(': {
        const inner = this.#expression(0)
        this.#expect(')')
        return inner
      }
      default:
        return this.#fail()
    }
  }

  #infix(left: Query, { type }: Token): Query {
    switch (type) {
      case '.':
        return this.#dot(left)
      case '|': {
        const right = this.#expression(bindings['|'] ?? 0)
        return value => right(left(value))
      }
      case '||':
      case '&&': {
        const right = this.#expression(bindings[type] ?? 0)
        return value => {
          const first = left(value)
          return isTrue(first) === (type === '||') ? first : right(value)
        }
      }
      case '[]':
        return this.#flatten(left)
      case '[?':
        return this.#filter(left)
      case '[':
        return this.#bracket(left)
      default:
        return this.#comparison(left, type)
    }
  }

  #comparison(left: Query, operator: string): Query {
    const right = this.#expression(bindings[operator] ?? this.#fail())
    return value => compare(operator, left(value), right(value))
  }

  #dot(left: Query): Query {
    if (this.#skip('*'))
      return project(value => valuesOf(left(value)), this.#right(bindings['.'] ?? 0))
    const right = this.#dotted(bindings['.'] ?? 0)
    return value => right(left(value))
  }

  #dotted(binding: number): Query {
    if (this.#type === '[') {
      this.#at += 1
      return this.#multiList()
    }
    if (this.#type === '{') {
      this.#at += 1
      return this.#hash()
    }
    if (!['name', 'quoted', '*'].includes(this.#type)) this.#fail()
    return this.#expression(binding)
  }

  // What is applied to every item of a projection.
  #right(binding: number): Query {
    const next = bindings[this.#type] ?? 0
    if (next < projectionStop) return value => value
    if (this.#type === '[' || this.#type === '[?') return this.#expressionFrom(binding)
    if (this.#skip('.')) return this.#dotted(binding)
    return this.#fail()
  }

  #expressionFrom(binding: number): Query {
    let left: Query = value => value
    while (binding < (bindings[this.#type] ?? 0)) left = this.#infix(left, this.#next())
    return left
  }

  #flatten(left: Query): Query {
    return project(value => flattened(left(value)), this.#right(bindings['[]'] ?? 0))
  }

  #filter(left: Query): Query {
    const condition = this.#expression(0)
    this.#expect(']')
    const right: Query = this.#type === '[]' ? value => value : this.#right(bindings['[?'] ?? 0)
    return project(value => {
      const items = left(value)
      return isList(items) ? items.filter(item => isTrue(condition(item))) : undefined
    }, right)
  }

  #bracket(left: Query): Query {
    if (this.#type === 'number' || this.#type === ':') return this.#indexed(left)
    if (this.#type === '*' && this.#tokens[this.#at + 1]?.type === ']') {
      this.#at += 2
      return project(
        value => {
          const items = left(value)
          return isList(items) ? items : undefined
        },
        this.#right(bindings['*'] ?? 0),
      )
    }
    const list = this.#multiList()
    return value => list(left(value))
  }

  #indexed(left: Query): Query {
    const bounds: (number | undefined)[] = [undefined]
    while (this.#type !== ']') {
      if (this.#skip(':')) bounds.push(undefined)
      else bounds[bounds.length - 1] = Number(this.#next().text)
    }
    this.#expect(']')
    if (bounds.length === 1) {
      return value => {
        const items = left(value)
        return isList(items) ? (items.at(bounds[0] ?? 0) ?? null) : null
      }
    }
    return project(
      value => {
        const items = left(value)
        return isList(items) ? sliced(items, bounds) : undefined
      },
      this.#right(bindings['*'] ?? 0),
    )
  }

  #multiList(): Query {
    const items: Query[] = []
    do items.push(this.#expression(0))
    while (this.#skip(','))
    this.#expect(']')
    return value => (value === null ? null : items.map(item => item(value)))
  }

  #hash(): Query {
    const pairs: (readonly [string, Query])[] = []
    do {
      const { type, text } = this.#next()
      this.#expect(':')
      const key = type === 'quoted' ? (JSON.parse(text) as string) : text
      pairs.push([key, this.#expression(0)])
    } while (this.#skip(','))
    this.#expect('}')
    return value =>
      value === null ? null : new Map<Value, Value>(pairs.map(([key, item]) => [key, item(value)]))
  }

  #call(name: string): Query {
    this.#expect('(')
    const args: { readonly query: Query; readonly isReference: boolean }[] = []
    while (!this.#skip(')')) {
      if (args.length > 0) this.#expect(',')
      const isReference = this.#skip('&')
      args.push({ isReference, query: this.#expression(0) })
    }
    const run = jmesFunctions[name]
    if (run === undefined) throw new TemplateFailure(`Unknown function: ${name}()`)
    const reference = args.find(arg => arg.isReference)?.query
    return value =>
      run(
        args.filter(arg => !arg.isReference).map(arg => arg.query(value)),
        reference ?? (item => item),
      )
  }
}

function constant(value: Value): Query {
  return () => value
}

function literal(text: string): Value {
  const inner = text.slice(1, -1).replaceAll('\\`', '`').trimStart()
  try {
    return loadJson(inner)
  } catch (error) {
    if (error instanceof TemplateFailure) return inner
    throw error
  }
}

function field(name: string): Query {
  return value => (isMapping(value) ? (getItem(value, name) ?? null) : null)
}

function valuesOf(value: Value): readonly Value[] | undefined {
  return isMapping(value) ? [...value.values()] : undefined
}

function flattened(value: Value): readonly Value[] | undefined {
  return isList(value) ? value.flatMap(item => (isList(item) ? item : [item])) : undefined
}

function project(items: (value: Value) => readonly Value[] | undefined, right: Query): Query {
  return value => {
    const all = items(value)
    return all === undefined ? null : all.map(right).filter(item => item !== null)
  }
}

function compare(operator: string, left: Value, right: Value): Value {
  if (operator === '==' || operator === '!=') {
    const isBoolean = typeof left === 'boolean' || typeof right === 'boolean'
    const same = isBoolean ? left === right : equals(left, right)
    return same === (operator === '==')
  }
  const isText = characters(left) !== undefined && characters(right) !== undefined
  const isNumber = numberOf(left) !== undefined && numberOf(right) !== undefined
  if (!isText && !isNumber) return null
  const sign = order(left, right)
  if (operator === '<') return sign < 0
  if (operator === '<=') return sign <= 0
  return operator === '>' ? sign > 0 : sign >= 0
}
