// Assign sets a field outside of metadata.
// Port of gatekeeper v3.23.1 pkg/mutation/mutators/assign.

import { type Assigned, assignedOf, assigning } from './assignment.ts'
import { checkKeyKept, commonOf, lastList, targetOf } from './build.ts'
import { goValueText, isMap, plainJson } from './go-value.ts'
import type { ListNode } from './location.ts'
import { MutationError } from './mutation-error.ts'
import type { MutatorKind } from './mutator.ts'

const kind = 'Assign'

export const assign = {
  kind,
  doc: 'Sets a field, or an element of a keyed list, to a constant or a name.',
  build(source) {
    const target = targetOf(source, kind, { word: 'assign' })
    const { path, spec } = target
    checkKeyKept(path)
    const assigned = assignedOf(spec['parameters'])
    const list = lastList(path)
    if (list !== undefined) checkElement(list, assigned)
    return {
      ...commonOf(target),
      setter: assigning(assigned),
      setsGoValues: assigned.from === 'value' && plainJson(assigned.value) !== assigned.value,
      ...(assigned.from === 'provider' && { isExternal: true }),
      schema: { terminal: 'Unknown', mustTerminate: false },
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
