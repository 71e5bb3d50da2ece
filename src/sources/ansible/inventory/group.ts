// Groups under construction: who is in them, who is above them, how deep they lie.
// Port of ansible-core 2.18 inventory/group.py, inventory/host.py. Where upstream iterates sets of
// objects, whose order is undefined, the order here is that of insertion.

import type { Location } from '../../../base/problem.ts'
import { Failure } from '../failure.ts'
import { parseInteger } from '../python/integer.ts'
import { Float, isMapping, numberOf, textOf, type Value } from '../values.ts'
import { assign, combined } from './combine.ts'
import type { Group, Host, Variable, Variables } from './model.ts'
import type { Settings } from './settings.ts'
import { typeName } from './type-name.ts'

export class InventoryHost implements Host {
  readonly name: string
  readonly isImplicit: boolean
  readonly at: Location[] = []
  readonly #groups = new Set<InventoryGroup>()
  #variables: Variables = new Map()
  readonly #settings: Settings

  constructor(name: string, settings: Settings, isImplicit = false) {
    this.name = name
    this.#settings = settings
    this.isImplicit = isImplicit
  }

  get groups(): readonly InventoryGroup[] {
    return [...this.#groups]
  }

  get variables(): Variables {
    return this.#variables
  }

  isIn(group: InventoryGroup): boolean {
    return this.#groups.has(group)
  }

  addAncestors(groups: Iterable<InventoryGroup>): void {
    for (const group of groups) this.#groups.add(group)
  }

  addGroup(group: InventoryGroup): void {
    this.addAncestors(group.ancestors())
    this.#groups.add(group)
  }

  removeGroup(group: InventoryGroup): void {
    if (!this.#groups.delete(group)) return
    // Ancestors that no other group of the host has go, too.
    for (const above of group.ancestors()) {
      if (above.name === 'all') continue
      if (![...this.#groups].some(other => other.ancestors().has(above))) this.removeGroup(above)
    }
  }

  setVariable(name: Value, variable: Variable): void {
    this.#variables = withVariable(this.#variables, name, variable, this.#settings)
  }
}

export class InventoryGroup implements Group {
  readonly name: string
  readonly at: Location[] = []
  readonly children: InventoryGroup[] = []
  readonly parents: InventoryGroup[] = []
  depth = 0
  priority: number | bigint = 1
  readonly #hosts = new Map<string, InventoryHost>()
  readonly #settings: Settings
  #variables: Variables = new Map()
  #allHosts: readonly InventoryHost[] | undefined

  constructor(name: string, settings: Settings) {
    this.name = name
    this.#settings = settings
  }

  get hosts(): readonly InventoryHost[] {
    return [...this.#hosts.values()]
  }

  get variables(): Variables {
    return this.#variables
  }

  ancestors(): Set<InventoryGroup> {
    return reached(this.parents, group => group.parents)
  }

  /** Itself and all below, level by level; a group may be named more than once. */
  #descendants(): readonly InventoryGroup[] {
    const ordered: InventoryGroup[] = [this, ...this.children]
    const seen = new Set<InventoryGroup>()
    let level = new Set<InventoryGroup>([this, ...this.children])
    while (level.size > 0) {
      for (const group of level) seen.add(group)
      const next = new Set<InventoryGroup>()
      for (const group of level) {
        for (const child of group.children) {
          next.add(child)
          if (!seen.has(child)) ordered.push(child)
        }
      }
      for (const group of seen) next.delete(group)
      level = next
    }
    return ordered
  }

  /** Hosts of the group and of all groups below, each once, in the order of the engine. */
  allHosts(): readonly InventoryHost[] {
    if (this.#allHosts !== undefined) return this.#allHosts
    const hosts = new Set<InventoryHost>()
    for (const group of this.#descendants()) {
      for (const host of group.#hosts.values()) {
        if (this.name !== 'all' || !host.isImplicit) hosts.add(host)
      }
    }
    this.#allHosts = [...hosts]
    return this.#allHosts
  }

  addChild(group: InventoryGroup): void {
    if (group === this) throw new Failure("can't add group to itself")
    if (this.children.includes(group)) return
    const above = this.ancestors()
    if (above.has(group)) {
      throw new Failure(
        `Adding group '${group.name}' as child to '${this.name}' creates a recursive dependency loop.`,
      )
    }
    const known = group.ancestors()
    above.add(this)
    for (const ancestor of known) above.delete(ancestor)
    this.children.push(group)
    group.depth = Math.max(this.depth + 1, group.depth)
    group.#deepen()
    if (!group.parents.some(({ name }) => name === this.name)) {
      group.parents.push(this)
      for (const host of group.allHosts()) host.addAncestors(above)
    }
    this.#forget()
  }

  // The depth of what is below grows with the group, level by level.
  #deepen(): void {
    let depth = this.depth
    let level = new Set(this.children)
    while (level.size > 0) {
      depth += 1
      const next = new Set<InventoryGroup>()
      for (const group of level) {
        if (group.depth >= depth) continue
        group.depth = depth
        for (const child of group.children) next.add(child)
      }
      level = next
    }
  }

  addHost(host: InventoryHost): void {
    if (this.#hosts.has(host.name)) return
    this.#hosts.set(host.name, host)
    host.addGroup(this)
    this.#forget()
  }

  removeHost(host: InventoryHost): void {
    if (!this.#hosts.delete(host.name)) return
    host.removeGroup(this)
    this.#forget()
  }

  setVariable(name: Value, variable: Variable): void {
    if (name === 'ansible_group_priority') {
      this.priority = priorityOf(variable.value, this.#settings)
    } else this.#variables = withVariable(this.#variables, name, variable, this.#settings)
  }

  #forget(): void {
    this.#allHosts = undefined
    for (const group of this.ancestors()) group.#allHosts = undefined
  }
}

function reached(
  start: readonly InventoryGroup[],
  next: (group: InventoryGroup) => readonly InventoryGroup[],
): Set<InventoryGroup> {
  const seen = new Set<InventoryGroup>(start)
  for (const group of seen) for (const other of next(group)) seen.add(other)
  return seen
}

// A mapping over a mapping is combined as settings say; anything else replaces what was there.
function withVariable(
  variables: Variables,
  name: Value,
  variable: Variable,
  settings: Settings,
): Variables {
  const before = variables.get(name)
  if (before !== undefined && isMapping(before.value) && isMapping(variable.value)) {
    return combined(variables, new Map([[name, variable]]), settings)
  }
  const result = variables as Map<Value, Variable>
  assign(result, name, variable, { ...settings, hashBehaviour: 'replace' })
  return result
}

function priorityOf(value: Value, settings: Settings): number | bigint {
  const text = textOf(value)
  if (text !== undefined) {
    const number = parseInteger(text)
    if (typeof number === 'bigint') return Number(number)
    throw new Failure(number.error)
  }
  const number = numberOf(value)
  if (number === undefined) {
    throw new Failure(
      'int() argument must be a string, a bytes-like object or a real number, not ' +
        `'${typeName(value, settings.version)}'`,
    )
  }
  if (!(value instanceof Float) || Number.isFinite(value.value)) return truncated(number)
  const what = Number.isNaN(value.value) ? 'float NaN' : 'float infinity'
  throw new Failure(`cannot convert ${what} to integer`)
}

function truncated(number: number | bigint): number | bigint {
  return typeof number === 'bigint' ? number : Math.trunc(number)
}
