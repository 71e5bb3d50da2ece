// The JSON of a pattern, decoded as Go does: names in any case, unknown ones skipped, null for
// nothing, the first wrong type told. `2.0` passes for a whole number. Upstream: encoding/json.

import { readJsonText } from '../../kube/json-text.ts'
import type { Parsed } from '../../kube/label-selector.ts'
import { isArray, isObject } from '../../kube/patch/json.ts'

/** From so many on, so many replicas. */
export type Step = readonly [number, number]

interface Types {
  readonly int: number
  readonly float64: number
  readonly bool: boolean
  readonly steps: readonly Step[]
}

type FieldTypes = Readonly<Record<string, keyof Types>>
type Fields<T extends FieldTypes> = { readonly [name in keyof T]: Types[T[name]] }

const zeros: Types = { int: 0, float64: 0, bool: false, steps: [] }

/** The fields of a Go struct, with its package, in a text; what is not there is zero. */
export function readFields<T extends FieldTypes>(
  goType: `${string}.${string}`,
  types: T,
  text: string,
): Parsed<Fields<T>> {
  const refuse = (error: string): Parsed<never> => ({
    ok: false,
    error: `could not parse parameters (${error})`,
  })
  const { value: given, error } = readJsonText(text)
  if (error !== undefined) return refuse(error)
  const json = given ?? {}
  if (!isObject(json)) return refuse(mismatch(json, `Go value of type ${goType}`))
  const struct = goType.slice(goType.indexOf('.') + 1)
  const values: Record<string, unknown> = {}
  for (const [name, type] of Object.entries(types)) values[name] = zeros[type]
  for (const [key, value] of Object.entries(json)) {
    const name = Object.keys(types).find(each => each.toLowerCase() === key.toLowerCase())
    const type = name === undefined ? undefined : types[name]
    if (name === undefined || type === undefined || value === null) continue
    const read = readers[type](value, `Go struct field ${struct}.${name} of type `)
    if (!read.ok) return refuse(read.error)
    values[name] = read.value
  }
  return { ok: true, value: values as Fields<T> }
}

type Reader<T> = (value: unknown, into: string) => Parsed<T>

const int: Reader<number> = (value, into) =>
  typeof value === 'number' && Number.isSafeInteger(value)
    ? { ok: true, value }
    : { ok: false, error: mismatch(value, `${into}int`) }

const readers: { readonly [type in keyof Types]: Reader<Types[type]> } = {
  int,
  float64: (value, into) =>
    typeof value === 'number'
      ? { ok: true, value }
      : { ok: false, error: mismatch(value, `${into}float64`) },
  bool: (value, into) =>
    typeof value === 'boolean'
      ? { ok: true, value }
      : { ok: false, error: mismatch(value, `${into}bool`) },
  steps: (value, into) => {
    if (!isArray(value)) {
      return { ok: false, error: mismatch(value, `${into}laddercontroller.paramEntries`) }
    }
    const steps: Step[] = []
    for (const item of value) {
      const read = readStep(item ?? [], into)
      if (!read.ok) return read
      steps.push(read.value)
    }
    return { ok: true, value: steps }
  },
}

/** Two numbers: what is missing is zero, what is too much is dropped. */
function readStep(item: unknown, into: string): Parsed<Step> {
  if (!isArray(item)) {
    return { ok: false, error: mismatch(item, `${into}laddercontroller.paramEntry`) }
  }
  const from = int(item[0] ?? 0, into)
  if (!from.ok) return from
  const to = int(item[1] ?? 0, into)
  return to.ok ? { ok: true, value: [from.value, to.value] } : to
}

function mismatch(value: unknown, into: string): string {
  return `json: cannot unmarshal ${wordOf(value, into)} into ${into}`
}

function wordOf(value: unknown, into: string): string {
  if (isArray(value)) return 'array'
  if (isObject(value)) return 'object'
  if (typeof value === 'number') return into.endsWith(' int') ? `number ${value}` : 'number'
  return typeof value === 'boolean' ? 'bool' : 'string'
}
