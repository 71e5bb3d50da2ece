// What a type is to server-side apply: a scalar, a map, a list; atomic or not.
// Upstream: sigs.k8s.io/structured-merge-diff v6.3.3 schema and typed/helpers.go.

import { applyTypesText } from '../generated/apply-types.ts'
import { isArray, isObject } from '../patch/json.ts'
import type { StructType, Type } from '../schema.ts'
import type { Schema } from '../custom/schema.ts'
import { keyElement, valueElement } from './path-element.ts'
import { schemaAtom } from './schema-atoms.ts'

/** `undefined` is a type that nobody described: values say what they are. */
export type Described = Place | SchemaPlace | undefined

/** A part of a custom resource. */
export interface SchemaPlace {
  readonly schema: Schema
  /** Somewhere above, unknown fields are kept. */
  readonly isOpen: boolean
  /** It has a type and metadata of its own. */
  readonly isResource: boolean
}

/** A type in the place of a field, which may have rules of its own. */
export interface Place {
  readonly type: Type
  readonly rule?: Rule
}

export interface Rule {
  readonly atomic?: boolean
  /** Keys of a list that is a map, with defaults; none of a set. */
  readonly keys?: readonly { readonly name: string; readonly otherwise: unknown }[]
}

export type Atom =
  | { readonly kind: 'scalar'; readonly scalar: 'numeric' | 'string' | 'boolean' | 'untyped' }
  | {
      readonly kind: 'map'
      readonly atomic: boolean
      /** The place of a named field; `unknown` where there are no fields of that name. */
      readonly field: (name: string) => { readonly place: Described; readonly named: boolean }
      /** Fields that are not named are errors. */
      readonly closed: boolean
    }
  | {
      readonly kind: 'list'
      readonly atomic: boolean
      readonly keys: Rule['keys']
      readonly element: Described
    }

interface TypeRules {
  readonly atomic: boolean
  readonly fields: ReadonlyMap<string, Rule>
}

let rules: ReadonlyMap<string, TypeRules> | undefined
const noRules: TypeRules = { atomic: false, fields: new Map() }

function rulesOf({ key }: StructType): TypeRules {
  rules ??= new Map(
    applyTypesText
      .slice(1, -1)
      .split('\n')
      .map(line => {
        const [name = '', ...parts] = line.split(' ')
        const fields = parts.filter(part => part !== '!').map(readRule)
        return [name, { atomic: parts.includes('!'), fields: new Map(fields) }]
      }),
  )
  return rules.get(key) ?? noRules
}

function readRule(text: string): [string, Rule] {
  if (text.endsWith('!')) return [text.slice(0, -1), { atomic: true }]
  if (text.endsWith('~')) return [text.slice(0, -1), { atomic: false }]
  const at = text.indexOf('[')
  const keys = text
    .slice(at + 1, -1)
    .split(',')
    .filter(key => key !== '')
    .map(key => {
      const [name = '', otherwise] = key.split('=')
      return { name, otherwise: otherwise === undefined ? undefined : JSON.parse(otherwise) }
    })
  return [text.slice(0, at), { keys }]
}

const untyped: Atom = { kind: 'scalar', scalar: 'untyped' }
const anyMap: Atom = {
  kind: 'map',
  atomic: false,
  field: () => ({ place: undefined, named: false }),
  closed: false,
}
const anyList: Atom = { kind: 'list', atomic: true, keys: undefined, element: undefined }

function atomByValue(value: unknown): Atom {
  if (isArray(value)) return anyList
  return isObject(value) ? anyMap : untyped
}

const structs = new WeakMap<StructType, Atom>()

function structAtom(type: StructType): Atom {
  const known = structs.get(type)
  if (known !== undefined) return known
  const { atomic, fields } = rulesOf(type)
  const atom: Atom = {
    kind: 'map',
    atomic,
    closed: true,
    field: name => {
      const field = type.jsonFields.get(name)
      if (field === undefined) return { place: undefined, named: false }
      const rule = fields.get(name)
      return { place: { type: field.type, ...(rule && { rule }) }, named: true }
    },
  }
  structs.set(type, atom)
  return atom
}

/** The atom of a place; `value` decides where the type leaves it open. */
export function atomOf(place: Described, value: unknown): Atom {
  if (place === undefined) return atomByValue(value)
  if ('schema' in place) return schemaAtom(place) ?? atomByValue(value)
  const { type, rule } = place
  switch (type.kind) {
    case 'pointer':
      return atomOf({ ...place, type: type.element }, value)
    case 'primitive':
      return { kind: 'scalar', scalar: scalarOf(type.primitive) }
    case 'struct': {
      const atom = structAtom(type)
      if (rule?.atomic === undefined || atom.kind !== 'map') return atom
      return { ...atom, atomic: rule.atomic }
    }
    case 'map': {
      const element = { type: type.element }
      const field = () => ({ place: element, named: false })
      return { kind: 'map', atomic: rule?.atomic === true, field, closed: false }
    }
    case 'slice':
      return {
        kind: 'list',
        atomic: rule?.keys === undefined,
        keys: rule?.keys,
        element: { type: type.element },
      }
    case 'special':
      return type.special === 'bytes' || type.special === 'Duration'
        ? { kind: 'scalar', scalar: 'string' }
        : atomByValue(value)
  }
}

function scalarOf(primitive: string): 'numeric' | 'string' | 'boolean' {
  if (primitive === 'string') return 'string'
  return primitive === 'bool' ? 'boolean' : 'numeric'
}

export type Indexed =
  | { readonly ok: true; readonly element: string }
  | { readonly ok: false; readonly error: string }

/** The path element of an item of a list that is a map or a set. */
export function itemElement(keys: NonNullable<Rule['keys']>, item: unknown): Indexed {
  if (keys.length === 0) return setElement(item)
  if (item === null || item === undefined) {
    return { ok: false, error: 'associative list with keys may not have a null element' }
  }
  if (!isObject(item)) {
    return { ok: false, error: 'associative list with keys may not have non-map elements' }
  }
  const found = keys.flatMap(({ name, otherwise }): [string, unknown][] => {
    const value = Object.hasOwn(item, name) ? item[name] : otherwise
    return value === undefined ? [] : [[name, value]]
  })
  if (found.length > 0) return { ok: true, element: keyElement(found) }
  const names = keys.map(({ name }) => `"${name}"`).join(' ')
  const error =
    `associative list with keys has an element that omits all key fields [${names}] ` +
    "(and doesn't have default values for any key fields)"
  return { ok: false, error }
}

function setElement(item: unknown): Indexed {
  if (isObject(item)) {
    return { ok: false, error: "associative list without keys has an element that's a map type" }
  }
  if (isArray(item)) {
    return { ok: false, error: 'not supported: associative list with lists as elements' }
  }
  if (item === null || item === undefined) {
    const error = "associative list without keys has an element that's an explicit null"
    return { ok: false, error }
  }
  return { ok: true, element: valueElement(item) }
}
