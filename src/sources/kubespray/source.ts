// Inventories of Kubespray become nodes and the components that its release installs.
// Upstream: kubernetes-sigs/kubespray v2.22.0 to v2.31.0.

import type { Location } from '../../base/problem.ts'
import type { Assumption } from '../../trials/spec.ts'
import {
  encryptedFile,
  inventoryProblems,
  variableProblem,
} from '../ansible/installer/inventory-problems.ts'
import { nodeSize } from '../ansible/installer/pools.ts'
import type { Host } from '../ansible/inventory/model.ts'
import { isTruthy } from '../ansible/values.ts'
import type { Place, Source, SourceResult } from '../framework.ts'
import type { SourceObject } from '../source-object.ts'
import { componentsOf } from './components.ts'
import { type Etcd, etcdOf } from './engine.ts'
import { findingsOf } from './findings.ts'
import { placeOfGroup } from './layout.ts'
import { kubesprayHosts } from './matrix.ts'
import { isModelled } from './network.ts'
import { poolsOf } from './nodes.ts'
import { kubesprayPlan } from './plan.ts'
import { inventoriesOf, type Reading, readKubespray } from './reading.ts'
import type { Decided } from './shapes.ts'
import { unmodelledAddons } from './variables.ts'

export const kubespray = {
  name: 'kubespray',
  doc: 'An inventory of Kubespray: hosts become nodes, its release the components of the cluster.',
  isInventory: true,
  detect: place => (inventoriesOf(place).length === 0 ? 'no' : 'certain'),
  load: loadCluster,
  hosts: kubesprayHosts,
  installer: {
    inventories: inventoriesOf,
    usual: ['cluster.yml'],
    plan: kubesprayPlan,
    // Members of the events cluster have a majority of their own, on the same hosts.
    voterUnits: /^etcd(?:-events)?(?:\.service)?$/,
  },
} satisfies Source

function loadCluster(place: Place): SourceResult {
  const reading = readKubespray(place)
  if (reading === undefined) return { objects: [], problems: [] }
  const { inventory, values, settings, layout } = reading
  const etcd = etcdOf(reading)
  const voters = new Set<Host>(etcd.members)
  const pools = poolsOf(reading, host => voters.has(host))
  const decided = pools.length === 0 ? [] : componentsOf(reading)
  const notes = layout.cluster.length === 0 ? [] : notesOf(reading, etcd)
  const found = findingsOf(reading)
  return {
    objects: decided.map(each => placed(each, reading)),
    problems: [
      ...inventoryProblems(inventory, place.path),
      ...values.errors.map(error => variableProblem(error, place.path)),
      ...inventory.files.unsupported.map(encryptedFile),
      ...settings.problems,
      ...found,
    ],
    assumptions: assumptionsOf(reading, etcd),
    notes,
    platform: {
      setBy: place.path,
      kubernetes: `1.${reading.kubernetes}`,
      pools,
      ...(etcd.apart.length > 0 && { etcdHosts: etcd.apart.map(({ name }) => name) }),
    },
  }
}

// An object of ours has no text; it comes from the line of the variable that decided it, else from
// the groups.
function placed({ object, by }: Decided, reading: Reading): SourceObject {
  const { file, values, speaker, inventory } = reading
  const own = speaker === undefined ? undefined : values.of(speaker)
  const variable = by.map(name => own?.get(name)?.at).find(each => each !== undefined)
  const at: Location = variable ??
    placeOfGroup(inventory, 'controlPlane') ?? { file: file.name, line: 1, column: 1 }
  const source = { file, index: 0, start: 0, end: file.text.length, valueStart: 0 }
  return { object, source, locate: () => at, range: () => undefined }
}

function assumptionsOf(reading: Reading, etcd: Etcd): readonly Assumption[] {
  const { releaseBy, layout, file } = reading
  if (layout.cluster.length === 0) return [releaseBy]
  return [
    releaseBy,
    {
      what: `nodes of ${nodeSize.cpu} CPU / ${nodeSize.memory}`,
      why: 'an inventory says nothing about the size of its hosts; --pool and seatrial.yaml do',
      setBy: 'default',
    },
    ...(etcd.members.length === 0 ? [] : [storeOf(etcd, file.name)]),
  ]
}

function storeOf({ members, apart, type }: Etcd, setBy: string): Assumption {
  const count = `etcd has ${members.length} ${members.length === 1 ? 'member' : 'members'}`
  const where = apart.length === 0 ? 'all of them nodes' : `${apart.length} of them no nodes`
  return {
    what: `${count} (${type}), ${where}`,
    why:
      apart.length === 0
        ? 'members carry node-role.kubernetes.io/etcd in the twin, so that their loss counts'
        : 'each member is a vote, node or not; lose-node loses a host of etcd as well',
    setBy,
  }
}

function notesOf(reading: Reading, etcd: Etcd): readonly string[] {
  const { settings, speaker, layout } = reading
  const notes: string[] = []
  const on = Object.entries(unmodelledAddons)
    .filter(([name]) => speaker !== undefined && isOn(reading, speaker, name))
    .map(([, words]) => words)
  const plugin = settings.text(speaker, 'kube_network_plugin', reading.release.plugins).value
  if (!isModelled(plugin)) on.push(plugin)
  if (on.length > 0) notes.push(`${on.join(', ')}: installed as well, not part of the twin`)
  const balancer = settings.flag(speaker, 'loadbalancer_apiserver_localhost')
  const others = layout.hosts.node.filter(host => !layout.has(host, 'controlPlane'))
  if (balancer.value && others.length > 0) {
    const type = settings.text(speaker, 'loadbalancer_apiserver_type').value
    notes.push(
      `${others.length} ${others.length === 1 ? 'node reaches' : 'nodes reach'} the API servers ` +
        `through ${type} of their own (static pods, not part of the twin)`,
    )
  }
  if (etcd.apart.length > 0) {
    const names = etcd.apart.slice(0, 5).map(({ name }) => name)
    const more = etcd.apart.length > names.length ? ' and more' : ''
    notes.push(`${names.join(', ')}${more}: only etcd, no kubelet and no node`)
  }
  return notes
}

function isOn({ settings }: Reading, host: Host, name: string): boolean {
  const setting = settings.any(host, name)
  return setting !== undefined && isTruthy(setting.value)
}
