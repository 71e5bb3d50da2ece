// Whatever stands in a field, the API server answers: no value of any field of any kind throws.

import { expect, it } from 'vitest'
import { memoryServer } from '../../src/apiserver/testing.ts'
import { kinds } from '../../src/kube/kinds.ts'
import type { KubeObject } from '../../src/kube/object.ts'
import { schemaOf, type Type } from '../../src/kube/schema.ts'

type Path = readonly (string | number)[]

/** What people leave in templates: nothing, or the wrong kind of thing. */
const odd = ['null', '""', '0', 'true', '[]', '{}', '[null]', '{"a":null}', '[{}]', '{"a":{}}']

/** Every field, item and map value below a type; a struct is entered once in all. */
function pathsOf(type: Type, at: Path, entered: Set<string>): readonly Path[] {
  switch (type.kind) {
    case 'pointer':
      return pathsOf(type.element, at, entered)
    case 'slice':
      return [at, ...pathsOf(type.element, [...at, 0], entered)]
    case 'map':
      return [at, ...pathsOf(type.element, [...at, 'a'], entered)]
    case 'struct': {
      if (entered.has(type.name)) return [at]
      entered.add(type.name)
      const fields = [...type.jsonFields]
      return [at, ...fields.flatMap(([name, field]) => pathsOf(field.type, [...at, name], entered))]
    }
    default:
      return [at]
  }
}

/** A copy with the value at the path; what lies on the way is made. */
function withValue(base: unknown, [step, ...rest]: Path, value: unknown): unknown {
  if (step === undefined) return value
  if (typeof step === 'number') return [withValue(undefined, rest, value)]
  const fields = (base ?? {}) as Record<string, unknown>
  return { ...fields, [step]: withValue(fields[step], rest, value) }
}

/** What the API server throws; undefined when it answers, whatever that is. */
function thrownBy(object: KubeObject): string | undefined {
  const server = memoryServer()
  const namespace = { apiVersion: 'v1', kind: 'Namespace', metadata: { name: 'default' } }
  server.request({ verb: 'create', object: namespace })
  try {
    server.request({ verb: 'create', object })
    return undefined
  } catch (error) {
    return `${String(error)}: ${JSON.stringify(object)}`
  }
}

const entered = new Set<string>()

const served = [...kinds.values()].flatMap(({ group, versions: [version = ''], kind }) => {
  const apiVersion = group === '' ? version : `${group}/${version}`
  const type = schemaOf(apiVersion, kind)
  return type === undefined ? [] : [{ apiVersion, kind, type }]
})

it.each(served)('$apiVersion $kind', ({ apiVersion, kind, type }) => {
  const base = { apiVersion, kind, metadata: { name: 'x', namespace: 'default' } }
  // A document of no kind, or whose metadata is no mapping, never reaches the API server.
  const paths = pathsOf(type, [], entered).filter(([first, second]) =>
    first === 'metadata' ? second !== undefined : first !== undefined && !(first in base),
  )
  const thrown = paths.flatMap(path =>
    odd.flatMap(value => thrownBy(withValue(base, path, JSON.parse(value)) as KubeObject) ?? []),
  )
  expect(thrown).toEqual([])
})
