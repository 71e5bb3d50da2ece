// A pod spec as Go's JSON encoder writes its internal form, which has no JSON names: Go field
// names, `null` for what is absent. Upstream: pkg/apis/core/types.go and v1 conversion.go, v1.36.3.

import { sortedStrings } from '../base/compare.ts'
import { internalPodText } from './generated/internal-pod.ts'
import type { PodSpec } from './generated/types.ts'
import { goJson, goOrdered } from './go-order.ts'
import { quantityOf, quantityText } from './quantity.ts'
import { schemaOf, structAt, type StructType, type Type } from './schema.ts'

type Json = Readonly<Record<string, unknown>>

/** Fields of a struct as `[Go name, type code]`, in Go order. */
let structs: ReadonlyMap<string, readonly (readonly [string, string])[]> | undefined

function fieldsOf(struct: string): readonly (readonly [string, string])[] {
  structs ??= new Map(
    internalPodText
      .slice(1, -1)
      .split('\n')
      .map(line => {
        const at = line.indexOf('=')
        const fields = line
          .slice(at + 1)
          .split(';')
          .map(field => field.split(' ') as [string, string])
        return [line.slice(0, at), fields]
      }),
  )
  return structs.get(struct) ?? []
}

/** Fields that the internal form keeps in the security context. */
const securityFields = ['hostNetwork', 'hostPID', 'hostIPC', 'shareProcessNamespace', 'hostUsers']
const goNames: Readonly<Record<string, string>> = {
  HostNetwork: 'hostNetwork',
  HostPID: 'hostPID',
  HostIPC: 'hostIPC',
  ShareProcessNamespace: 'shareProcessNamespace',
  HostUsers: 'hostUsers',
}

/** The spec, one space of indentation, as the texts of refused updates show it. */
export function internalPodJson(spec: PodSpec): string {
  const fields = spec as unknown as Json
  const moved = securityFields.filter(name => fields[name] !== undefined)
  const context = Object.fromEntries(moved.map(name => [name, fields[name]]))
  const given = { ...fields, securityContext: { ...spec.securityContext, ...context } }
  const type = structAt(schemaOf('v1', 'Pod') as StructType, ['spec'])
  const value = structValue('PodSpec', given, type)
  return goJson(value, 1)
}

function structValue(struct: string, value: Json, type: Type | undefined): Json {
  const names = new Map<string, { json: string; type: Type }>()
  if (type?.kind === 'struct') {
    for (const [json, field] of type.jsonFields) names.set(field.goName, { json, type: field.type })
  }
  const entries = fieldsOf(struct).flatMap(([goName, code]) => {
    if (goName === '') return Object.entries(inlineMeta(value))
    const known = names.get(goName)
    const json = known?.json ?? goNames[goName] ?? goName
    return [[goName, valueOf(code, value[json], known?.type)]]
  })
  return Object.fromEntries(entries) as Json
}

/** Metadata without a field name of its own: its JSON names stand among the Go names. */
function inlineMeta(value: Json): Json {
  return goOrdered(value['metadata'] ?? {}) as Json
}

function valueOf(code: string, value: unknown, type: Type | undefined): unknown {
  const rest = code.slice(1)
  const absent = value === undefined || value === null
  switch (code[0]) {
    case '*':
      return absent ? null : valueOf(rest, value, elementOf(type))
    case '[':
      return Array.isArray(value) ? value.map(item => valueOf(rest, item, elementOf(type))) : null
    case '{':
      return absent ? null : mapValue(rest, value as Json, elementOf(type))
    case '#':
      return structValue(rest, (value ?? {}) as Json, type)
    case '@':
      return absent ? null : goOrdered(value, type)
    case 'q':
      return quantityText(quantityOf((value as string | undefined) ?? '0'))
    case 's':
      return value ?? ''
    case 'b':
      return value ?? false
    default:
      return value ?? 0
  }
}

function elementOf(type: Type | undefined): Type | undefined {
  return type !== undefined && 'element' in type ? type.element : undefined
}

function mapValue(code: string, value: Json, type: Type | undefined): Json {
  const keys = sortedStrings(Object.keys(value))
  return Object.fromEntries(keys.map(key => [key, valueOf(code, value[key], type)]))
}
