// ModifySet adds values to a list that has each only once, or takes them away.
// Port of gatekeeper v3.23.1 pkg/mutation/mutators/modifyset.

import { isArray, type JsonObject } from '../../kube/patch/json.ts'
import { commonOf, lastList, locationField, targetOf } from './build.ts'
import { goValueText, nilSlice, sameGoValue } from './go-value.ts'
import { MutationError } from './mutation-error.ts'
import { type MutatorKind, objectAt, type Setter, textOf, withField } from './mutator.ts'

const kind = 'ModifySet'

export const modifySet = {
  kind,
  doc: 'Merges values into a list or prunes them from it.',
  build(source) {
    const target = targetOf(source, kind, { word: 'modifyset' })
    const { path, spec } = target
    if (lastList(path) !== undefined) {
      throw new MutationError(
        'final node in a modifyset location cannot be a keyed list',
        locationField,
      )
    }
    const { parameters } = spec
    const { operation } = objectAt(parameters)
    const { fromList } = objectAt(parameters, 'values')
    return {
      ...commonOf(target),
      setter: modifying(textOf(operation), isArray(fromList) ? fromList : nilSlice),
      setsGoValues: !isArray(fromList),
      schema: { terminal: 'Set', mustTerminate: false },
    }
  },
} satisfies MutatorKind

type Values = readonly unknown[]

function modifying(operation: string, values: Values): Setter {
  switch (operation) {
    case 'merge':
      return { set: (parent, key) => merged(parent, key, values) }
    case 'prune':
      return { set: (parent, key) => pruned(parent, key, values) }
    default: {
      const refusal = `unrecognized operation for modifyset: ${operation}`
      const set = (): never => {
        throw new MutationError(refusal)
      }
      return { set }
    }
  }
}

function listAt(parent: JsonObject, key: string): Values {
  const value = parent[key]
  if (isArray(value)) return value
  throw new MutationError(`${goValueText(value)} is not a list of values, cannot treat it as a set`)
}

function includes(list: Values, value: unknown): boolean {
  return list.some(item => sameGoValue(item, value))
}

function merged(parent: JsonObject, key: string, values: Values): JsonObject {
  if (!Object.hasOwn(parent, key)) return { ...parent, [key]: values }
  let list = listAt(parent, key)
  for (const value of values) {
    if (!includes(list, value)) list = [...list, value]
  }
  return withField(parent, key, list)
}

function pruned(parent: JsonObject, key: string, values: Values): JsonObject {
  if (!Object.hasOwn(parent, key)) return parent
  const list = listAt(parent, key)
  const kept = list.filter(item => !includes(values, item))
  return withField(parent, key, kept)
}
