// The schema that the paths of all mutators imply, and where they contradict each other.
// Port of gatekeeper v3.23.1 pkg/mutation/schema.

import { sortedStrings } from '../../base/compare.ts'
import { assert } from '../../base/assert.ts'
import { bindingsOf } from './apply-to.ts'
import type { Path, PathNode } from './location.ts'
import type { ImpliedSchema, Mutator, NodeType } from './mutator.ts'

/** A place in the implied schema of one kind and operation; ids are of mutators. */
interface SchemaNode {
  readonly referencedBy: Set<string>
  /** By key, then by type: more than one known type is a contradiction. */
  readonly children: Map<string, Map<NodeType, SchemaNode>>
  /** Mutators whose path must not be extended by another's. */
  readonly mustTerminate: Set<string>
}

type Scheming = Mutator & { readonly schema: ImpliedSchema }

function schemaNode(): SchemaNode {
  return { referencedBy: new Set(), children: new Map(), mustTerminate: new Set() }
}

/** Keeps the implied schemas of mutators as they come and go. */
export class ImpliedSchemas {
  private readonly mutators = new Map<string, Scheming>()
  private readonly roots = new Map<string, SchemaNode>()
  private readonly conflicting = new Set<string>()

  /** Adds or replaces a mutator; gives the ids it is in conflict with, itself among them. */
  upsert(mutator: Mutator): readonly string[] {
    const { id, schema } = mutator
    if (schema === undefined) return []
    this.remove(id)
    const scheming = { ...mutator, schema }
    this.mutators.set(id, scheming)
    const conflicts = new Set<string>()
    for (const binding of bindingsOf(mutator.applyTo ?? [])) {
      let root = this.roots.get(binding)
      if (root === undefined) this.roots.set(binding, (root = schemaNode()))
      addPath(root, scheming, { path: mutator.path, conflicts })
    }
    for (const each of conflicts) this.conflicting.add(each)
    return sortedStrings(conflicts)
  }

  /** Removes a mutator; others whose conflict it was are applied again. */
  remove(id: string): void {
    const mutator = this.mutators.get(id)
    if (mutator === undefined) return
    for (const binding of bindingsOf(mutator.applyTo ?? [])) {
      const root = this.roots.get(binding)
      assert(root !== undefined, 'a mutator is part of the schema of each of its bindings')
      removePath(root, mutator, mutator.path)
    }
    this.mutators.delete(id)
    this.conflicting.delete(id)
    for (const other of sortedStrings(this.conflicting)) {
      if (this.conflictsOf(other).length === 0) this.conflicting.delete(other)
    }
  }

  /** Whether a mutator is skipped because its path contradicts another's. */
  hasConflicts(id: string): boolean {
    return this.conflicting.has(id)
  }

  /** The ids in conflict along the path of a mutator, sorted. */
  conflictsOf(id: string): readonly string[] {
    const mutator = this.mutators.get(id)
    if (mutator === undefined) return []
    const conflicts = new Set<string>()
    for (const binding of bindingsOf(mutator.applyTo ?? [])) {
      const root = this.roots.get(binding)
      if (root !== undefined) collectAlong(root, mutator, { path: mutator.path, conflicts })
    }
    return sortedStrings(conflicts)
  }
}

function keyOf(node: PathNode): string {
  return node.type === 'Object' ? node.reference : node.keyField
}

/** The type of what is at the first key of the path: the next step says it, or the mutator. */
function headType(path: Path, { terminal }: ImpliedSchema): NodeType {
  return path[1]?.type ?? terminal
}

interface Rest {
  readonly path: Path
  readonly conflicts: Set<string>
}

function addPath(node: SchemaNode, mutator: Scheming, { path, conflicts }: Rest): void {
  node.referencedBy.add(mutator.id)
  const [head] = path
  if (head === undefined) {
    if (mutator.schema.mustTerminate) node.mustTerminate.add(mutator.id)
    return
  }
  const key = keyOf(head)
  let types = node.children.get(key)
  if (types === undefined) node.children.set(key, (types = new Map()))
  const type = headType(path, mutator.schema)
  let child = types.get(type)
  if (child === undefined) types.set(type, (child = schemaNode()))
  addPath(child, mutator, { path: path.slice(1), conflicts })
  collectAt(node, key, conflicts)
}

function removePath(node: SchemaNode, mutator: Scheming, path: Path): void {
  node.referencedBy.delete(mutator.id)
  const [head] = path
  if (head === undefined) {
    node.mustTerminate.delete(mutator.id)
    return
  }
  const key = keyOf(head)
  const type = headType(path, mutator.schema)
  const types = node.children.get(key)
  const child = types?.get(type)
  assert(types !== undefined && child !== undefined, 'a path is removed where it was added')
  removePath(child, mutator, path.slice(1))
  if (child.referencedBy.size === 0) types.delete(type)
  if (types.size === 0) node.children.delete(key)
}

function collectAlong(node: SchemaNode, mutator: Scheming, { path, conflicts }: Rest): void {
  const [head] = path
  if (head === undefined) return
  const key = keyOf(head)
  const child = node.children.get(key)?.get(headType(path, mutator.schema))
  if (child === undefined) return
  collectAlong(child, mutator, { path: path.slice(1), conflicts })
  collectAt(node, key, conflicts)
}

function addAll(into: Set<string>, from: ReadonlySet<string>): void {
  for (const id of from) into.add(id)
}

/** Contradictions at one key: two known types, two keys of one list, or a path beyond an end. */
function collectAt(node: SchemaNode, key: string, conflicts: Set<string>): void {
  const types = node.children.get(key) ?? new Map<NodeType, SchemaNode>()
  const known = types.size - (types.has('Unknown') ? 1 : 0)
  let ends = false
  let goesOn = false
  for (const [type, child] of types) {
    ends ||= child.mustTerminate.size > 0
    goesOn ||= child.children.size > 0
    if (type === 'Unknown') continue
    const hasTwoKeys = type === 'List' && child.children.size > 1
    if (known > 1 || hasTwoKeys) addAll(conflicts, child.referencedBy)
  }
  if (!ends || !goesOn) return
  for (const child of types.values()) {
    addAll(conflicts, child.mustTerminate)
    for (const grandchildren of child.children.values()) {
      for (const grandchild of grandchildren.values()) {
        addAll(conflicts, grandchild.referencedBy)
      }
    }
  }
}
