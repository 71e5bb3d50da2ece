// Texts by which states are told apart: equal texts, equal future. What only tells the way to a
// state is left out: versions of objects, numbers of events.

import { absorb, type Digest, emptyDigest } from '../base/hash.ts'

/** Fields that count how often something happened before. */
const pathFields: ReadonlySet<string> = new Set(['resourceVersion', 'sequence'])

/** Immutable objects whose digest is known; a function of the object alone. */
const known = new WeakMap<object, Digest>()

/** Two lanes of an immutable object: computed once for each. */
export function digestOfValue(value: object): Digest {
  const found = known.get(value)
  if (found !== undefined) return found
  const digest = absorb(emptyDigest, fieldsText(value))
  known.set(value, digest)
  return digest
}

/** Plain data, maps and sets as text; fields in order of name. */
export function identityText(value: unknown): string {
  if (typeof value !== 'object' || value === null) return JSON.stringify(value) ?? '~'
  if (Array.isArray(value)) return `[${value.map(identityText).join()}]`
  if (value instanceof Map) return `M${identityText([...value])}`
  if (value instanceof Set) return `S${identityText([...value])}`
  if (isApiObject(value)) {
    const { high, low } = digestOfValue(value)
    return `#${high}:${low}`
  }
  return fieldsText(value)
}

function fieldsText(value: object): string {
  let text = '{'
  for (const field of Object.keys(value).sort()) {
    const part = (value as Readonly<Record<string, unknown>>)[field]
    if (part === undefined || pathFields.has(field)) continue
    text += `${field}:${identityText(part)},`
  }
  return `${text}}`
}

function isApiObject(value: object): boolean {
  return 'metadata' in value && 'kind' in value
}
