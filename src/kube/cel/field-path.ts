// The place that a rule blames: a path of fields, as `.spec.replicas` or `.data['a.b']`.
// Port of k8s.io/apiextensions-apiserver v0.36.3 pkg/apiserver/schema/cel/validation.go
// (ValidFieldPath): results.

import type { TypedSchema } from './schema-types.ts'
import { goEscapes } from './unescape.ts'

/** The text between single quotes; undefined where an escape is none. */
function unescaped(text: string): string | undefined {
  let isWrong = false
  const plain = text.replace(/\\(.)/gs, (_, directive: string) => {
    const meant = goEscapes[directive]
    isWrong ||= meant === undefined
    return meant ?? ''
  })
  return isWrong ? undefined : plain
}

const part = /\.([^.[\]]+|[.[\]])|\['((?:\\.|[^'\\])*)'\]/sy

/** The path as messages show it, without a dot in front; undefined for one that leads nowhere. */
export function readFieldPath(path: string, root: TypedSchema): string | undefined {
  let schema: TypedSchema | undefined = root
  let shown = ''
  let index = 0
  while (index < path.length) {
    part.lastIndex = index
    const found = part.exec(path)
    if (found === null || schema === undefined) return undefined
    const name: string | undefined = found[1] ?? unescaped(found[2] ?? '')
    if (name === undefined) return undefined
    const { properties, additionalProperties: more }: TypedSchema = schema
    if (properties !== undefined) {
      if (!Object.hasOwn(properties, name)) return undefined
      schema = properties[name]
      shown = shown === '' ? name : `${shown}.${name}`
    } else {
      if (typeof more !== 'object') return undefined
      schema = more
      shown = `${shown}[${name}]`
    }
    index += found[0].length
  }
  return shown
}
