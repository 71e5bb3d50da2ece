// The text that dump.ForHash prints for a value of the API types: the input of pod-template hashes.
// Upstream: k8s.io/utils/dump and go-spew's %#v with sorted keys, without methods and addresses.

import { sortedStrings } from '../base/compare.ts'
import { type Quantity, quantityOf } from './quantity.ts'
import type { Special, StructType, Type } from './schema.ts'

type Json = Readonly<Record<string, unknown>>

/** The value with its type in front. */
export function goDump(type: Type, value: unknown): string {
  if (type.kind === 'pointer') {
    return value === undefined || value === null
      ? `(${type.name})<nil>`
      : `(${type.name})${bare(type.element, value)}`
  }
  return `(${type.name})${bare(type, value)}`
}

function bare(type: Type, value: unknown): string {
  switch (type.kind) {
    case 'primitive':
      return value === undefined || value === null ? zero(type.primitive) : String(value)
    case 'special':
      return special(type.special, value)
    case 'pointer':
      return value === undefined || value === null ? '<nil>' : `<*>${bare(type.element, value)}`
    case 'slice':
      return Array.isArray(value)
        ? `[${value.map(item => bare(type.element, item)).join(' ')}]`
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
  return `map[${keys.map(key => `${key}:${bare(element, entries[key])}`).join(' ')}]`
}

function struct(type: StructType, value: Json): string {
  let text = '{'
  for (const { goName, inline, json, type: fieldType } of type.fields) {
    if (text.length > 1) text += ' '
    text += `${goName}:${goDump(fieldType, inline ? value : value[json])}`
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
        : `{Type:(intstr.Type)0 IntVal:(int32)${String(value ?? 0)} StrVal:(string)}`
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
