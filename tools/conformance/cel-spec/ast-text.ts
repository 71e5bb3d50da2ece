// A syntax tree as cel-go's debug writer prints it, without the spaces.
// Upstream: cel-go v0.26.0 common/debug/debug.go.

import type { Expr } from '../../../src/kube/cel/ast.ts'
import { shortestText } from '../../../src/kube/cel/go-format.ts'
import { Double, Uint, type Value } from '../../../src/kube/cel/values.ts'
import { goQuote } from '../../../src/kube/go-text.ts'

function literalText(value: Value): string {
  if (value instanceof Double) return shortestText(value.value)
  if (value instanceof Uint) return `${value.value}u`
  if (value instanceof Uint8Array) return `b${bytesText(value)}`
  return typeof value === 'string' ? goQuote(value) : String(value)
}

function bytesText(bytes: Uint8Array): string {
  try {
    return goQuote(new TextDecoder('utf-8', { fatal: true, ignoreBOM: true }).decode(bytes))
  } catch {
    const shown = Array.from(bytes, byte =>
      byte < 0x80
        ? goQuote(String.fromCharCode(byte)).slice(1, -1)
        : `\\x${byte.toString(16).padStart(2, '0')}`,
    )
    return `"${shown.join('')}"`
  }
}

function text(expr: Expr): string {
  switch (expr.kind) {
    case 'literal':
      return literalText(expr.value)
    case 'ident':
      return expr.name
    case 'select':
      return `${text(expr.operand)}.${expr.field}${expr.testOnly ? '~test-only~' : ''}`
    case 'call': {
      const target = expr.target === undefined ? '' : `${text(expr.target)}.`
      return `${target}${expr.function}(${expr.args.map(text).join(',')})`
    }
    case 'list':
      return `[${expr.elements.map(text).join(',')}]`
    case 'map':
      return `{${expr.entries
        .map(({ key, value, optional }) => `${optional ? '?' : ''}${text(key)}:${text(value)}`)
        .join(',')}}`
    case 'struct':
      return `${expr.typeName}{${expr.fields
        .map(({ name, value, optional }) => `${optional ? '?' : ''}${name}:${text(value)}`)
        .join(',')}}`
    case 'comprehension':
      return (
        `__comprehension__(//Variable${expr.iterVar},` +
        (expr.iterVar2 === '' ? '' : `${expr.iterVar2},`) +
        `//Target${text(expr.range)},//Accumulator${expr.accuVar},//Init${text(expr.accuInit)},` +
        `//LoopCondition${text(expr.condition)},//LoopStep${text(expr.step)},` +
        `//Result${text(expr.result)})`
      )
    default:
      return ''
  }
}

/** The tree of a text, and the recorded one, in a form that can be compared. */
export function astText(expr: Expr): string {
  return text(expr).replace(/\s+/g, '')
}

export function recordedAstText(recorded: string): string {
  return recorded
    .replace(/\^#[^#\n]*#/g, '')
    .replace(/\s+/g, '')
    .replaceAll('__result__', '@result')
}
