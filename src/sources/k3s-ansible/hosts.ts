// The hosts of a k3s-ansible inventory against parts and tools: k3s is one program that holds the
// container engine, the kubelet and, on servers, etcd.
// Upstream: k3s install.sh (create_symlinks), k3s-ansible roles k3s_server and k3s_agent.

import {
  type HostMatrix,
  type HostRow,
  type ToolOnHost,
  votersOf,
} from '../../explain/host-matrix.ts'
import { groupsOf, type Inventory } from '../ansible/inventory/inventory.ts'
import type { Member, Role } from './nodes.ts'

const roleNames = { server: 'k3s_server', agent: 'k3s_agent' } as const

/** Tools of every host of the cluster, and which part of k3s they are. */
const everywhere: readonly { readonly name: string; readonly because: string }[] = [
  { name: 'k3s', because: 'the program itself' },
  { name: 'containerd', because: 'part of k3s' },
  { name: 'runc', because: 'part of k3s' },
  { name: 'kubelet', because: 'part of k3s' },
  { name: 'crictl', because: 'a link to k3s' },
  { name: 'ctr', because: 'a link to k3s' },
  { name: 'kubectl', because: 'a link to k3s' },
]

function toolsOf(role: Role | undefined, hasEtcd: boolean): readonly ToolOnHost[] {
  const isOn = role !== undefined
  const by = roleNames[role ?? 'agent']
  const own = everywhere.map(({ name, because }) => ({
    name,
    lands: isOn,
    role: by,
    because: isOn ? because : 'in neither group of the installer',
  }))
  const lands = role === 'server' && hasEtcd
  const because = hasEtcd
    ? `${lands ? 'a' : 'no'} server`
    : 'the servers keep the state of the cluster elsewhere'
  return [...own, { name: 'etcd', lands, role: roleNames.server, because }]
}

/** Rows for all hosts, and the servers that vote. */
export function hostRows(
  { hosts }: Inventory,
  members: readonly Member[],
  hasEtcd: boolean,
): Pick<HostMatrix, 'parts' | 'hosts' | 'voters'> {
  const roles = new Map(members.map(({ host, role }) => [host.name, role]))
  const lists = {
    server: toolsOf('server', hasEtcd),
    agent: toolsOf('agent', hasEtcd),
    none: toolsOf(undefined, hasEtcd),
  }
  const rows = [...hosts.values()].map((host): HostRow => {
    const role = roles.get(host.name)
    return {
      name: host.name,
      at: host.at[0] ?? { file: '' },
      groups: groupsOf(host)
        .map(({ name }) => name)
        .filter(name => name !== 'ungrouped')
        .sort(),
      parts: role === undefined ? [] : [role],
      isNode: role !== undefined,
      tools: lists[role ?? 'none'],
    }
  })
  const servers = members.filter(({ role }) => role === 'server').map(({ host }) => host.name)
  const votes = hasEtcd && servers.length > 0
  return {
    parts: ['server', 'agent'],
    hosts: rows,
    ...(votes ? { voters: votersOf(servers) } : {}),
  }
}
