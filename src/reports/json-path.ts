// JSONPath templates as kubectl takes them with -o jsonpath: text, {paths}, {range path}…{end}.
// Upstream: client-go util/jsonpath/{parser,jsonpath}.go, v0.36.3. Missing keys give nothing.

import type { Checked } from '../base/problem.ts'

type Step =
  | { readonly type: 'field'; readonly names: readonly string[] }
  | { readonly type: 'all' }
  | { readonly type: 'deep'; readonly name: string }
  | { readonly type: 'slice'; readonly from?: number; readonly to?: number; readonly by: number }
  | { readonly type: 'index'; readonly index: number }
  | { readonly type: 'filter'; readonly filter: Filter }

interface Filter {
  readonly left: Path
  readonly operator: string
  readonly right: Path | { readonly value: unknown } | undefined
}

interface Path {
  /** Starts at the whole document instead of the current item. */
  readonly isRoot: boolean
  readonly steps: readonly Step[]
}

type Part =
  | { readonly type: 'text'; readonly text: string }
  | { readonly type: 'path'; readonly path: Path }
  | { readonly type: 'range'; readonly path: Path; readonly parts: readonly Part[] }

/** A template that was read; ready to be filled any number of times. */
export interface Template {
  readonly parts: readonly Part[]
}

/** A syntax error travels as an exception inside this file only. */
class SyntaxFault extends Error {}

/** Reads a template; one without braces is a path, as in custom columns. */
export function parseTemplate(text: string): Checked<Template> {
  const whole = text.includes('{')
    ? text
    : `{${text.startsWith('.') || text.startsWith('[') ? '' : '.'}${text}}`
  try {
    if (text.trim() === '') throw new SyntaxFault('it says nothing')
    const scanner = new Scanner(whole)
    const parts = scanner.parts(false)
    return { ok: true, value: { parts }, problems: [] }
  } catch (error) {
    if (!(error instanceof SyntaxFault)) throw error
    const what = `the template "${text}" cannot be read: ${error.message}`
    const problem = { code: 'ST0001', severity: 'error', what } as const
    return { ok: false, problems: [{ ...problem, todo: "write it like '{.findings[*].id}'" }] }
  }
}

class Scanner {
  private readonly text: string
  private at = 0

  constructor(text: string) {
    this.text = text
  }

  parts(inRange: boolean): readonly Part[] {
    const parts: Part[] = []
    for (;;) {
      const open = this.text.indexOf('{', this.at)
      const end = open < 0 ? this.text.length : open
      if (end > this.at) parts.push({ type: 'text', text: this.text.slice(this.at, end) })
      if (open < 0) {
        if (inRange) throw new SyntaxFault('{range} has no {end}')
        return parts
      }
      const inner = this.braces(open)
      if (inner === 'end') {
        if (!inRange) throw new SyntaxFault('{end} has no {range}')
        return parts
      }
      parts.push(this.part(inner))
    }
  }

  /** What stands between the braces at `open`; quotes may hold braces. */
  private braces(open: number): string {
    let quote = ''
    for (let index = open + 1; index < this.text.length; index += 1) {
      const character = this.text[index] ?? ''
      if (quote !== '') quote = character === quote ? '' : quote
      else if (character === '"' || character === "'") quote = character
      else if (character === '}') {
        this.at = index + 1
        return this.text.slice(open + 1, index).trim()
      }
    }
    throw new SyntaxFault('a brace is not closed')
  }

  private part(inner: string): Part {
    const quoted = /^(["'])([\s\S]*)\1$/.exec(inner)
    if (quoted !== null) return { type: 'text', text: unescaped(quoted[2] ?? '') }
    const range = /^range\s+(.+)$/s.exec(inner)
    if (range === null) return { type: 'path', path: parsePath(inner) }
    return { type: 'range', path: parsePath(range[1] ?? ''), parts: this.parts(true) }
  }
}

function unescaped(text: string): string {
  const escapes: Readonly<Record<string, string>> = { n: '\n', t: '\t', r: '\r' }
  return text.replaceAll(/\\(.)/g, (_, letter: string) => escapes[letter] ?? letter)
}

const name = /^\.?([A-Za-z_$][\w$/-]*(?:\\\.[\w$/-]+)*)/
const bracket = /^\[((?:'[^']*'|"[^"]*"|\?\((?:[^()]|\([^()]*\))*\)|[^\]])*)\]/

function parsePath(text: string): Path {
  let rest = text.trim()
  const isRoot = rest.startsWith('$')
  if (isRoot || rest.startsWith('@')) rest = rest.slice(1)
  const steps: Step[] = []
  while (rest !== '' && rest !== '.') {
    const deep = /^\.\.([\w$-]+|\*)/.exec(rest)
    const all = /^\.\*/.exec(rest)
    const inside = bracket.exec(rest)
    const named = name.exec(rest)
    const match = deep ?? all ?? inside ?? named
    if (match === null) throw new SyntaxFault(`nothing is known that begins with ${rest}`)
    if (deep !== null) steps.push({ type: 'deep', name: deep[1] ?? '' })
    else if (all !== null) steps.push({ type: 'all' })
    else if (inside !== null) steps.push(bracketStep((inside[1] ?? '').trim()))
    else steps.push({ type: 'field', names: [(named?.[1] ?? '').replaceAll('\\.', '.')] })
    rest = rest.slice(match[0].length)
  }
  return { isRoot, steps }
}

function bracketStep(text: string): Step {
  if (text === '*') return { type: 'all' }
  if (/^-?\d+$/.test(text)) return { type: 'index', index: Number(text) }
  const slice = /^(-?\d*):(-?\d*)(?::(\d*))?$/.exec(text)
  if (slice !== null) {
    const [from, to, by] = slice.slice(1).map(each => (each ? Number(each) : undefined))
    return {
      type: 'slice',
      ...(from !== undefined && { from }),
      ...(to !== undefined && { to }),
      by: by ?? 1,
    }
  }
  const filter = /^\?\((.*)\)$/s.exec(text)
  if (filter !== null) return { type: 'filter', filter: parseFilter(filter[1] ?? '') }
  const names = [...text.matchAll(/'([^']*)'|"([^"]*)"/g)].map(([, a, b]) => a ?? b ?? '')
  if (names.length === 0)
    throw new SyntaxFault(`[${text}] is neither an index nor a name in quotes`)
  return { type: 'field', names }
}

function parseFilter(text: string): Filter {
  const match = /^(.+?)\s*(==|!=|<=|>=|<|>)\s*(.+)$/s.exec(text.trim())
  if (match === null) return { left: parsePath(text), operator: 'exists', right: undefined }
  const [, left = '', operator = '', right = ''] = match
  return { left: parsePath(left), operator, right: operand(right.trim()) }
}

function operand(text: string): Filter['right'] {
  if (text.startsWith('@') || text.startsWith('$')) return parsePath(text)
  const quoted = /^(["'])([\s\S]*)\1$/.exec(text)
  if (quoted !== null) return { value: quoted[2] ?? '' }
  if (text === 'true' || text === 'false') return { value: text === 'true' }
  if (!/^-?\d+(\.\d+)?$/.test(text)) throw new SyntaxFault(`${text} needs quotes`)
  return { value: Number(text) }
}

/** The template filled from a document; values of one path are separated by blanks. */
export function fillTemplate({ parts }: Template, document: unknown): string {
  const fill = (each: readonly Part[], item: unknown): string =>
    each
      .map(part => {
        if (part.type === 'text') return part.text
        const values = valuesOf(part.path, { root: document, item })
        if (part.type === 'path') return values.map(textOf).join(' ')
        return values.map(value => fill(part.parts, value)).join('')
      })
      .join('')
  return fill(parts, document)
}

function textOf(value: unknown): string {
  if (value === null || value === undefined) return ''
  return typeof value === 'object' ? JSON.stringify(value) : String(value)
}

interface Scope {
  readonly root: unknown
  readonly item: unknown
}

function valuesOf({ isRoot, steps }: Path, scope: Scope): readonly unknown[] {
  return steps.reduce<readonly unknown[]>(
    (values, step) => values.flatMap(value => stepInto(value, step, scope.root)),
    [isRoot ? scope.root : scope.item],
  )
}

function stepInto(value: unknown, step: Step, root: unknown): readonly unknown[] {
  switch (step.type) {
    case 'field':
      return step.names.flatMap(each => fieldOf(value, each))
    case 'all':
      return childrenOf(value)
    case 'deep':
      return [value, ...descendants(value)].flatMap(each =>
        step.name === '*' ? childrenOf(each) : fieldOf(each, step.name),
      )
    case 'index':
      return Array.isArray(value) ? value.slice(step.index).slice(0, 1) : []
    case 'slice':
      return Array.isArray(value)
        ? value.slice(step.from, step.to).filter((_, index) => index % step.by === 0)
        : []
    case 'filter':
      return childrenOf(value).filter(item => passes(step.filter, { root, item }))
  }
}

function fieldOf(value: unknown, field: string): readonly unknown[] {
  if (typeof value !== 'object' || value === null || Array.isArray(value)) return []
  return Object.hasOwn(value, field) ? [(value as Readonly<Record<string, unknown>>)[field]] : []
}

function childrenOf(value: unknown): readonly unknown[] {
  if (Array.isArray(value)) return value
  return typeof value === 'object' && value !== null ? Object.values(value) : []
}

function descendants(value: unknown): readonly unknown[] {
  return childrenOf(value).flatMap(child => [child, ...descendants(child)])
}

function passes({ left, operator, right }: Filter, scope: Scope): boolean {
  const [a] = valuesOf(left, scope)
  if (operator === 'exists') return a !== undefined
  if (a === undefined || right === undefined) return false
  const b = 'value' in right ? right.value : valuesOf(right, scope)[0]
  if (operator === '==' || operator === '!=') return (a === b) === (operator === '==')
  const order =
    typeof a === 'number' && typeof b === 'number' ? a - b : textOf(a) < textOf(b) ? -1 : 1
  if (operator === '<' || operator === '<=') return order < 0 || (operator === '<=' && a === b)
  return (order > 0 && a !== b) || (operator === '>=' && a === b)
}
