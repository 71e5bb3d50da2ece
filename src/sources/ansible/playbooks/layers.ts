// Variables in layers: where each is looked for, and what hosts of a class have for themselves.

import type { Variables } from '../templating/scope.ts'
import { omit, Unknown } from '../templating/special.ts'
import type { Value } from '../values.ts'
import type { Attributes, Play, Task } from './model.ts'
import { treeRoot } from './tree.ts'

/** Variables by name. */
export type Layer = Pick<Attributes, 'get' | 'keys' | 'size'>

/** The values of a variable that each host of a class has for itself. */
export type OwnValue = (host: string) => Value | undefined

/** What tasks have set on a host, as it is at one moment. */
export interface State {
  readonly set: Layer | undefined
  readonly own: ReadonlyMap<string, OwnValue>
  readonly included: Layer | undefined
  readonly facts: Layer | undefined
}

/** Variables that the name of a host gives. */
export function namesOf(host: string): ReadonlyMap<string, Value> {
  return new Map([
    ['inventory_hostname', host],
    ['inventory_hostname_short', host.split('.')[0] ?? host],
  ])
}

/** What a host of a class has for itself. */
export function ownLayer(own: ReadonlyMap<string, OwnValue>, host: string): Layer | undefined {
  if (own.size === 0) return undefined
  return { get: name => own.get(name)?.(host), keys: () => own.keys(), size: own.size }
}

/** Variables of a host that gives facts of which nothing is known: each may be there. */
export function withFacts(variables: Variables, facts: Unknown | undefined): Variables {
  if (facts === undefined) return variables
  return {
    names: () => variables.names(),
    get: name => {
      if (name === 'ansible_facts') return facts
      const known = variables.get(name)
      if (known !== undefined || !name.startsWith('ansible_')) return known
      return new Unknown(facts.reasons, { isDefined: false })
    },
  }
}

/** Variables of several layers; the first that has a name gives its value. */
export function layered(layers: readonly (Layer | undefined)[]): Variables {
  const used = layers.filter(layer => layer !== undefined && layer.size > 0) as readonly Layer[]
  return {
    get: name => {
      for (const layer of used) {
        const value = layer.get(name)
        if (value !== undefined) return value
      }
      return undefined
    },
    names: () => new Set(used.flatMap(layer => [...layer.keys()])),
  }
}

/** The hosts of the play at this moment. */
export interface PlayHosts {
  readonly all: readonly string[]
  readonly batch: readonly string[]
  readonly left: readonly string[]
}

export interface PlayFacts {
  readonly play: Play
  readonly groups: Value
  readonly hostvars: Value
  readonly hosts: PlayHosts
  readonly task: Task | undefined
}

/** What the engine says of a play and its hosts to every task, and of the role of a task. */
export function playMagic({ play, groups, hostvars, hosts, task }: PlayFacts): Map<string, Value> {
  const { all, batch, left } = hosts
  const roles = play.roles.map(role => role.name)
  const magic = new Map<string, Value>([
    ['groups', groups],
    ['hostvars', hostvars],
    ['play_hosts', left],
    ['ansible_play_hosts', left],
    ['ansible_play_hosts_all', all],
    ['ansible_play_batch', batch],
    ['ansible_play_name', play.name],
    ['ansible_play_role_names', roles],
    ['ansible_role_names', roles],
    ['role_names', roles],
    ['omit', omit],
  ])
  if (task?.role === undefined) return magic
  magic.set('role_name', task.role.name)
  magic.set('ansible_role_name', task.role.name)
  magic.set('role_path', `${treeRoot}/${task.role.path}`)
  return magic
}
