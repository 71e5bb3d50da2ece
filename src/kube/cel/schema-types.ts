// The types of `self` in rules of custom resources, from the schema that the rule stands in.
// Upstream: k8s.io/apiserver v0.36.3 pkg/cel/common/schemas.go and pkg/cel/escaping.go.

import type { Environment, MessageType } from './declarations.ts'
import { kubernetesEnvironment } from './environment.ts'
import { messageOf } from './messages.ts'
import { listOf, mapOf, optionalOf, structOf, type Type, types } from './types.ts'

/** A part of an OpenAPI schema, as far as types depend on it. */
export interface TypedSchema {
  readonly type?: string
  readonly format?: string
  readonly properties?: Readonly<Record<string, TypedSchema>>
  readonly items?: TypedSchema
  readonly additionalProperties?: TypedSchema | boolean
  readonly 'x-kubernetes-int-or-string'?: boolean
  readonly 'x-kubernetes-embedded-resource'?: boolean
}

const reservedNames = new Set(
  (
    'true false null in as break const continue else for function if import let loop package ' +
    'namespace return var void while'
  ).split(' '),
)

/** The name of a property in rules; undefined for one that rules cannot name. */
export function escapedName(name: string): string | undefined {
  if (!/^[a-zA-Z_./-][a-zA-Z0-9_./-]*$/.test(name)) return undefined
  if (reservedNames.has(name)) return `__${name}__`
  return name
    .replaceAll('__', '__underscores__')
    .replaceAll('.', '__dot__')
    .replaceAll('-', '__dash__')
    .replaceAll('/', '__slash__')
}

const strings: Readonly<Record<string, Type>> = {
  byte: types.bytes,
  duration: types.duration,
  date: types.timestamp,
  'date-time': types.timestamp,
}

const metadata: TypedSchema = {
  type: 'object',
  properties: { name: { type: 'string' }, generateName: { type: 'string' } },
}
const resourceFields = {
  apiVersion: { type: 'string' },
  kind: { type: 'string' },
  metadata,
} satisfies Record<string, TypedSchema>

/** The schema with what rules may read of every resource. */
export function withResourceFields<T extends TypedSchema>(schema: T): T {
  return { ...schema, properties: { ...schema.properties, ...resourceFields } }
}

class SchemaTypes {
  readonly messages = new Map<string, MessageType>()

  /** The type of a schema; undefined where rules cannot look into it. */
  typeOf(schema: TypedSchema, name: string, isResource: boolean): Type | undefined {
    if (schema['x-kubernetes-int-or-string'] === true) return types.dyn
    switch (schema.type) {
      case 'array': {
        const item = schema.items && this.typeOf(schema.items, `${name}.@idx`, false)
        return item && listOf(item)
      }
      case 'object':
        return this.objectType(schema, name, isResource)
      case 'string':
        return strings[schema.format ?? ''] ?? types.string
      case 'boolean':
        return types.bool
      case 'number':
        return types.double
      case 'integer':
        return types.int
      default:
        return undefined
    }
  }

  private objectType(schema: TypedSchema, name: string, isResource: boolean): Type | undefined {
    const { additionalProperties: more, properties = {} } = schema
    if (typeof more === 'object') {
      const element = this.typeOf(more, `${name}.@elem`, embeds(more))
      return element && mapOf(types.string, element)
    }
    const fields: Record<string, Type> = {}
    const all = isResource ? (withResourceFields(schema).properties ?? {}) : properties
    for (const [property, inner] of Object.entries(all)) {
      const field = escapedName(property)
      const type = this.typeOf(inner, `${name}.${property}`, embeds(inner))
      if (field !== undefined && type !== undefined) fields[field] = type
    }
    this.messages.set(name, messageOf(name, fields))
    return structOf(name)
  }
}

function embeds(schema: TypedSchema): boolean {
  return schema['x-kubernetes-embedded-resource'] === true
}

/** A type with the messages that it is made of. */
export interface DeclaredType {
  readonly type: Type
  readonly messages: ReadonlyMap<string, MessageType>
}

/** The type of a resource; `name` tells it from others. */
export function declaredType(
  schema: TypedSchema,
  name: string,
  isRoot: boolean,
): DeclaredType | undefined {
  const known = new SchemaTypes()
  const type = known.typeOf(schema, name, isRoot)
  return type === undefined ? undefined : { type, messages: known.messages }
}

/** The environment of the rules of one schema; undefined where there is nothing to look at. */
export function ruleEnvironment(
  schema: TypedSchema,
  { isRoot, optionalOldSelf }: { isRoot: boolean; optionalOldSelf: boolean },
): Environment | undefined {
  const known = new SchemaTypes()
  const self = known.typeOf(schema, 'selfType', isRoot || embeds(schema))
  if (self === undefined) return undefined
  return kubernetesEnvironment({
    variables: { self, oldSelf: optionalOldSelf ? optionalOf(self) : self },
    messages: name => known.messages.get(name),
  })
}
