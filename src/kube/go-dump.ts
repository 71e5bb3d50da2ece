// The text that dump.ForHash prints for a value of the API types: the input of pod-template hashes.
// Upstream: k8s.io/utils/dump and go-spew's %#v with sorted keys, without methods and addresses.

import { sortedStrings } from '../base/compare.ts'
import { type Quantity, quantityOf } from './quantity.ts'
import type { Special, StructType, Type } from './schema.ts'

type Json = Readonly<Record<string, unknown>>

/** The value with its type in front. */
export function goDump(type: Type, value: unknown): string {
  return `(${type.name})${valueText(type, value)}`
}

/** The value without its type; a pointer is what it points to. */
function valueText(type: Type, value: unknown): string {
  switch (type.kind) {
    case 'primitive':
      return value === undefined || value === null ? zero(type.primitive) : `${value as string}`
    case 'special':
      return special(type.special, value)
    case 'pointer':
      return value === undefined || value === null ? '<nil>' : valueText(type.element, value)
    case 'slice':
      return Array.isArray(value)
        ? `[${value.map(item => valueText(type.element, item)).join(' ')}]`
        : '<nil>'
    case 'map':
      return map(type.element, value)
    case 'struct':
      return struct(type, (value ?? {}) as Json)
  }
}

function zero(primitive: string): string {
  return primitive === 'string' ? '' : primitive === 'bool' ? 'false' : '0'
}

function map(element: Type, value: unknown): string {
  if (value === undefined || value === null) return '<nil>'
  const entries = value as Json
  const keys = sortedStrings(Object.keys(entries))
  return `map[${keys.map(key => `${key}:${valueText(element, entries[key])}`).join(' ')}]`
}

/** A field as it is printed: most fields of a pod are absent and always print the same. */
interface PrintedField {
  readonly json: string
  readonly type: Type
  readonly inline: boolean
  readonly prefix: string
  readonly absent: string
}

const printedFields = new WeakMap<StructType, readonly PrintedField[]>()

function printedFieldsOf(type: StructType): readonly PrintedField[] {
  const known = printedFields.get(type)
  if (known !== undefined) return known
  const printed = type.fields.map(({ json, goName, type: fieldType, inline }, index) => {
    const prefix = `${index === 0 ? '' : ' '}${goName}:(${fieldType.name})`
    const absent = prefix + valueText(fieldType, undefined)
    return { json, type: fieldType, inline, prefix, absent }
  })
  printedFields.set(type, printed)
  return printed
}

function struct(type: StructType, value: Json): string {
  let text = '{'
  for (const { json, type: fieldType, inline, prefix, absent } of printedFieldsOf(type)) {
    const field = inline ? value : value[json]
    text += field === undefined ? absent : prefix + valueText(fieldType, field)
  }
  return `${text}}`
}

const zeroTime = '{Time:(time.Time){wall:(uint64)0 ext:(int64)0 loc:(*time.Location)<nil>}}'

function special(kind: Special, value: unknown): string {
  switch (kind) {
    case 'Quantity':
      return quantity(value)
    case 'IntOrString':
      return typeof value === 'string'
        ? `{Type:(intstr.Type)1 IntVal:(int32)0 StrVal:(string)${value}}`
        : `{Type:(intstr.Type)0 IntVal:(int32)${typeof value === 'number' ? value : 0} StrVal:(string)}`
    case 'Time':
    case 'MicroTime':
      return zeroTime
    default:
      return value === undefined || value === null ? '<nil>' : JSON.stringify(value)
  }
}

function quantity(value: unknown): string {
  const isGiven = typeof value === 'string' || typeof value === 'number'
  const given: Quantity | undefined = isGiven ? quantityOf(value) : undefined
  const small = given === undefined || given.isDecimal ? undefined : given
  return (
    `{i:(resource.int64Amount){value:(int64)${small?.unscaled ?? 0} ` +
    `scale:(resource.Scale)${small?.scale ?? 0}} ` +
    `d:(resource.infDecAmount){Dec:(*inf.Dec)${decimal(given)}} ` +
    `s:(string)${given?.text ?? ''} Format:(resource.Format)${given?.format ?? ''}}`
  )
}

function decimal(given: Quantity | undefined): string {
  if (given === undefined || !given.isDecimal) return '<nil>'
  const negative = given.unscaled < 0
  const words: bigint[] = []
  for (let rest = BigInt(given.unscaled) * (negative ? -1n : 1n); rest > 0n; rest >>= 64n) {
    words.push(BigInt.asUintN(64, rest))
  }
  const abs = words.length === 0 ? '<nil>' : `[${words.join(' ')}]`
  return (
    `{unscaled:(big.Int){neg:(bool)${negative} abs:(big.nat)${abs}} ` +
    `scale:(inf.Scale)${-given.scale}}`
  )
}
