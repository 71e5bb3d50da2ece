// Assign sets a field outside of metadata.
// Port of gatekeeper v3.23.1 pkg/mutation/mutators/assign.

import { applyToOf } from './apply-to.ts'
import { type Assigned, assignedOf, assigning } from './assignment.ts'
import {
  checkKeyKept,
  identityOf,
  isBelowMetadata,
  lastList,
  locationOf,
  testsOf,
} from './build.ts'
import { goValueText, isMap, plainJson } from './go-value.ts'
import type { ListNode } from './location.ts'
import { matchOf } from './match.ts'
import { MutationError } from './mutation-error.ts'
import { type MutatorKind, objectAt } from './mutator.ts'

const kind = 'Assign'

export const assign = {
  kind,
  doc: 'Sets a field, or an element of a keyed list, to a constant or a name.',
  build(source) {
    const { name, id } = identityOf(source, kind)
    const spec = objectAt(source, 'spec')
    const path = locationOf(spec, at => `invalid location format \`${at}\` for Assign ${name}`)
    if (isBelowMetadata(path)) throw new MutationError(`assign ${name} can't change metadata`)
    checkKeyKept(path)
    const { parameters } = spec
    const assigned = assignedOf(parameters)
    const list = lastList(path)
    if (list !== undefined) checkElement(list, assigned)
    return {
      id,
      kind,
      name,
      tests: testsOf(parameters, path, `${kind} ${name}`),
      applyTo: applyToOf(spec['applyTo'], kind, name),
      match: matchOf(spec['match']),
      path,
      setter: assigning(assigned),
      setsGoValues: assigned.from === 'value' && plainJson(assigned.value) !== assigned.value,
      ...(assigned.from === 'provider' && { isExternal: true }),
      schema: { terminal: 'Unknown', mustTerminate: false },
      source,
    }
  },
} satisfies MutatorKind

/** A list takes objects that carry its key. */
function checkElement({ glob, keyField, keyValue }: ListNode, assigned: Assigned): void {
  if (assigned.from === 'metadata') {
    throw new MutationError('cannot assign a metadata field to a list')
  }
  if (assigned.from === 'provider') {
    throw new MutationError('cannot assign external data response to a list')
  }
  if (glob) throw new MutationError("can't append to a globbed list")
  const { value } = assigned
  if (!isMap(value)) {
    const text = goValueText(value)
    throw new MutationError(`invalid value: \`${text}\`, only objects can be added to keyed lists`)
  }
  if (value[keyField] === keyValue) return
  const keys = `list key ${keyValue}, object key ${goValueText(value[keyField])}`
  throw new MutationError(`adding object to list with different key ${keyField}: ${keys}`)
}
