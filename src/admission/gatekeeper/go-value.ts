// JSON values with the two differences that Go sees and JavaScript does not: an integer that was
// decoded as float64 (the value of an Assign) and a nil slice (values that were not given).

import { isArray, isObject, type JsonObject } from '../../kube/patch/json.ts'

/** An integer held as float64: not equal to the same number in an object, where it is int64. */
export class Float64 {
  readonly value: number

  constructor(value: number) {
    this.value = value
  }
}

/** A nil slice: a list for Go, `null` in JSON. Recognised by reference. */
export const nilSlice: readonly unknown[] = []

const int64Max = 2 ** 63

function isInt64(value: number): boolean {
  return Number.isInteger(value) && Math.abs(value) < int64Max
}

/** The value as encoding/json decodes it into an empty interface: every number a float64. */
export function withFloats(value: unknown): unknown {
  if (typeof value === 'number') return isInt64(value) ? new Float64(value) : value
  if (isArray(value)) return value.map(withFloats)
  if (!isObject(value)) return value
  return Object.fromEntries(Object.entries(value).map(([key, item]) => [key, withFloats(item)]))
}

/** The value as JSON has it; the same reference when nothing is special in it. */
export function plainJson(value: unknown): unknown {
  if (value instanceof Float64) return value.value
  if (value === nilSlice) return null
  if (isArray(value)) {
    const items = value.map(plainJson)
    return items.every((item, index) => item === value[index]) ? value : items
  }
  if (!isObject(value)) return value
  let changed: Record<string, unknown> | undefined
  for (const key in value) {
    const item = plainJson(value[key])
    if (item === value[key]) continue
    changed ??= { ...value }
    changed[key] = item
  }
  return changed ?? value
}

/** Whether the value is a map for Go. */
export function isMap(value: unknown): value is JsonObject {
  return isObject(value) && !(value instanceof Float64)
}

/** Equality of Go values of decoded JSON. */
export function sameGoValue(a: unknown, b: unknown): boolean {
  if (a === b) return true
  if (a instanceof Float64) return b instanceof Float64 && a.value === b.value
  if (isArray(a)) {
    if (!isArray(b) || a.length !== b.length || a === nilSlice || b === nilSlice) return false
    return a.every((item, index) => sameGoValue(item, b[index]))
  }
  if (!isMap(a) || !isMap(b)) return false
  const keys = Object.keys(a)
  if (keys.length !== Object.keys(b).length) return false
  return keys.every(key => Object.hasOwn(b, key) && sameGoValue(a[key], b[key]))
}

/** As Go's %T prints the type. */
export function goTypeText(value: unknown): string {
  if (value === null || value === undefined) return '<nil>'
  if (value instanceof Float64) return 'float64'
  if (isArray(value)) return '[]interface {}'
  if (typeof value === 'object') return 'map[string]interface {}'
  if (typeof value === 'number') return isInt64(value) ? 'int64' : 'float64'
  return typeof value === 'boolean' ? 'bool' : 'string'
}

/** As Go's %v prints the value. */
export function goValueText(value: unknown): string {
  if (value === null || value === undefined) return '<nil>'
  if (value instanceof Float64) return floatText(value.value)
  if (typeof value === 'number') return isInt64(value) ? String(value) : floatText(value)
  if (isArray(value)) return `[${value.map(goValueText).join(' ')}]`
  if (!isObject(value)) return `${value as string | boolean}`
  const keys = Object.keys(value).sort()
  return `map[${keys.map(key => `${key}:${goValueText(value[key])}`).join(' ')}]`
}

/** The shortest %g: with an exponent when that is below -4 or above 5. */
function floatText(value: number): string {
  const [digits = '', exponent = '0'] = value.toExponential().split('e')
  const power = Number(exponent)
  if (power >= -4 && power < 6) return String(value)
  const written = String(Math.abs(power)).padStart(2, '0')
  return `${digits}e${power < 0 ? '-' : '+'}${written}`
}
