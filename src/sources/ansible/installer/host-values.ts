// Variables of hosts as the installer's tasks see them: templates evaluated with groups, hostvars
// and the few facts whose value changes nothing here (addresses and interface names).

import { compareStrings } from '../../../base/compare.ts'
import { groupsOf, hostVariables, type Inventory } from '../inventory/inventory.ts'
import type { Group, Host, Message, Variables } from '../inventory/model.ts'
import { hostVars } from '../playbooks/hostvars.ts'
import { LazyMapping } from '../playbooks/lazy-mapping.ts'
import { type Evaluated, evaluate } from '../templating/evaluate.ts'
import { Scope, type Variables as Names } from '../templating/scope.ts'
import type { Value } from '../values.ts'

/** What templates may name that no file of the inventory says. */
export interface Surroundings {
  /** The defaults of the installer's roles. */
  readonly defaults?: ReadonlyMap<string, Value>
}

/** The variables of all hosts of an inventory. */
export class HostValues {
  readonly errors: Message[] = []
  readonly #inventory: Inventory
  readonly #variables = new Map<string, Variables>()
  readonly #scopes = new Map<string, Scope>()
  readonly #groups: ReadonlyMap<Value, Value>
  readonly #hostvars: Value
  readonly #defaults: ReadonlyMap<string, Value>

  constructor(inventory: Inventory, { defaults = new Map() }: Surroundings = {}) {
    this.#inventory = inventory
    this.#defaults = defaults
    const names = [...inventory.groups.keys()].sort(compareStrings)
    const members = (name: string): readonly string[] =>
      inventory.data
        .group(name)
        .allHosts()
        .map(host => host.name)
    this.#groups = new Map(names.map(name => [name, members(name)]))
    this.#hostvars = hostVars({
      options: { version: inventory.settings.version },
      hosts: () => inventory.hosts.keys(),
      variablesOf: name => {
        const host = inventory.hosts.get(name)
        return host === undefined ? undefined : this.#names(host)
      },
    })
  }

  /** The variables of a host as they are written. */
  of(host: Host): Variables {
    const known = this.#variables.get(host.name)
    if (known !== undefined) return known
    const { variables, errors } = hostVariables(this.#inventory, host)
    for (const error of errors) {
      if (!this.errors.some(({ text }) => text === error.text)) this.errors.push(error)
    }
    this.#variables.set(host.name, variables)
    return variables
  }

  /** What a variable of a host comes to; undefined where it has none. */
  value(host: Host, name: string): Evaluated | undefined {
    const variable = this.of(host).get(name)
    if (variable === undefined) return undefined
    return evaluate(variable.value, this.#scope(host))
  }

  #scope(host: Host): Scope {
    const known = this.#scopes.get(host.name)
    if (known !== undefined) return known
    const scope = new Scope(this.#names(host), { version: this.#inventory.settings.version })
    this.#scopes.set(host.name, scope)
    return scope
  }

  #names(host: Host): Names {
    const own = this.of(host)
    const magic: ReadonlyMap<string, Value> = new Map<string, Value>([
      ['inventory_hostname', host.name],
      ['group_names', groupsOf(host).map(({ name }: Group) => name)],
      ['groups', this.#groups],
      ['hostvars', this.#hostvars],
      ['ansible_facts', factsOf(host.name)],
    ])
    return {
      get: name => magic.get(name) ?? own.get(name)?.value ?? this.#defaults.get(name),
      names: () => [...magic.keys(), ...[...own.keys()].filter(key => typeof key === 'string')],
    }
  }
}

// Every interface has the address of the host: which one it is decides nothing about the cluster.
function factsOf(host: string): Value {
  const address: Value = new Map([['address', host]])
  const known = new Map<Value, Value>([
    ['hostname', host],
    [
      'default_ipv4',
      new Map<Value, Value>([
        ['interface', 'eth0'],
        ['address', host],
      ]),
    ],
  ])
  return new LazyMapping({
    pythonClass: 'dict',
    keys: () => known.keys(),
    get: key => known.get(key) ?? new Map([['ipv4', address]]),
    has: () => true,
  })
}
