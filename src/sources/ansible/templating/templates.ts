// Compiled templates and expressions, each text compiled once.

import type { Value } from '../values.ts'
import { compile } from './compile-expression.ts'
import { compileBody } from './compile-statement.ts'
import { SyntaxFailure } from './failures.ts'
import type { Node, Step } from './frame.ts'
import { parseExpression, parseTemplate } from './syntax/statements.ts'
import type { Statement } from './syntax/ast.ts'

/** A compiled template. */
export interface Template {
  readonly run: Step
  /** The name of the variable where the template is nothing but that. */
  readonly only: string | undefined
  /** Whether it calls methods that change lists or mappings. */
  readonly changesValues: boolean
}

/** A compiled condition. */
export interface Condition {
  readonly run: Node
}

type Cached<T> = T | SyntaxFailure

const templates = new Map<string, Cached<Template>>()
const nativeTemplates = new Map<string, Cached<Template>>()
const conditions = new Map<string, Cached<Condition>>()
const tuples = new Map<string, Cached<Condition>>()

function cached<T>(cache: Map<string, Cached<T>>, text: string, make: () => T): T {
  let found = cache.get(text)
  if (found === undefined) {
    try {
      found = make()
    } catch (error) {
      if (!(error instanceof SyntaxFailure)) throw error
      found = error
    }
    cache.set(text, found)
  }
  if (found instanceof SyntaxFailure) throw found
  return found
}

const changing =
  /\.\s*(?:append|extend|insert|pop|popitem|remove|update|setdefault|clear|reverse|sort)\s*\(/
const single = /^\{\{\s*(\w*)\s*\}\}$/

/** The compiled form of a text that holds templates; throws a SyntaxFailure. */
export function templateOf(text: string, isNative: boolean): Template {
  // Only what backslashes mean differs.
  const isOwn = isNative && text.includes('\\')
  return cached(isOwn ? nativeTemplates : templates, text, () => {
    const backslashes = isOwn ? 'kept' : 'doubled'
    const body: readonly Statement[] = parseTemplate(text, { backslashes })
    return {
      run: compileBody(body),
      only: single.exec(text)?.[1],
      changesValues: changing.test(text),
    }
  })
}

/** The compiled form of a condition; with `isTuple` commas make a tuple, as before 2.19. */
export function conditionOf(text: string, isTuple: boolean): Condition {
  return cached(isTuple ? tuples : conditions, text, () => ({
    run: compile(parseExpression(text, isTuple)),
  }))
}

/** Whether a text may hold a template. */
export function isPossiblyTemplate(text: string): boolean {
  return (
    text.includes('{{') || text.includes('{%') || text.includes('{#') || text.startsWith('#jinja2:')
  )
}

/** Whether a text holds a complete template: an opening and its closing delimiter. */
export function isTemplate(value: Value): boolean {
  if (typeof value !== 'string') return false
  return /\{\{[\s\S]*?\}\}|\{%[\s\S]*?%\}|\{#[\s\S]*?#\}/.test(value)
}
