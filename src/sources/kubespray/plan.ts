// How a cluster of Kubespray gets from one inventory to another, step by step.
// Upstream: kubespray v2.31.0 docs/operations/nodes.md; etcd runtime configuration: a member counts
// from the moment it is added, and has a vote to give only once it runs. kubespray#12268, #13516.

import { type HostPlan, type PlanStep, votesOf } from '../../explain/host-plan.ts'
import type { Place } from '../framework.ts'
import { etcdOf } from './engine.ts'
import type { Part } from './layout.ts'
import { type Reading, readKubespray } from './reading.ts'

/** What decides about the steps: names by part, in the order of their groups. */
interface Shape {
  readonly path: string
  readonly controlPlane: readonly string[]
  readonly node: readonly string[]
  readonly etcd: readonly string[]
  readonly isKubeadm: boolean
}

/** The steps between two inventories; undefined where one of them is not Kubespray's. */
export function kubesprayPlan(from: Place, to: Place): HostPlan | undefined {
  const [before, after] = [from, to].map(place => {
    const reading = readKubespray(place)
    return reading === undefined ? undefined : shapeOf(reading, place.path)
  })
  if (before === undefined || after === undefined) return undefined
  return { from: before.path, to: after.path, steps: stepsBetween(before, after) }
}

function shapeOf(reading: Reading, path: string): Shape {
  const names = (part: Part): readonly string[] =>
    reading.layout.hosts[part].map(({ name }) => name)
  const etcd = etcdOf(reading)
  return {
    path,
    controlPlane: names('controlPlane'),
    node: names('node'),
    etcd: etcd.members.map(({ name }) => name),
    isKubeadm: etcd.type === 'kubeadm',
  }
}

function stepsBetween(before: Shape, after: Shape): readonly PlanStep[] {
  const planes = changes(before.controlPlane, after.controlPlane)
  // A host that leaves etcd leaves altogether: remove_node.yml knows no parts.
  const others = planes.removed.filter(name => !leavesEtcd(name, before, after))
  // What such a host is to keep, it has to become again.
  const gone = new Set([...planes.removed, ...changes(before.etcd, after.etcd).removed])
  return [
    ...newFirst(before, after),
    ...addPlanes(planes.added),
    ...etcdSteps(before, after),
    ...others.flatMap(name => leaving(name, { before, after })),
    ...addPlanes(after.controlPlane.filter(name => gone.has(name))),
    ...workers(before, after, gone),
  ]
}

interface Changes {
  readonly added: readonly string[]
  readonly removed: readonly string[]
}

function changes(before: readonly string[], after: readonly string[]): Changes {
  return {
    added: after.filter(name => !before.includes(name)),
    removed: before.filter(name => !after.includes(name)),
  }
}

function leavesEtcd(name: string, before: Shape, after: Shape): boolean {
  return before.etcd.includes(name) && !after.etcd.includes(name)
}

function newFirst(before: Shape, after: Shape): readonly PlanStep[] {
  const [first] = after.controlPlane
  const stays = after.controlPlane.find(name => before.controlPlane.includes(name))
  if (first === undefined || before.controlPlane.includes(first)) return []
  return [
    {
      what: `${first} is new and stands first in kube_control_plane`,
      how:
        stays === undefined
          ? 'append it to the end; it can be the first once it has joined'
          : `let ${stays} stand first, and append ${first} to the end`,
      verdict: 'refused',
      why: 'the playbook takes the first of the group for the one that has the certificates',
    },
  ]
}

function addPlanes(added: readonly string[]): readonly PlanStep[] {
  if (added.length === 0) return []
  const names = added.join(', ')
  return [
    {
      what: `${names} ${added.length === 1 ? 'joins' : 'join'} as control plane`,
      how: 'append to the end of kube_control_plane, run cluster.yml (not scale.yml), then restart nginx-proxy on every worker',
      verdict: 'holds',
    },
  ]
}

/** One member at a time: a new one joins, then an old one leaves. */
function etcdSteps(before: Shape, after: Shape): readonly PlanStep[] {
  const { added, removed } = changes(before.etcd, after.etcd)
  const steps: PlanStep[] = []
  const [joining, going] = [[...added], [...removed]]
  let count = before.etcd.length
  while (joining.length > 0 || going.length > 0) {
    const isGrowing = count <= Math.max(before.etcd.length, after.etcd.length) - 1
    const takesIn = joining.length > 0 && (isGrowing || going.length === 0 || count % 2 === 1)
    const name = (takesIn ? joining.shift() : going.shift()) ?? ''
    steps.push(
      ...(takesIn ? [joins(name, count, before)] : leaving(name, { before, after, count })),
    )
    count += takesIn ? 1 : -1
  }
  return steps
}

function joins(name: string, count: number, { isKubeadm }: Shape): PlanStep {
  const { needed, spare } = votesOf(count + 1)
  const meanwhile = count - needed
  const even = (count + 1) % 2 === 0
  const asserts = even && !isKubeadm ? ' -e ignore_assert_errors=yes' : ''
  const run = isKubeadm ? 'cluster.yml' : 'cluster.yml --limit=etcd,kube_control_plane'
  return {
    what: `${name} joins etcd: ${count + 1} members, ${needed} needed`,
    how: `${run}${asserts}, then upgrade_cluster.yml with the same options`,
    verdict: meanwhile < 1 ? 'risky' : 'holds',
    why:
      (meanwhile < 0
        ? `from the moment it is added until it runs, ${count} of ${needed} votes are there: etcd stands still`
        : meanwhile === 0
          ? `while it joins, all of the ${count} others are needed: no loss is survived`
          : `while it joins, the loss of ${meanwhile} is survived`) +
      (even && !isKubeadm ? '; "Stop if even number of etcd hosts" refuses it otherwise' : ''),
    members: count + 1,
    survives: spare,
  }
}

interface Leaving {
  readonly before: Shape
  readonly after: Shape
  /** Members of etcd before, where the host is one of them. */
  readonly count?: number
}

/** A host leaves with all that it is; the first of a group has to hand over before. */
function leaving(name: string, { before, after, count }: Leaving): readonly PlanStep[] {
  const isFirst = name === before.controlPlane[0]
  const own = before.controlPlane.includes(name) && !after.controlPlane.includes(name)
  const parts = [...(count === undefined ? [] : ['etcd']), ...(own ? ['the control plane'] : [])]
  return [
    ...(isFirst || name === before.etcd[0] ? [handOver(name, before, after)] : []),
    removal(name, parts, count),
    ...(isFirst && own
      ? [
          {
            what: 'cluster-info names a control plane that is there',
            how: 'kubectl edit cm -n kube-public cluster-info: the field server',
            verdict: 'holds' as const,
          },
        ]
      : []),
  ]
}

function removal(name: string, parts: readonly string[], count: number | undefined): PlanStep {
  const how = `remove_node.yml -e node=${name}, while it is still in the inventory`
  const what = `${name} leaves ${parts.join(' and ')}`
  if (count === undefined) return { what, how, verdict: 'holds' }
  const { needed, spare } = votesOf(count - 1)
  const [members, survives] = [count - 1, Math.max(0, spare)]
  if (members < 1) return { what, how, verdict: 'refused', why: 'no member would be left', members }
  const even = members % 2 === 0 ? ' and -e ignore_assert_errors=yes' : ''
  return {
    what: `${what}: ${members} ${members === 1 ? 'member' : 'members'}, ${needed} needed`,
    how: `${how}${even}, then upgrade_cluster.yml`,
    verdict: 'holds',
    members,
    survives,
  }
}

// The first of the group cannot be removed: another one has to stand first before.
function handOver(name: string, before: Shape, after: Shape): PlanStep {
  const isPlane = name === before.controlPlane[0]
  const [group, next] = isPlane
    ? ['kube_control_plane', after.controlPlane.find(each => each !== name)]
    : ['etcd', after.etcd.find(each => each !== name)]
  const what = `${next ?? 'another host'} takes the place of ${name} as the first of ${group}`
  const how = `move ${name} to the end of kube_control_plane, kube_node and etcd, run upgrade_cluster.yml`
  const why = 'the first of the group cannot be removed (kubespray#13516)'
  return { what, how, verdict: next === undefined ? 'refused' : 'holds', why }
}

function workers(before: Shape, after: Shape, gone: ReadonlySet<string>): readonly PlanStep[] {
  const own = (shape: Shape): readonly string[] =>
    shape.node.filter(name => !shape.controlPlane.includes(name))
  const there = own(before).filter(name => !gone.has(name))
  const { added, removed } = changes(there, own(after))
  const go = removed.filter(name => !after.controlPlane.includes(name))
  return [
    ...(added.length === 0
      ? []
      : [
          {
            what: `${added.join(', ')} ${added.length === 1 ? 'joins' : 'join'} as worker`,
            how: `facts.yml, then scale.yml --limit=${added.join(',')}`,
            verdict: 'holds' as const,
          },
        ]),
    ...go.map(name => ({
      what: `${name} leaves the workers`,
      how: `remove_node.yml -e node=${name}`,
      verdict: 'holds' as const,
      why: 'its pods are drained; seatrial check --trials drain tells which budgets refuse',
    })),
  ]
}
