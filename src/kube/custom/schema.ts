// The schema of a custom resource as its definition has it.
// Upstream: k8s.io/apiextensions-apiserver v0.36.3 pkg/apiserver/schema/structural.go.

import type { JSONSchemaProps } from '../generated/types.ts'

/** A schema whose `items` and `additionalProperties` are what the API allows of them. */
export type Schema = Omit<JSONSchemaProps, 'items' | 'additionalProperties' | 'properties'> & {
  readonly items?: Schema
  readonly additionalProperties?: Schema | boolean
  readonly properties?: Readonly<Record<string, Schema>>
}

/** The schema of the values of a map; undefined for other objects. */
export function schemaOfMap({ additionalProperties }: Schema): Schema | undefined {
  return typeof additionalProperties === 'object' ? additionalProperties : undefined
}

/** The path of a field of a schema, below that of the schema. */
export function property(path: string, name: string): string {
  return `${path}.properties[${name}]`
}
