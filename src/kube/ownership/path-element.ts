// One step of a field path: a field, an item of a list by its keys, an element of a set.
// Port of sigs.k8s.io/structured-merge-diff v6.3.3 fieldpath/element.go and serialize-pe.go.

import { compareNumbers, compareStrings } from '../../base/compare.ts'
import { goQuote } from '../go-text.ts'

export function fieldElement(name: string): string {
  return `f:${name}`
}

export function valueElement(value: unknown): string {
  return `v:${JSON.stringify(value)}`
}

/** Keys sorted by name. */
export function keyElement(keys: readonly (readonly [string, unknown])[]): string {
  const sorted = [...keys].sort(([a], [b]) => compareStrings(a, b))
  return `k:${JSON.stringify(Object.fromEntries(sorted))}`
}

const order = ['f', 'k', 'v', 'i']

/** Fields before keys, values and indexes; then by what they are. */
export function compareElements(a: string, b: string): number {
  const kinds = compareNumbers(order.indexOf(a.charAt(0)), order.indexOf(b.charAt(0)))
  if (kinds !== 0) return kinds
  return a.startsWith('k:') ? compareKeys(a, b) : compareStrings(a, b)
}

type Keys = Readonly<Record<string, unknown>>

function compareKeys(a: string, b: string): number {
  const [left, right] = [parsed(a) as Keys, parsed(b) as Keys]
  const [first, second] = [Object.entries(left), Object.entries(right)]
  for (let at = 0; at < Math.min(first.length, second.length); at += 1) {
    const [nameA, valueA] = first[at] as [string, unknown]
    const [nameB, valueB] = second[at] as [string, unknown]
    const names = compareStrings(nameA, nameB)
    if (names !== 0) return names
    const values = compareValues(valueA, valueB)
    if (values !== 0) return values
  }
  return compareNumbers(first.length, second.length)
}

function compareValues(a: unknown, b: unknown): number {
  if (typeof a === 'number' && typeof b === 'number') return compareNumbers(a, b)
  return compareStrings(String(a), String(b))
}

function parsed(element: string): unknown {
  return JSON.parse(element.slice(2))
}

function shown(value: unknown): string {
  return typeof value === 'string' ? goQuote(value) : String(value)
}

/** As errors name it: `.spec`, `[name="main"]`, `[="a"]`, `[0]`. */
export function elementText(element: string): string {
  const rest = element.slice(2)
  switch (element.charAt(0)) {
    case 'f':
      return `.${rest}`
    case 'k': {
      const keys = Object.entries(parsed(element) as Keys)
      return `[${keys.map(([name, value]) => `${name}=${shown(value)}`).join(',')}]`
    }
    case 'v':
      return `[=${shown(parsed(element))}]`
    default:
      return `[${rest}]`
  }
}

export function pathText(path: readonly string[]): string {
  return path.map(elementText).join('')
}
