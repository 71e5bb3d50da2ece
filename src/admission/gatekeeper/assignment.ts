// spec.parameters.assign: a constant, a field of the metadata of the object being mutated, or what
// a provider of external data answers.
// Port of gatekeeper v3.23.1 apis/mutations/unversioned/value.go.

import type { JsonObject } from '../../kube/patch/json.ts'
import { goValueText, isMap, withFloats } from './go-value.ts'
import { MutationError } from './mutation-error.ts'
import { objectAt, type Setter, type Target, textOf, withField } from './mutator.ts'

/** What is assigned; a constant carries Go's number types. */
export type Assigned =
  | { readonly from: 'value'; readonly value: unknown }
  | { readonly from: 'metadata'; readonly field: 'name' | 'namespace' }
  | { readonly from: 'provider'; readonly dataSource: string }

const choices = '`externalData`, `value` or `fromMetadata`'
const invalid = 'invalid assign field'

/** Reads the field; throws a MutationError unless exactly one way to get a value is given. */
export function assignedOf(parameters: unknown): Assigned {
  const { value, fromMetadata, externalData } = objectAt(parameters, 'assign')
  const given = [value, fromMetadata, externalData].filter(
    each => each !== undefined && each !== null,
  )
  if (given.length === 0) throw new MutationError(`assign must set one of ${choices}: ${invalid}`)
  if (given.length > 1) {
    throw new MutationError(`assign must only set one of ${choices}: ${invalid}`)
  }
  if (given[0] === value) return { from: 'value', value: withFloats(value) }
  if (given[0] === externalData) return providedOf(externalData)
  const field = textOf(objectAt(fromMetadata)['field'])
  if (field === 'name' || field === 'namespace') return { from: 'metadata', field }
  throw new MutationError(`field ${field} is not recognized: invalid fromMetadata field`)
}

/** Upstream's feature flag is set by default since v3.11. */
function providedOf(externalData: unknown): Assigned {
  const { dataSource, failurePolicy, default: fallback } = objectAt(externalData)
  if (failurePolicy === 'UseDefault' && textOf(fallback) === '') {
    const rule = '`default` must not be empty when `failurePolicy` is set to `UseDefault`'
    throw new MutationError(rule)
  }
  return { from: 'provider', dataSource: textOf(dataSource) }
}

/** Sets the field, or the element of a keyed list; leaves it alone where a provider is to answer. */
export function assigning(assigned: Assigned): Setter {
  if (assigned.from === 'provider') return { set: parent => parent }
  const valueFor = (target: Target): unknown =>
    assigned.from === 'value'
      ? assigned.value
      : textOf(objectAt(target, 'metadata')[assigned.field])
  return {
    set: (parent, key, target) => withField(parent, key, valueFor(target)),
    element: target => keyedElement(valueFor(target)),
  }
}

function keyedElement(value: unknown): JsonObject {
  if (isMap(value)) return value
  throw new MutationError(`assign.value for keyed list is not an object: ${goValueText(value)}`)
}
