// Which host has which part by the groups of an inventory, after the plays that mend groups.
// Upstream: kubespray playbooks/legacy_groups.yml (v2.22 to v2.26), playbooks/boilerplate.yml
// (v2.27, v2.28), roles/dynamic_groups (since v2.29).

import type { Location } from '../../base/problem.ts'
import type { Inventory } from '../ansible/inventory/inventory.ts'
import type { Host } from '../ansible/inventory/model.ts'
import type { Release } from './versions.ts'

/** The groups that plays name, and their names of before 2021, which are still mapped. */
export const groupNames = {
  controlPlane: { name: 'kube_control_plane', old: 'kube-master' },
  node: { name: 'kube_node', old: 'kube-node' },
  etcd: { name: 'etcd', old: undefined },
  routeReflector: { name: 'calico_rr', old: 'calico-rr' },
} as const

export type Part = keyof typeof groupNames

/** The parts in the order in which tables show them. */
export const parts: readonly Part[] = ['controlPlane', 'etcd', 'node', 'routeReflector']

/** The group of all hosts that run a kubelet. */
export const clusterGroup = { name: 'k8s_cluster', old: 'k8s-cluster' } as const

/** Groups that plays name besides, whose hosts are no part of the cluster. */
export const otherGroups: readonly string[] = [
  'bastion',
  'broken_kube_control_plane',
  'broken_etcd',
  'no_floating',
]

/** Hosts by part, each in the order of its group. */
export interface Layout {
  readonly hosts: Readonly<Record<Part, readonly Host[]>>
  /** The hosts that plays for `k8s_cluster` reach. */
  readonly cluster: readonly Host[]
  /** Hosts of the cluster's parts that those plays do not reach. */
  readonly outside: readonly Host[]
  has(host: Host, part: Part): boolean
  isInCluster(host: Host): boolean
}

/** The hosts of a group and of all below it; none where there is no such group. */
export function hostsIn(inventory: Inventory, group: string): readonly Host[] {
  return inventory.groups.has(group) ? inventory.data.group(group).allHosts() : []
}

/** The parts of all hosts as a release of Kubespray sees them. */
export function layoutOf(inventory: Inventory, release: Release): Layout {
  const named = (part: Part): readonly Host[] => {
    const { name, old } = groupNames[part]
    return old === undefined ? hostsIn(inventory, name) : both(inventory, [name, old])
  }
  const hosts: Record<Part, readonly Host[]> = {
    controlPlane: named('controlPlane'),
    node: named('node'),
    etcd: named('etcd'),
    routeReflector: named('routeReflector'),
  }
  const cluster = both(inventory, clusterSources(release))
  const sets = new Map(parts.map(part => [part, new Set(hosts[part])]))
  const inCluster = new Set(cluster)
  const has = (host: Host, part: Part): boolean => sets.get(part)?.has(host) === true
  const kubelets = new Set([...hosts.controlPlane, ...hosts.node])
  return {
    hosts,
    cluster,
    outside: [...kubelets].filter(host => !inCluster.has(host)),
    has,
    isInCluster: host => inCluster.has(host),
  }
}

// The computed group looks at names as they were before the play: a host of an old name alone is
// put into the new group by the same task, too late to count (kubespray#12625).
function clusterSources(release: Release): readonly string[] {
  const { controlPlane, node, routeReflector } = groupNames
  return [
    clusterGroup.name,
    ...(release.knowsOldClusterName ? [clusterGroup.old] : []),
    ...(release.computesCluster ? [node.name, controlPlane.name, routeReflector.name] : []),
  ]
}

function both(inventory: Inventory, groups: readonly string[]): readonly Host[] {
  return [...new Set(groups.flatMap(group => hostsIn(inventory, group)))]
}

/** Puts hosts into the groups that plays compute, so that files of variables for them count. */
export function addComputedGroups({ data, groups }: Inventory, layout: Layout): void {
  const computed = [
    ...parts.map(part => ({ name: groupNames[part].name, hosts: layout.hosts[part] })),
    { name: clusterGroup.name, hosts: layout.cluster },
  ]
  for (const { name, hosts } of computed) {
    const known = new Set(groups.has(name) ? data.group(name).allHosts().map(nameOf) : [])
    for (const host of hosts) {
      const at = host.at[0] ?? { file: '' }
      if (known.has(host.name)) continue
      if (!groups.has(name)) data.addGroup(name, at)
      data.addHost(host.name, name, at)
    }
  }
  data.reconcile()
}

function nameOf({ name }: Host): string {
  return name
}

/** Where a group is written, under its name or its old one. */
export function placeOfGroup(inventory: Inventory, part: Part): Location | undefined {
  const { name, old } = groupNames[part]
  const at = inventory.groups.get(name)?.at[0]
  return at ?? (old === undefined ? undefined : inventory.groups.get(old)?.at[0])
}
