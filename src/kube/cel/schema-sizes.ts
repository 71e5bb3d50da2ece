// How large what a schema describes can be, in one request. Estimates of costs are made of this.
// Port of k8s.io/apiserver v0.36.3 pkg/cel/common/schemas.go and pkg/cel/limits.go: figures.

import { utf8Length } from '../go-text.ts'
import { escapedName, type TypedSchema, withResourceFields } from './schema-types.ts'

/** A part of a schema, as far as sizes depend on it. */
export interface SizedSchema extends TypedSchema {
  readonly properties?: Readonly<Record<string, SizedSchema>>
  readonly items?: SizedSchema
  readonly additionalProperties?: SizedSchema | boolean
  readonly maxItems?: number
  readonly maxLength?: number
  readonly maxProperties?: number
  readonly enum?: readonly unknown[]
  readonly required?: readonly string[]
  readonly default?: unknown
}

/** The limits of a value: elements of a list or map, bytes of a text. */
export interface Sizes {
  readonly elementsMax: number
  /** Bytes of the shortest JSON of such a value. */
  readonly bytesMin: number
  readonly keys?: Sizes
  readonly elements?: Sizes
  /** Fields by their names in rules. */
  readonly fields?: ReadonlyMap<string, Sizes>
}

const requestBytesMax = 3 * 1024 * 1024
const quotes = 2
const keySizes: Sizes = { elementsMax: 0, bytesMin: quotes }

/** The sizes of a schema; undefined where rules cannot look into it. */
export function sizesOf(schema: SizedSchema, isResource: boolean): Sizes | undefined {
  if (schema['x-kubernetes-int-or-string'] === true) {
    return { elementsMax: textMax(schema), bytesMin: 1 }
  }
  switch (schema.type) {
    case 'array':
      return listSizes(schema)
    case 'object':
      return typeof schema.additionalProperties === 'object'
        ? mapSizes(schema, schema.additionalProperties)
        : fieldSizes(isResource ? withResourceFields(schema) : schema)
    case 'string':
      return textSizes(schema)
    case 'boolean':
      return { elementsMax: 0, bytesMin: 4 }
    case 'number':
    case 'integer':
      return { elementsMax: 0, bytesMin: 1 }
    default:
      return undefined
  }
}

function inner(schema: SizedSchema): Sizes | undefined {
  return sizesOf(schema, schema['x-kubernetes-embedded-resource'] === true)
}

function listSizes({ items, maxItems }: SizedSchema): Sizes | undefined {
  const elements = items && inner(items)
  if (elements === undefined) return undefined
  const fitting = Math.trunc((requestBytesMax - 2) / (elements.bytesMin + 1))
  return { elementsMax: limit(maxItems) ?? fitting, bytesMin: 2, elements }
}

function mapSizes({ maxProperties }: SizedSchema, values: SizedSchema): Sizes | undefined {
  const elements = inner(values)
  if (elements === undefined) return undefined
  // A pair has a key of two letters or none, its quotes, a colon and a comma.
  const fitting = Math.trunc((requestBytesMax - 2) / (elements.bytesMin + 6))
  return { elementsMax: limit(maxProperties) ?? fitting, bytesMin: 2, keys: keySizes, elements }
}

function fieldSizes({ properties = {}, required = [] }: SizedSchema): Sizes {
  const fields = new Map<string, Sizes>()
  let bytesMin = 2
  for (const [name, schema] of Object.entries(properties)) {
    const sizes = inner(schema)
    if (sizes === undefined) continue
    const field = escapedName(name)
    if (field !== undefined) fields.set(field, sizes)
    const isSent = required.includes(name) && schema.default === undefined
    if (isSent) bytesMin += utf8Length(name) + sizes.bytesMin + 4
  }
  return { elementsMax: 0, bytesMin, fields }
}

/** Text of a format that has a longest form: how long it is, and the shortest, with quotes. */
const formats: ReadonlyMap<string, { readonly max: number; readonly min: number }> = new Map([
  ['duration', { max: 32, min: 3 }],
  ['date', { max: 12, min: 12 }],
  ['date-time', { max: 32, min: 21 }],
])

function textSizes(schema: SizedSchema): Sizes {
  const { format = '', maxLength } = schema
  const known = formats.get(format)
  if (known !== undefined) return { elementsMax: known.max, bytesMin: known.min }
  const max = format === 'byte' ? limit(maxLength) : undefined
  return { elementsMax: max ?? textMax(schema), bytesMin: quotes }
}

/** The most bytes of a text: a limit counts characters, of four bytes at most. */
function textMax(schema: SizedSchema): number {
  const { maxLength, enum: allowed = [] } = schema
  const max = limit(maxLength)
  if (max !== undefined) return max * 4
  const isChoice = schema.type === 'string' && schema.format !== 'byte' && allowed.length > 0
  if (!isChoice) return requestBytesMax - quotes
  const texts = allowed.filter(each => typeof each === 'string')
  return Math.max(0, ...texts.map(utf8Length))
}

function limit(count: number | undefined): number | undefined {
  return count === undefined ? undefined : Math.max(0, count)
}

/** How often a value of these sizes fits into one request. */
export function occurrencesMax({ bytesMin }: Sizes): number {
  return Math.trunc(requestBytesMax / (bytesMin + 1))
}
