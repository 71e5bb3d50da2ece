// The types of built-in kinds as their OpenAPI says them to expressions.
// Upstream: k8s.io/apiserver v0.36.3 pkg/cel/openapi/resolver/definitions.go.

import { type Special, schemaOf, type StructType, type Type } from '../schema.ts'
import type { TypedSchema } from './schema-types.ts'

const specials: Readonly<Partial<Record<Special, TypedSchema>>> = {
  Duration: { type: 'string' },
  FieldsV1: { type: 'object' },
  IntOrString: { 'x-kubernetes-int-or-string': true },
  MicroTime: { type: 'string', format: 'date-time' },
  RawExtension: { type: 'object' },
  Time: { type: 'string', format: 'date-time' },
  bytes: { type: 'string', format: 'byte' },
}

const known = new WeakMap<StructType, TypedSchema>()

function structSchema(type: StructType): TypedSchema {
  let schema = known.get(type)
  if (schema === undefined) {
    const fields = [...type.jsonFields].map(([name, field]) => [name, typedSchema(field.type)])
    schema = {
      type: 'object',
      properties: Object.fromEntries(fields) as TypedSchema['properties'] & object,
    }
    known.set(type, schema)
  }
  return schema
}

/** A schema without a type hides the field from expressions: quantities have none. */
function typedSchema(type: Type): TypedSchema {
  switch (type.kind) {
    case 'pointer':
      return typedSchema(type.element)
    case 'slice':
      return { type: 'array', items: typedSchema(type.element) }
    case 'map':
      return { type: 'object', additionalProperties: typedSchema(type.element) }
    case 'struct':
      return structSchema(type)
    case 'special':
      return specials[type.special] ?? {}
    case 'primitive':
      return { type: primitiveType(type.primitive) }
  }
}

function primitiveType(primitive: string): string {
  if (primitive === 'string') return 'string'
  if (primitive === 'bool') return 'boolean'
  return primitive === 'float64' ? 'number' : 'integer'
}

/** The schema of a built-in kind; definitions of custom resources contain themselves and have none. */
export function builtInSchema(apiVersion: string, kind: string): TypedSchema | undefined {
  const type = kind === 'CustomResourceDefinition' ? undefined : schemaOf(apiVersion, kind)
  return type === undefined ? undefined : structSchema(type)
}
