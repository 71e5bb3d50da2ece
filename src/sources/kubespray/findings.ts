// What is wrong with the groups of an inventory, in the words of Kubespray where it asserts it.
// Upstream: kubespray v2.22.0 to v2.29.0 roles/kubernetes/preinstall (0040-verify-settings.yml),
// roles/validate_inventory; kubespray#12625, #11682, #10240, #13378.

import { nearest } from '../../base/nearest.ts'
import type { Location, Problem } from '../../base/problem.ts'
import type { Host } from '../ansible/inventory/model.ts'
import { codes, errorAt, warningAt } from '../problems.ts'
import { assertFindings } from './asserts.ts'
import { engineOf, etcdOf } from './engine.ts'
import { clusterGroup, groupNames, hostsIn, otherGroups, parts, placeOfGroup } from './layout.ts'
import type { Reading } from './reading.ts'
import { drainFindings } from './upgrade.ts'

/** Everything that can be said of the groups and of how settings go together. */
export function findingsOf(reading: Reading): readonly Problem[] {
  return [
    ...emptyGroups(reading),
    ...strangers(reading),
    ...outsiders(reading),
    ...withoutAddress(reading),
    ...etcdFindings(reading),
    ...singleControlPlane(reading),
    ...combinations(reading),
    ...hostNames(reading),
    ...podRange(reading),
    ...assertFindings(reading),
    ...drainFindings(reading),
  ]
}

const refused = 'Kubespray asserts this before it touches a host'

function start({ file }: Reading): Location {
  return { file: file.name, line: 1, column: 1 }
}

function emptyGroups(reading: Reading): readonly Problem[] {
  const { inventory, layout, release } = reading
  const problems: Problem[] = []
  const empty = (part: 'controlPlane' | 'node' | 'etcd', what: string): void => {
    const groups = [...inventory.groups.keys()].filter(name => !ansibleGroups.has(name))
    problems.push(
      errorAt(codes.inventoryGroups, placeOfGroup(inventory, part) ?? start(reading), {
        what,
        why: refused,
        todo: `put hosts into ${groupNames[part].name}; the groups are ${groups.join(', ') || 'none'}`,
      }),
    )
  }
  if (layout.hosts.controlPlane.length === 0)
    empty('controlPlane', 'kube_control_plane has no hosts')
  if (layout.hosts.node.length === 0 && release.needsNodes) empty('node', 'kube_node has no hosts')
  if (layout.hosts.etcd.length === 0 && etcdOf(reading).type !== 'kubeadm') {
    empty('etcd', "Group 'etcd' cannot be empty in external etcd mode")
  }
  return problems
}

const ansibleGroups: ReadonlySet<string> = new Set(['all', 'ungrouped'])
const known: readonly string[] = [
  ...parts.map(part => groupNames[part].name),
  clusterGroup.name,
  ...otherGroups,
]

// Hosts that no play reaches: a misspelt group matches nobody, and nothing says so.
function strangers({ inventory, layout, file }: Reading): readonly Problem[] {
  const reached = new Set([
    ...parts.flatMap(part => layout.hosts[part]),
    ...layout.cluster,
    ...otherGroups.flatMap(group => hostsIn(inventory, group)),
  ])
  return [...inventory.hosts.values()]
    .filter(host => !reached.has(host) && !host.isImplicit)
    .map(host => {
      const own = host.groups.map(({ name }) => name).filter(name => !ansibleGroups.has(name))
      const meant = own.map(name => nearest(name.replaceAll('-', '_'), known)).find(Boolean)
      const where = own.length === 0 ? 'no group' : `no group but ${[...own].sort().join(', ')}`
      return warningAt(codes.inventoryGroups, host.at[0] ?? { file: file.name }, {
        what: `${host.name} is in ${where}`,
        why: 'no play of Kubespray runs on it, so it becomes nothing',
        todo:
          meant === undefined
            ? `put it into one of ${known.slice(0, parts.length).join(', ')}`
            : `did you mean the group ${meant}?`,
      })
    })
}

// Control planes and nodes that are not in k8s_cluster get no engine and no kubelet.
function outsiders({ inventory, layout, release, file }: Reading): readonly Problem[] {
  const [first] = layout.outside
  if (first === undefined) return []
  const names = layout.outside.slice(0, 5).map(({ name }) => name)
  const more = layout.outside.length - names.length
  const at = inventory.groups.get(clusterGroup.old)?.at[0] ?? first.at[0] ?? { file: file.name }
  const hasOld = inventory.groups.has(clusterGroup.old) && !release.knowsOldClusterName
  return [
    errorAt(codes.inventoryGroups, at, {
      what: `${names.join(', ')}${more > 0 ? ` and ${more} more` : ''}: not in k8s_cluster`,
      why: release.computesCluster
        ? `v2.${release.minor} puts hosts of kube_control_plane and kube_node there, but not ` +
          `those that only have old names${hasOld ? ', and k8s-cluster means nothing to it' : ''}: ` +
          'the plays for k8s_cluster match nobody, silently'
        : `v2.${release.minor} does not compute this group, so that no play installs a kubelet`,
      todo: release.computesCluster
        ? 'write the groups with underscores: kube_control_plane, kube_node, k8s_cluster'
        : 'add [k8s_cluster:children] with kube_control_plane and kube_node',
    }),
  ]
}

/** Every name is compared with every other up to so many hosts. */
const hintsMax = 500

// A name that only a group has, while others have an address, is a typing error that Ansible
// takes for a host.
function withoutAddress({ inventory }: Reading): readonly Problem[] {
  const hosts = [...inventory.hosts.values()].filter(({ isImplicit }) => !isImplicit)
  const bare = hosts.filter(host => !host.variables.has('ansible_host'))
  const isUsual = hosts.length - bare.length >= bare.length && bare.length > 0
  if (!isUsual) return []
  return bare
    .filter(host => host.variables.size === 0)
    .map(host => {
      const others =
        hosts.length > hintsMax ? [] : hosts.filter(other => other !== host).map(nameOf)
      const meant = nearest(host.name, others)
      return warningAt(codes.inventoryGroups, host.at[0] ?? { file: '' }, {
        what: `${host.name} is named in a group and nowhere given an address`,
        why: 'Ansible makes a host of every name in a group; most hosts here have ansible_host',
        todo: meant === undefined ? 'give it ansible_host' : `did you mean ${meant}?`,
      })
    })
}

function etcdFindings(reading: Reading): readonly Problem[] {
  const { inventory } = reading
  const { members, type } = etcdOf(reading)
  const count = members.length
  const problems: Problem[] = []
  const at = placeOfGroup(inventory, type === 'kubeadm' ? 'controlPlane' : 'etcd') ?? start(reading)
  if (count > 0 && count % 2 === 0) {
    const losses = count / 2 - 1
    const survives = losses === 0 ? 'no loss' : `the loss of ${losses}`
    problems.push(
      warningAt(codes.evenQuorum, at, {
        what: `${count} members of etcd: an even number`,
        why:
          `Kubespray stops: "Stop if even number of etcd hosts"; a majority of ${count} survives ` +
          `${survives}, no more than ${count - 1} would`,
        todo: `take ${count - 1} or ${count + 1}; ignore_assert_errors only while members change`,
      }),
    )
  }
  const broken = new Set(hostsIn(inventory, 'broken_etcd'))
  const left = members.filter(host => !broken.has(host)).length
  const needed = Math.trunc(count / 2) + 1
  if (broken.size > 0 && left < needed) {
    problems.push(
      warningAt(codes.inventoryGroups, inventory.groups.get('broken_etcd')?.at[0] ?? at, {
        what: `${count - left} of ${count} members of etcd are in broken_etcd, ${needed} are needed`,
        why: 'no majority is left: recover_control_plane.yml starts anew from one member',
        todo: 'have a snapshot at hand (etcd_snapshot), or bring a member back first',
      }),
    )
  }
  for (const host of members) {
    if (type !== 'docker' || engineOf(reading, host).isInstalled) continue
    problems.push(
      errorAt(codes.inventoryGroups, host.at[0] ?? at, {
        what: `${host.name} runs etcd as a container and gets no container engine`,
        why: engineOf(reading, host).because,
        todo: 'leave deploy_container_engine to its default, or take etcd_deployment_type: host',
      }),
    )
  }
  return problems
}

function singleControlPlane({ layout, inventory, file }: Reading): readonly Problem[] {
  const [only, other] = layout.hosts.controlPlane
  if (only === undefined || other !== undefined || layout.cluster.length < 3) return []
  return [
    warningAt(
      codes.inventoryGroups,
      placeOfGroup(inventory, 'controlPlane') ?? { file: file.name },
      {
        what: `${only.name} is the only control plane of ${layout.cluster.length} hosts`,
        why: 'while it is away there is no API server: nothing is noticed, nothing rescheduled',
        todo: 'take three control planes; the first one of the group cannot be removed later',
      },
    ),
  ]
}

// Settings that are fine alone and not together.
function combinations(reading: Reading): readonly Problem[] {
  const { settings, layout, speaker, release } = reading
  const problems: Problem[] = []
  const { type, at, members } = etcdOf(reading)
  const manager = settings.text(members[0] ?? speaker, 'container_manager').value
  if (type === 'docker' && manager !== 'docker') {
    problems.push(
      errorAt(codes.inventoryVariable, at ?? start(reading), {
        what: `etcd_deployment_type is docker and container_manager is ${manager}`,
        why: 'etcd_deployment_type must be host or kubeadm when container_manager is not docker',
        todo: 'take etcd_deployment_type: host',
      }),
    )
  }
  const apart = layout.hosts.etcd.filter(host => !layout.has(host, 'controlPlane'))
  if (type === 'kubeadm' && apart.length > 0) {
    problems.push(
      warningAt(codes.inventoryGroups, apart[0]?.at[0] ?? start(reading), {
        what: `${names(apart)}: in etcd, but kubeadm runs etcd on the control planes`,
        why: 'with etcd_deployment_type kubeadm the group etcd decides nothing (kubespray#6514)',
        todo: 'leave the group out, or take etcd_deployment_type: host',
      }),
    )
  }
  const plugin = settings.text(speaker, 'kube_network_plugin')
  const owner = settings.text(speaker, 'kube_owner').value
  if (release.ciliumNeedsRoot && plugin.value === 'cilium' && owner !== 'root') {
    problems.push(
      warningAt(codes.inventoryVariable, plugin.at ?? start(reading), {
        what: `kube_network_plugin is cilium and kube_owner is ${owner}`,
        why: 'the agent of Cilium cannot write its binaries into a folder that is not of root',
        todo: 'set kube_owner: root',
      }),
    )
  }
  return problems
}

// The name of a host becomes that of its node.
function hostNames({ inventory, layout, file }: Reading): readonly Problem[] {
  const isName = /^[a-z0-9](?:[-a-z0-9]*[a-z0-9])?(?:\.[a-z0-9](?:[-a-z0-9]*[a-z0-9])?)*$/
  return [...inventory.hosts.values()]
    .filter(host => layout.isInCluster(host) && !isName.test(host.name))
    .map(host =>
      errorAt(codes.inventoryGroups, host.at[0] ?? { file: file.name }, {
        what: `${host.name} is no name for a host of the cluster`,
        why:
          "Hostname must consist of lower case alphanumeric characters, '.' or '-', and must " +
          'start and end with an alphanumeric character',
        todo: 'rename it in every group; the machine is called so as well',
      }),
    )
}

// With 110 pods a node and a range of /24 for each there are 254 addresses: enough.
function podRange({ settings, speaker, release, file }: Reading): readonly Problem[] {
  const plugin = settings.text(speaker, 'kube_network_plugin', release.plugins).value
  const pods = settings.number(speaker, 'kubelet_max_pods')
  const prefix = settings.number(speaker, 'kube_network_node_prefix')
  const addresses = 2 ** (32 - prefix.value) - 2
  if (['calico', 'none'].includes(plugin) || pods.value <= addresses) return []
  return [
    errorAt(codes.inventoryVariable, pods.at ?? prefix.at ?? { file: file.name }, {
      what: `kubelet_max_pods is ${pods.value}, and a node has ${addresses} addresses for pods`,
      why: 'Do not schedule more pods on a node than inet addresses are available.',
      todo: 'lower kubelet_max_pods, or take a smaller kube_network_node_prefix',
    }),
  ]
}

function nameOf({ name }: Host): string {
  return name
}

function names(hosts: readonly Host[]): string {
  return hosts.map(nameOf).join(', ')
}
