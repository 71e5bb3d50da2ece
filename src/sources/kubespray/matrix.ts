// What every host of an inventory of Kubespray becomes.

import { type HostMatrix, type HostRow, votersOf } from '../../explain/host-matrix.ts'
import {
  encryptedFile,
  inventoryProblems,
  variableProblem,
} from '../ansible/installer/inventory-problems.ts'
import { groupsOf } from '../ansible/inventory/inventory.ts'
import type { Host } from '../ansible/inventory/model.ts'
import type { Place } from '../framework.ts'
import { componentsOf } from './components.ts'
import { etcdOf } from './engine.ts'
import { findingsOf } from './findings.ts'
import { type Part, parts } from './layout.ts'
import { poolsOf } from './nodes.ts'
import { type Reading, readKubespray } from './reading.ts'
import { toolTeller } from './tools.ts'

const columnOf: Readonly<Record<Part, string>> = {
  controlPlane: 'control-plane',
  etcd: 'etcd',
  node: 'node',
  routeReflector: 'calico-rr',
}

/** The hosts of the inventories that a place stands for; undefined when it is for another. */
export function kubesprayHosts(place: Place, tree?: string): HostMatrix | undefined {
  const reading = readKubespray(place, tree)
  if (reading === undefined) return undefined
  const { inventory, layout, settings, values, releaseBy } = reading
  const toolsOn = toolTeller(reading)
  const hosts = [...inventory.hosts.values()].filter(({ isImplicit }) => !isImplicit)
  const rows = hosts.map(host => rowOf(reading, host, toolsOn))
  const members = etcdOf(reading).members.map(({ name }) => name)
  const found = findingsOf(reading)
  // What nodes and components are made of is read for its problems.
  poolsOf(reading, () => false)
  componentsOf(reading)
  return {
    installer: 'Kubespray',
    release: releaseBy,
    parts: parts.filter(part => layout.hosts[part].length > 0).map(part => columnOf[part]),
    hosts: rows,
    ...(members.length === 0 ? {} : { voters: votersOf(members) }),
    problems: [
      ...inventoryProblems(inventory, place.path),
      ...values.errors.map(error => variableProblem(error, place.path)),
      ...inventory.files.unsupported.map(encryptedFile),
      ...settings.problems,
      ...found,
    ],
  }
}

function rowOf(
  { layout, file }: Reading,
  host: Host,
  toolsOn: ReturnType<typeof toolTeller>,
): HostRow {
  const own = parts.filter(part => layout.has(host, part))
  return {
    name: host.name,
    at: host.at[0] ?? { file: file.name },
    groups: groupsOf(host)
      .map(({ name }) => name)
      .filter(name => name !== 'ungrouped')
      .sort(),
    parts: own.map(part => columnOf[part]),
    isNode: layout.isInCluster(host) && (own.includes('controlPlane') || own.includes('node')),
    tools: toolsOn(host),
  }
}
