// The two collections that set up k3s, by the groups and variables of their inventories.
// Upstream: k3s-io/k3s-ansible 281554e; timothystewart6/k3s-ansible 4dc333a (techno-tim).

import { hostVariables, type Inventory } from '../ansible/inventory/inventory.ts'
import type { Variable } from '../ansible/inventory/model.ts'
import { textOf } from '../ansible/values.ts'

/** Which groups mean what. */
export interface Flavour {
  readonly name: 'k3s-io/k3s-ansible' | 'techno-tim/k3s-ansible'
  readonly servers: string
  readonly agents: string
  /** What the collection puts into the cluster besides k3s's own components. */
  readonly extras: readonly string[]
}

/** The version of the collection's own sample, where an inventory names none. */
export const defaultVersion = 'v1.36.2+k3s1'

const markers: readonly string[] = [
  'k3s_version',
  'k3s_token',
  'apiserver_endpoint',
  'server_config_yaml',
  'extra_server_args',
]

const official: Flavour = {
  name: 'k3s-io/k3s-ansible',
  servers: 'server',
  agents: 'agent',
  extras: [],
}

/** The collection that a text speaks of whose inventory could not be read. */
export function flavourOfText(text: string): Flavour | undefined {
  if (!/k3s_cluster|k3s_version/.test(text)) return undefined
  const isOld = /^\s*\[?master\b/m.test(text)
  return isOld ? { ...official, servers: 'master', agents: 'node' } : official
}

/**
 * The collection that an inventory is for, or undefined when it is for none of the two. Before 2024
 * the official one had the groups of the other; the address of kube-vip tells them apart.
 */
export function flavourOf(inventory: Inventory): Flavour | undefined {
  const has = (group: string): boolean => inventory.groups.has(group)
  const isMarked =
    has('k3s_cluster') || markers.some(name => variableOf(inventory, name) !== undefined)
  if (!isMarked) return undefined
  const servers = renamed(inventory, 'server_group')
  const agents = renamed(inventory, 'agent_group')
  if (has('master') && servers === undefined && !has('server')) {
    const isVirtual = variableOf(inventory, 'apiserver_endpoint') !== undefined
    return {
      name: isVirtual ? 'techno-tim/k3s-ansible' : 'k3s-io/k3s-ansible',
      servers: 'master',
      agents: 'node',
      extras: isVirtual ? ['kube-vip', 'MetalLB'] : [],
    }
  }
  return {
    ...official,
    servers: servers ?? official.servers,
    agents: agents ?? official.agents,
  }
}

function renamed(inventory: Inventory, name: string): string | undefined {
  const value = textOf(variableOf(inventory, name)?.value)
  return value === '' ? undefined : value
}

/** A variable of any host, which is that of all where a group of all of them sets it. */
export function variableOf(inventory: Inventory, name: string): Variable | undefined {
  for (const host of inventory.hosts.values()) {
    const variable = hostVariables(inventory, host).variables.get(name)
    if (variable !== undefined) return variable
  }
  return undefined
}
