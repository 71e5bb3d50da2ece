// The value of a keyword for a task: its own, or that of what it lies in. Port of ansible-core 2.18
// playbook/task.py and block.py _get_parent_attribute.

import { isList, type Value } from '../values.ts'
import { equals } from '../templating/python/compare.ts'
import { joined } from './keywords.ts'
import { type Block, isInclude, type Parent, type Role, type Task } from './model.ts'

function listOf(value: Value | undefined): readonly Value[] {
  if (value === undefined || value === null) return []
  return isList(value) ? value : [value]
}

/** Joins two lists, leaving out equal neighbours. */
function extend(inner: readonly Value[], outer: readonly Value[], isOuterFirst: boolean): Value[] {
  const all = isOuterFirst ? [...outer, ...inner] : [...inner, ...outer]
  return all.filter((item, index) => index === 0 || !equals(item, all[index - 1] as Value))
}

/** What hands its keywords down: an include that is read later does not, what it lies in does. */
function givingParent(node: Task | Block): Parent | undefined {
  const { parent } = node
  return isInclude(parent) && !parent.isStatic ? parent.parent : parent
}

/** The joined values of `when`, `tags` and their like. */
export function inheritedList(node: Task | Block, name: string): readonly Value[] {
  const isOuterFirst = joined.get(name) === 'outer-first'
  let value: readonly Value[] = extend(listOf(node.attributes.get(name)), [], isOuterFirst)
  const parent = givingParent(node)
  if (parent !== undefined) value = extend(value, inheritedList(parent, name), isOuterFirst)
  if (node.kind === 'task' || isBesideImports(node, name)) return value
  for (const role of rolesAbove(node)) {
    value = extend(value, listOf(role.attributes.get(name)), isOuterFirst)
  }
  return extend(value, listOf(node.play.attributes.get(name)), isOuterFirst)
}

// The `when` of an import of playbooks reaches neither the handlers of a play itself nor the
// tasks of the engine.
function isBesideImports(block: Block, name: string): boolean {
  if (name !== 'when' || block.role !== undefined) return false
  const [first] = block.block
  const isEngines = first?.kind === 'task' && first.isImplicit
  return isEngines || block.play.handlers.includes(block)
}

/** The roles of a block, the innermost first. */
function rolesAbove(block: Block): readonly Role[] {
  if (block.role === undefined) return []
  return [block.role, ...[...(depChainOf(block) ?? [])].reverse()]
}

/** The roles that lead to a block or task, the outermost first. */
export function depChainOf(node: Task | Block): readonly Role[] | undefined {
  let current: Parent | undefined = node
  while (current !== undefined) {
    if (current.kind === 'block' && current.depChain !== undefined) return current.depChain
    current = current.parent
  }
  return undefined
}

/** The value of a keyword that the nearest one sets. */
export function inherited(node: Task | Block, name: string): Value | undefined {
  const own = node.attributes.get(name)
  if (own !== undefined) return own
  const parent = givingParent(node)
  const above = parent === undefined ? undefined : inherited(parent, name)
  if (above !== undefined || node.kind === 'task') return above
  for (const role of rolesAbove(node)) {
    const value = role.attributes.get(name)
    if (value !== undefined) return value
  }
  return node.play.attributes.get(name)
}

interface Settled {
  readonly values: Map<string, Value | undefined>
  readonly lists: Map<string, readonly Value[]>
}

const settled = new WeakMap<Task, Settled>()

function settledOf(task: Task): Settled {
  let known = settled.get(task)
  if (known === undefined) {
    known = { values: new Map(), lists: new Map() }
    settled.set(task, known)
  }
  return known
}

/** `inherited` for a task that runs, whose place changes no more. */
export function inheritedAtRun(task: Task, name: string): Value | undefined {
  const { values } = settledOf(task)
  if (!values.has(name)) values.set(name, inherited(task, name))
  return values.get(name)
}

/** `inheritedList` for a task that runs, whose place changes no more. */
export function inheritedListAtRun(task: Task, name: string): readonly Value[] {
  const { lists } = settledOf(task)
  const known = lists.get(name) ?? inheritedList(task, name)
  lists.set(name, known)
  return known
}

/** The tags of a task or block as texts; one text may hold several. */
export function tagsOf(node: Task | Block): readonly string[] {
  if (node.kind === 'task' && node.shownTags !== undefined) return node.shownTags
  return flatTags(inheritedList(node, 'tags'))
}

/** Tags as texts, each once. */
export function flatTags(tags: readonly Value[]): readonly string[] {
  const texts = tags.flatMap(tag =>
    typeof tag === 'string' ? tag.split(',').map(each => each.trim()) : [String(tag)],
  )
  return texts.filter((text, index) => texts.indexOf(text) === index)
}
