// Walks a path through an object and sets what is at its end. Objects are not changed: a new one
// shares everything beside the path. Port of gatekeeper v3.23.1 mutators/core/mutation_function.go.

import { isArray, type JsonObject } from '../../kube/patch/json.ts'
import { goTypeText, isMap, sameGoValue } from './go-value.ts'
import { type ListNode, nodeText, type ObjectNode, type PathNode } from './location.ts'
import { MutationError } from './mutation-error.ts'
import type { Mutator, Target } from './mutator.ts'
import { existsOkay, missingOkay } from './path-tests.ts'

/** The new value at this depth, the given one when nothing changes, undefined when forbidden. */
type Set = unknown

/**
 * The mutated object, or undefined when the mutator leaves it alone; the same object when what it
 * sets is there already. Throws a MutationError.
 */
export function setAtPath(mutator: Mutator, target: Target): JsonObject | undefined {
  if (mutator.path.length === 0) {
    throw new MutationError('attempting to mutate an empty target location')
  }
  return setIn({ mutator, target }, target, 0) as JsonObject | undefined
}

interface Walk {
  readonly mutator: Mutator
  readonly target: Target
}

function setIn(walk: Walk, current: unknown, depth: number): Set {
  const node = walk.mutator.path[depth] as PathNode
  return node.type === 'Object'
    ? setInObject(walk, node, { current, depth })
    : setInList(walk, node, { current, depth })
}

interface Place {
  readonly current: unknown
  readonly depth: number
}

function mismatch(expected: string, current: unknown, node: PathNode): MutationError {
  const received = `received object (type: ${goTypeText(current)}). Path: ${nodeText(node)}`
  return new MutationError(`mismatch between path entry (type: ${expected}) and ${received}`)
}

function setInObject(walk: Walk, node: ObjectNode, { current, depth }: Place): Set {
  if (!isMap(current)) throw mismatch('object', current, node)
  const { path, tests, setter } = walk.mutator
  const { reference } = node
  const exists = Object.hasOwn(current, reference)
  if (exists ? !existsOkay(tests, depth) : !missingOkay(tests, depth)) return undefined
  if (depth === path.length - 1) return setter.set(current, reference, walk.target)
  const next = exists ? current[reference] : missingElement(walk, depth)
  const changed = setIn(walk, next, depth + 1)
  if (changed === undefined) return undefined
  return changed === next && exists ? current : { ...current, [reference]: changed }
}

function setInList(walk: Walk, node: ListNode, { current, depth }: Place): Set {
  if (!isArray(current)) throw mismatch('List', current, node)
  const { path, tests } = walk.mutator
  if (depth === path.length - 1) return setElement(walk, node, { list: current, depth })
  // What must not exist cannot be said of every element.
  if (node.glob && !existsOkay(tests, depth)) return undefined
  let changed: readonly unknown[] | undefined
  let found = false
  for (let index = 0; index < current.length; index += 1) {
    const element = current[index]
    if (!node.glob && !hasKey(element, node)) continue
    if (!existsOkay(tests, depth)) return undefined
    found = true
    const set = setIn(walk, element, depth + 1)
    if (set === undefined) continue
    changed = withElement(changed ?? current, index, set)
  }
  if (node.glob || found) return changed
  if (!missingOkay(tests, depth)) return undefined
  const added = setIn(walk, missingElement(walk, depth), depth + 1)
  return added === undefined ? undefined : [...current, added]
}

/** The list with one element replaced; the same list when it is that element already. */
function withElement(
  list: readonly unknown[],
  index: number,
  element: unknown,
): readonly unknown[] {
  return list[index] === element ? list : list.with(index, element)
}

function hasKey(element: unknown, { keyField, keyValue }: ListNode): boolean {
  return isMap(element) && keyValue !== undefined && element[keyField] === keyValue
}

interface ListPlace {
  readonly list: readonly unknown[]
  readonly depth: number
}

/** The path ends in a keyed list: the element with the key is replaced or appended. */
function setElement(walk: Walk, node: ListNode, { list, depth }: ListPlace): Set {
  const { tests, setter } = walk.mutator
  if (setter.element === undefined) {
    throw new MutationError('mutator does not understand keyed lists')
  }
  if (node.glob) throw new MutationError('last path entry can not be globbed')
  const value = setter.element(walk.target)
  const index = list.findIndex(element => {
    if (isMap(element)) return hasKey(element, node)
    const type = goTypeText(element)
    throw new MutationError(`cast error, unable to case ${type} to map[string]interface{}`)
  })
  if (index < 0) return missingOkay(tests, depth) ? [...list, value] : undefined
  if (!hasKey(value, node)) {
    throw new MutationError('key value of replaced object must not change')
  }
  if (!existsOkay(tests, depth)) return undefined
  return sameGoValue(list[index], value) ? list : withElement(list, index, value)
}

/** What has to be there for the path to go on: an object or list, with its key in a list. */
function missingElement({ mutator: { path } }: Walk, depth: number): unknown {
  const node = path[depth] as PathNode
  const next = path[depth + 1] as PathNode
  if (node.type === 'Object') return next.type === 'Object' ? {} : []
  return { [node.keyField]: node.keyValue }
}
