// Whether an applied object fits its type, before anything is merged.
// Port of sigs.k8s.io/structured-merge-diff v6.3.3 typed/validate.go.

import { goQuote } from '../go-text.ts'
import { goText, goTypeName, isArray, isObject } from '../patch/json.ts'
import { type Atom, atomOf, type Described, itemElement } from './atoms.ts'
import { elementText, fieldElement } from './path-element.ts'

/** One line per problem, with its path in front; empty when the value fits. */
export function typedProblems(place: Described, value: unknown): readonly string[] {
  const atom = atomOf(place, value)
  if (value === null || value === undefined) return []
  switch (atom.kind) {
    case 'scalar':
      return scalarProblems(atom, value)
    case 'map':
      return isObject(value) ? mapProblems(atom, value) : [`: expected map, got ${goValue(value)}`]
    case 'list':
      return isArray(value) ? listProblems(atom, value) : [`: expected list, got ${goValue(value)}`]
  }
}

/** As Go prints the wrapper of a value. */
function goValue(value: unknown): string {
  return `&{${goText(value)}}`
}

function goWrapped(value: unknown): string {
  return `&value.valueUnstructured{Value:${goSyntax(value)}}`
}

/** A decoded JSON value as Go prints it with %#v. */
function goSyntax(value: unknown): string {
  if (value === null || value === undefined) return 'interface {}(nil)'
  if (typeof value === 'string') return goQuote(value)
  if (isArray(value)) return `[]interface {}{${value.map(goSyntax).join(', ')}}`
  if (!isObject(value)) return goText(value)
  const fields = Object.keys(value)
    .sort()
    .map(key => `${goQuote(key)}:${goSyntax(value[key])}`)
  return `map[string]interface {}{${fields.join(', ')}}`
}

function scalarProblems({ scalar }: Extract<Atom, { kind: 'scalar' }>, value: unknown): string[] {
  const isCompound = typeof value === 'object'
  switch (scalar) {
    case 'numeric':
      if (typeof value === 'number') return []
      return [`: expected numeric (int or float), got ${goTypeName(value)}`]
    case 'string':
      return typeof value === 'string' ? [] : [`: expected string, got ${goWrapped(value)}`]
    case 'boolean':
      return typeof value === 'boolean' ? [] : [`: expected boolean, got ${goValue(value)}`]
    default:
      return isCompound ? [`: expected any scalar, got ${goValue(value)}`] : []
  }
}

function mapProblems(
  atom: Extract<Atom, { kind: 'map' }>,
  value: Readonly<Record<string, unknown>>,
): string[] {
  return Object.keys(value)
    .sort()
    .flatMap(key => {
      const { place, named } = atom.field(key)
      const text = elementText(fieldElement(key))
      if (!named && atom.closed) return [`${text}: field not declared in schema`]
      return typedProblems(place, value[key]).map(problem => text + problem)
    })
}

function listProblems(
  { keys, element }: Extract<Atom, { kind: 'list' }>,
  list: readonly unknown[],
): string[] {
  const seen = new Set<string>()
  const problems: string[] = []
  for (const [index, item] of list.entries()) {
    const indexed = keys === undefined ? undefined : itemElement(keys, item)
    if (indexed?.ok === false) return [...problems, `: element ${index}: ${indexed.error}`]
    const here = indexed?.element ?? `i:${index}`
    if (seen.has(here)) problems.push(`: duplicate entries for key ${elementText(here)}`)
    seen.add(here)
    const inner = typedProblems(element, item)
    problems.push(...inner.map(problem => elementText(here) + problem))
  }
  return problems
}
