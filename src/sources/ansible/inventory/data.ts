// The inventory under construction: adding hosts, groups and variables with the engine's rules.
// Port of ansible-core 2.18 inventory/data.py: InventoryData, inventory/group.py:
// to_safe_group_name.

import type { Location } from '../../../base/problem.ts'
import { Failure } from '../failure.ts'
import { strOf } from '../python/repr.ts'
import type { Value } from '../values.ts'
import { InventoryGroup, InventoryHost } from './group.ts'
import type { MessageLog } from './messages.ts'
import type { Variable } from './model.ts'
import type { Settings } from './settings.ts'
import { className } from './type-name.ts'

/** Names that mean the machine Ansible runs on. */
export const localNames: readonly string[] = ['127.0.0.1', 'localhost', '::1']

const invalidCharacter = /^[\p{Nd}]|^[^\p{L}\p{N}_]|[^\p{L}\p{N}_]/gu

export class InventoryData {
  readonly groups = new Map<string, InventoryGroup>()
  readonly hosts = new Map<string, InventoryHost>()
  readonly settings: Settings
  readonly messages: MessageLog
  /** The source that is being read; hosts remember it. */
  source: string | undefined
  #localhost: InventoryHost | undefined

  constructor(settings: Settings, messages: MessageLog) {
    this.settings = settings
    this.messages = messages
    const all = this.#newGroup('all')
    all.addChild(this.#newGroup('ungrouped'))
  }

  #newGroup(name: string): InventoryGroup {
    const group = new InventoryGroup(name, this.settings)
    this.groups.set(name, group)
    return group
  }

  /** A group of that name, made if need be; its name may differ where settings transform it. */
  addGroup(name: Value, at: Location): string {
    if (typeof name !== 'string' || name === '') throw wrongName('group', name, this.settings)
    const known = this.groups.get(name)
    if (known !== undefined) {
      known.at.push(at)
      return name
    }
    const safe = this.safeGroupName(name, at)
    const group = this.groups.get(safe) ?? this.#newGroup(safe)
    group.at.push(at)
    return safe
  }

  /** The name that settings make of a group name; warns where it is no variable name. */
  safeGroupName(name: string, at: Location): string {
    if (name.match(invalidCharacter) === null) return name
    const { groupNames } = this.settings
    const found = 'Invalid characters were found in group names'
    const hint = 'use -vvvv to see details'
    if (groupNames === 'never') {
      this.messages.warn({ text: `${found} but not replaced, ${hint}`, at, about: 'name' })
    }
    if (groupNames === 'never' || groupNames === 'ignore') return name
    if (groupNames === 'always') {
      const text = `${found} and automatically replaced, ${hint}`
      this.messages.warn({ text, at, about: 'name' })
    }
    return name.replace(invalidCharacter, '_')
  }

  /** A host of that name in a group, made if need be. */
  addHost(name: Value, group: string, at: Location, port?: number): void {
    if (typeof name !== 'string' || name === '') throw wrongName('host', name, this.settings)
    const host = this.hosts.get(name) ?? this.#newHost(name, at, port)
    host.at.push(at)
    this.group(group).addHost(host)
  }

  #newHost(name: string, at: Location, port: number | undefined): InventoryHost {
    const host = new InventoryHost(name, this.settings)
    this.hosts.set(name, host)
    // Port 0 is no port for the engine.
    if (port !== undefined && port !== 0) {
      host.setVariable('ansible_port', { value: port, at, namedAt: at })
    }
    if (localNames.includes(name)) this.#claimLocalhost(host, at)
    return host
  }

  #claimLocalhost(host: InventoryHost, at: Location): void {
    if (this.#localhost === undefined) {
      this.#localhost = host
      return
    }
    const text =
      `A duplicate localhost-like entry was found (${host.name}). ` +
      `First found localhost was ${this.#localhost.name}`
    this.messages.warn({ text, at, about: 'name' })
  }

  group(name: string): InventoryGroup {
    const group = this.groups.get(name)
    if (group === undefined) throw new Failure(`Could not find group ${name} in inventory`)
    return group
  }

  /** Sets a variable; a group comes before a host of the same name. */
  setVariable(entity: string, name: Value, variable: Variable): void {
    const target = this.groups.get(entity) ?? this.hosts.get(entity)
    if (target === undefined) {
      throw new Failure(`Could not identify group or host named ${entity}`)
    }
    target.setVariable(name, variable)
  }

  addChild(group: string, child: string): void {
    const parent = this.groups.get(group)
    if (parent === undefined) throw new Failure(`${group} is not a known group`)
    const below = this.groups.get(child)
    if (below !== undefined) parent.addChild(below)
    else {
      const host = this.hosts.get(child)
      if (host === undefined) throw new Failure(`${child} is not a known host nor group`)
      parent.addHost(host)
    }
  }

  /** Puts groups without parents below `all` and hosts without groups into `ungrouped`. */
  reconcile(): void {
    this.source = undefined
    for (const group of this.groups.values()) {
      if (group.name !== 'all' && group.parents.length === 0) this.addChild('all', group.name)
    }
    const all = this.group('all')
    const ungrouped = this.group('ungrouped')
    for (const host of this.hosts.values()) {
      const others = host.groups.filter(group => group !== all && group !== ungrouped)
      if (host.isIn(ungrouped)) {
        if (others.length > 0) ungrouped.removeHost(host)
      } else if (others.length === 0) this.addChild('ungrouped', host.name)
    }
    this.#warnOfConflicts()
  }

  #warnOfConflicts(): void {
    for (const [name, group] of this.groups) {
      const host = this.hosts.get(name)
      if (host === undefined) continue
      const text = `Found both group and host with same name: ${name}`
      const at = group.at[0] ?? host.at[0]
      this.messages.warn({ text, about: 'name', ...(at === undefined ? {} : { at }) })
    }
  }

  /** A host; localhost is made up where no inventory has one. */
  host(name: string): InventoryHost | undefined {
    const known = this.hosts.get(name)
    if (known !== undefined || !localNames.includes(name)) return known
    this.#localhost ??= this.#implicitLocalhost(name)
    return this.#localhost
  }

  #implicitLocalhost(name: string): InventoryHost {
    const host = new InventoryHost(name, this.settings, true)
    const at = { file: name }
    host.setVariable('ansible_connection', { value: 'local', at, namedAt: at })
    return host
  }
}

function wrongName(what: 'group' | 'host', name: Value, settings: Settings): Failure {
  const text = strOf(name)
  const isEmpty = name === '' || name === null || name === false || name === 0
  if (isEmpty) {
    return new Failure(
      what === 'group'
        ? `Invalid empty/false group name provided: ${text}`
        : `Invalid empty host name provided: ${text}`,
    )
  }
  const type = className(name, settings.version)
  return new Failure(`Invalid ${what} name supplied, expected a string but got ${type} for ${text}`)
}
