// The control plane as far as nodes carry it: with the machines of its servers the API server goes,
// and with a majority of them the store. Where no node says that it is a server, somebody else runs
// the control plane and no loss of a node touches it.
// Upstream: labels of k3s pkg/server (control-plane, etcd) and of kubeadm (control-plane).

import {
  controlPlaneTopic,
  type ControlPlaneLoss,
  leadersTopic,
  type LeadersLost,
} from '../checks/control-plane.ts'
import { apiServerName } from '../cluster/serve.ts'
import type { World } from '../engine/world.ts'
import { handOver } from '../faults/components.ts'
import type { Fault } from '../faults/fault.ts'
import { faults } from '../faults/registry.ts'
import { settleMsMax, type Voyage } from './voyage.ts'

const apiServerOutage = faults.get('api-server-outage') as Fault

export interface ControlPlane {
  /** Nodes that hold a vote, or the servers where no node says that it does. */
  readonly members: readonly string[]
  /** How many of them the API server needs. */
  readonly needed: number
  readonly votes: boolean
  /** Nodes that run an API server, where that is said of some; one of them is needed as well. */
  readonly servers: readonly string[]
}

function nodesWith(world: World, roles: readonly string[]): readonly string[] {
  return world.store
    .list('Node')
    .filter(({ metadata }) =>
      roles.some(role => metadata.labels?.[`node-role.kubernetes.io/${role}`] !== undefined),
    )
    .map(({ metadata }) => metadata.name ?? '')
}

/**
 * What the labels of the nodes say, with the members of etcd that are no nodes; undefined when none
 * is a server.
 */
export function controlPlaneOf(
  world: World,
  etcdHosts: readonly string[],
): ControlPlane | undefined {
  const voters = [...nodesWith(world, ['etcd']), ...etcdHosts]
  const servers = nodesWith(world, ['control-plane', 'master'])
  if (voters.length > 0) {
    const needed = Math.trunc(voters.length / 2) + 1
    return { members: voters, needed, votes: true, servers }
  }
  return servers.length === 0 ? undefined : { members: servers, needed: 1, votes: false, servers }
}

/** Why there is no API server: too few votes, or votes enough and nobody to serve. */
function lossOf(
  { members, needed, votes, servers }: ControlPlane,
  lost: ReadonlySet<string>,
): ControlPlaneLoss | undefined {
  const left = (names: readonly string[]): number => names.filter(name => !lost.has(name)).length
  if (left(members) < needed) return { left: left(members), needed, votes, members: members.length }
  if (servers.length === 0 || left(servers) > 0) return undefined
  return { left: 0, needed: 1, votes: false, members: servers.length }
}

/** Takes the API server down when too few of its machines are left. */
export function loseMachines(voyage: Voyage, nodes: readonly string[]): void {
  const { world, lost } = voyage
  for (const node of nodes) lost.add(node)
  const controlPlane = controlPlaneOf(world, voyage.etcdHosts)
  if (controlPlane === undefined || world.isDown(apiServerName)) return
  const loss = lossOf(controlPlane, lost)
  if (loss === undefined) {
    replaceLeader(voyage, controlPlane)
    return
  }
  world.note(apiServerName, controlPlaneTopic, loss)
  apiServerOutage.apply(world, {})
  voyage.isHeadless = true
}

/**
 * Controller manager and scheduler run on every server, and those of one lead. Which one it is
 * upstream leaves to chance: here the last server by name that is there. The first is the one that
 * stands for its like where a loss is tried: it shows what any machine costs, as recordings of a
 * loss without a change of leaders do, and the last, with the takeover, is told apart.
 */
function leaderOf(
  { servers }: ControlPlane,
  lost: ReadonlySet<string> = noLoss,
): string | undefined {
  return servers.findLast(name => !lost.has(name))
}

const noLoss: ReadonlySet<string> = new Set()

/** The server that is unlike the others: without it others lead, where there are enough of them. */
export function unlikeServer(world: World): string | undefined {
  const controlPlane = controlPlaneOf(world, [])
  const leader = controlPlane && leaderOf(controlPlane)
  if (controlPlane === undefined || leader === undefined) return undefined
  return lossOf(controlPlane, new Set([leader])) === undefined ? leader : undefined
}

/** With the machine of the leaders others lead, once the leases have run out, and go on to. */
function replaceLeader(voyage: Voyage, controlPlane: ControlPlane): void {
  const { world, lost } = voyage
  const leader = voyage.leader ?? leaderOf(controlPlane)
  if (leader === undefined || !lost.has(leader)) return
  voyage.leader = leaderOf(controlPlane, lost)
  const afterMs = handOver(world)
  world.note(leader, leadersTopic, { afterMs } satisfies LeadersLost)
}

/** Brings the API server up again when enough of its machines are back. */
export function regainMachines(voyage: Voyage, nodes: readonly string[]): void {
  const { world, lost } = voyage
  for (const node of nodes) lost.delete(node)
  if (!voyage.isHeadless) return
  const controlPlane = controlPlaneOf(world, voyage.etcdHosts)
  if (controlPlane === undefined || lossOf(controlPlane, lost) !== undefined) return
  voyage.isHeadless = false
  voyage.leader = leaderOf(controlPlane, lost)
  apiServerOutage.recover(world, {})
}

/** Lets the cluster come to rest; without an API server it is at rest at once, and time passes. */
export function settleAfterLoss(voyage: Voyage): void {
  voyage.settle()
  if (voyage.isHeadless) voyage.wait(settleMsMax)
}
