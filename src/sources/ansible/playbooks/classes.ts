// Hosts that a run need not tell apart. A class holds hosts of the same groups, and one of them,
// its leader, runs for all. Variables whose values differ inside a class are watched: a task whose
// course reads one of them is judged for every host, and the class parts where they differ.

import { type Inventory, ownVariables } from '../inventory/inventory.ts'
import type { Host } from '../inventory/model.ts'
import { str } from '../templating/python/represent.ts'
import type { Watch } from '../templating/scope.ts'
import type { Value } from '../values.ts'

export interface HostClass {
  /** Tells classes apart; a class that parts makes new ones. */
  readonly id: number
  readonly leader: string
  /** In the order of the inventory; the leader is the first. */
  readonly members: readonly string[]
  readonly watch: Watch
}

/** Variables that the engine makes of a host's own name and address. */
const ofEveryHost: readonly string[] = [
  'inventory_hostname',
  'inventory_hostname_short',
  'ansible_host',
  'ansible_ssh_host',
]

export class HostClasses {
  readonly #inventory: Inventory
  readonly #byHost = new Map<string, HostClass>()
  #lastId = 0

  constructor(inventory: Inventory) {
    this.#inventory = inventory
    const byGroups = new Map<string, string[]>()
    for (const host of inventory.hosts.values()) {
      const key = host.groups.map(({ name }) => name).sort()
      const members = byGroups.get(key.join('\n')) ?? []
      members.push(host.name)
      byGroups.set(key.join('\n'), members)
    }
    for (const members of byGroups.values()) this.#add(members)
  }

  /** How often classes have changed. */
  get version(): number {
    return this.#lastId
  }

  /** The class of a host; a host that joined later is one of its own. */
  of(host: string): HostClass {
    return this.#byHost.get(host) ?? this.#add([host])
  }

  /** Parts a class; together the parts are the class, and the first holds its leader. */
  part(parted: HostClass, parts: readonly (readonly string[])[]): readonly HostClass[] {
    return parts.length < 2 ? [parted] : parts.map(members => this.#add(members))
  }

  #add(members: readonly string[]): HostClass {
    this.#lastId += 1
    const names = members.length < 2 ? new Set<string>() : this.#differing(members)
    const added: HostClass = {
      id: this.#lastId,
      leader: members[0] ?? '',
      members,
      watch: { names, isTouched: false },
    }
    for (const member of members) this.#byHost.set(member, added)
    return added
  }

  #differing(members: readonly string[]): Set<string> {
    const names = new Set(ofEveryHost)
    const own = members.map(name => this.#own(name))
    const [first, ...others] = own
    const all = new Set(own.flatMap(each => [...each.keys()]))
    for (const name of all) {
      const value = first?.get(name)
      if (others.some(other => other.get(name) !== value)) names.add(name)
    }
    return names
  }

  #own(name: string): ReadonlyMap<string, Value> {
    const host: Host | undefined = this.#inventory.hosts.get(name)
    if (host === undefined) return new Map()
    const { variables } = ownVariables(this.#inventory, host)
    return new Map([...variables].map(([key, { value }]) => [str(key), value] as const))
  }
}
