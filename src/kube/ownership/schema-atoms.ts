// What a schema of custom resources is to server-side apply.
// Port of k8s.io/kube-openapi v0.0.0-20260317180543 pkg/schemaconv/openapi.go: decisions.

import { schemaOf as typeOf, type StructType, structAt } from '../schema.ts'
import type { Schema } from '../custom/schema.ts'
import type { Atom, Described, Rule, SchemaPlace } from './atoms.ts'

/** Types that all objects share, whatever their schema says. */
interface Shared {
  readonly text: Described
  readonly metadata: Described
}

let shared: Shared | undefined

function sharedPlaces(): Shared {
  const pod = typeOf('v1', 'Pod') as StructType
  shared ??= {
    text: { type: (pod.jsonFields.get('kind') as { type: StructType }).type },
    metadata: { type: structAt(pod, ['metadata']) },
  }
  return shared
}

const atoms = new WeakMap<Schema, Map<string, Atom | undefined>>()

/** The atom of a schema; undefined where values say what they are. */
export function schemaAtom(place: SchemaPlace): Atom | undefined {
  const { schema, isOpen, isResource } = place
  const key = `${isOpen} ${isResource}`
  let known = atoms.get(schema)
  if (known === undefined) {
    known = new Map()
    atoms.set(schema, known)
  }
  if (!known.has(key)) known.set(key, newAtom(place))
  return known.get(key)
}

const scalars: Readonly<Record<string, 'boolean' | 'numeric' | 'string'>> = {
  boolean: 'boolean',
  integer: 'numeric',
  number: 'numeric',
  string: 'string',
}

function newAtom({ schema, isOpen: isParentOpen, isResource }: SchemaPlace): Atom | undefined {
  const { type = '' } = schema
  if (type === '' || schema['x-kubernetes-int-or-string'] === true) return undefined
  const isOpen = isParentOpen || schema['x-kubernetes-preserve-unknown-fields'] === true
  const scalar = scalars[type]
  if (scalar !== undefined) return { kind: 'scalar', scalar }
  return type === 'array' ? listAtom(schema, isOpen) : mapAtom(schema, isOpen, isResource)
}

function placeOf(schema: Schema, isOpen: boolean): SchemaPlace {
  return { schema, isOpen, isResource: schema['x-kubernetes-embedded-resource'] === true }
}

function mapAtom(schema: Schema, isOpen: boolean, isResource: boolean): Atom {
  const { properties = {}, additionalProperties: more } = schema
  const names = Object.keys(properties)
  const isFree = more === undefined ? isOpen || names.length === 0 : more !== false
  const rest: Described = typeof more === 'object' ? placeOf(more, isOpen) : undefined
  return {
    kind: 'map',
    atomic: schema['x-kubernetes-map-type'] === 'atomic',
    closed: !isFree,
    field: name => {
      if (isResource && name === 'metadata') return { place: sharedPlaces().metadata, named: true }
      if (isResource && (name === 'apiVersion' || name === 'kind')) {
        return { place: sharedPlaces().text, named: true }
      }
      return Object.hasOwn(properties, name)
        ? { place: placeOf(properties[name] as Schema, isOpen), named: true }
        : { place: rest, named: false }
    },
  }
}

function listAtom(schema: Schema, isOpen: boolean): Atom {
  const keys = keysOf(schema)
  const { items } = schema
  return {
    kind: 'list',
    atomic: keys === undefined,
    keys,
    element: items === undefined ? undefined : placeOf(items, isOpen),
  }
}

function keysOf(schema: Schema): Rule['keys'] {
  const { 'x-kubernetes-list-type': type, 'x-kubernetes-list-map-keys': names = [] } = schema
  if (type === 'set') return []
  if (type !== 'map') return undefined
  return names.map(name => ({ name, otherwise: schema.items?.properties?.[name]?.default }))
}
