// What the pods of nodes request, in quantities and in percent.
// Port of descheduler v0.36.0 pkg/framework/plugins/nodeutilization.

import type { Node, Pod } from '../../kube/generated/types.ts'
import { type Quantity, quantityOf } from '../../kube/quantity.ts'
import {
  addQuantities,
  compareQuantities,
  milliValueOf,
  sign,
  subtractQuantities,
  valueOf,
} from '../../kube/quantity-math.ts'
import { podRequests } from '../../kube/resources.ts'
import { podsOn } from './pods.ts'
import type { DeschedulerWorld } from './world.ts'

/** Percentages by resource. */
export type Thresholds = Readonly<Record<string, number>>

export type Usage = Map<string, Quantity>

export interface NodeUsage {
  readonly node: Node
  readonly pods: readonly Pod[]
  /** Changes as pods are evicted. */
  readonly usage: Usage
  readonly percentages: Thresholds
}

/** The resources of the thresholds, and those that always count. */
export function resourceNames(thresholds: Thresholds): readonly string[] {
  return [...new Set(['cpu', 'memory', 'pods', ...Object.keys(thresholds)])]
}

/** What pods of each node that have not ended request. */
export function usagesOf(
  world: DeschedulerWorld,
  nodes: readonly Node[],
  names: readonly string[],
): readonly NodeUsage[] {
  return nodes.map(node => {
    const pods = podsOn(world, node.metadata.name ?? '')
    const usage: Usage = new Map(names.map(name => [name, sumOf(pods, name)]))
    return { node, pods, usage, percentages: percentagesOf(usage, node) }
  })
}

function sumOf(pods: readonly Pod[], name: string): Quantity {
  if (name === 'pods') return quantityOf(pods.length)
  return pods.reduce(
    (sum, pod) => addQuantities(sum, podRequests(pod).get(name) ?? quantityOf(0)),
    quantityOf(0),
  )
}

function capacityOf({ status }: Node): Readonly<Record<string, string | number>> {
  const allocatable = status?.allocatable ?? {}
  return Object.keys(allocatable).length > 0 ? allocatable : (status?.capacity ?? {})
}

/** Cpu in thousandths, everything else in whole units. */
function unitsOf(name: string, quantity: Quantity): number {
  return name === 'cpu' ? milliValueOf(quantity) : valueOf(quantity)
}

function percentagesOf(usage: Usage, node: Node): Thresholds {
  const capacity = capacityOf(node)
  const percentages: Record<string, number> = {}
  for (const [name, used] of usage) {
    const total = capacity[name]
    if (total === undefined) continue
    const units = unitsOf(name, quantityOf(total))
    percentages[name] = units > 0 ? (unitsOf(name, used) / units) * 100 : 0
  }
  return percentages
}

/** The capacity of the node, cut to the threshold where there is one. */
export function cappedCapacity(
  node: Node,
  thresholds: Thresholds,
  names: readonly string[],
): ReadonlyMap<string, Quantity> {
  const capacity = capacityOf(node)
  return new Map(
    names.map(name => {
      const total = capacity[name]
      const threshold = thresholds[name]
      if (total === undefined) return [name, quantityOf(0)]
      if (threshold === undefined) return [name, quantityOf(total)]
      const capped = Math.trunc(threshold * 0.01 * unitsOf(name, quantityOf(total)))
      return [name, quantityOf(name === 'cpu' ? `${capped}m` : capped)]
    }),
  )
}

/** What nodes can still take up to their thresholds. */
export function availableOn(
  usages: readonly NodeUsage[],
  capacityOf: (usage: NodeUsage) => ReadonlyMap<string, Quantity>,
): Usage {
  const available: Usage = new Map()
  for (const each of usages) {
    for (const [name, most] of capacityOf(each)) {
      const before = available.get(name) ?? quantityOf(0)
      const used = each.usage.get(name) ?? quantityOf(0)
      available.set(name, subtractQuantities(addQuantities(before, most), used))
    }
  }
  return available
}

/** Takes one pod off a node and off what is available elsewhere. */
export function movePod(pod: Pod, from: NodeUsage, available: Usage): void {
  const requests = podRequests(pod)
  for (const [name, left] of available) {
    const amount = name === 'pods' ? quantityOf(1) : (requests.get(name) ?? quantityOf(0))
    available.set(name, subtractQuantities(left, amount))
    from.usage.set(name, subtractQuantities(from.usage.get(name) ?? quantityOf(0), amount))
  }
}

export function hasRoom(available: Usage): boolean {
  return [...available.values()].every(left => sign(left) > 0)
}

/** Whether any resource is used beyond its share. */
export function isBeyond(usage: Usage, capacity: ReadonlyMap<string, Quantity>): boolean {
  return [...usage].some(
    ([name, used]) => compareQuantities(capacity.get(name) ?? quantityOf(0), used) < 0,
  )
}

export function isBelow(percentages: Thresholds, thresholds: Thresholds): boolean {
  return Object.entries(thresholds).every(([name, most]) => most >= (percentages[name] ?? 0))
}

/** All units together, whatever they are: the order in which upstream takes nodes. */
export function totalUsage({ usage }: NodeUsage): number {
  return [...usage].reduce((sum, [name, used]) => sum + unitsOf(name, used), 0)
}

/** Rounded as Go does: halves away from zero. */
export function roundedPercentages(percentages: Thresholds): Readonly<Record<string, number>> {
  return Object.fromEntries(
    Object.entries(percentages).map(([name, value]) => [name, Math.floor(value + 0.5)]),
  )
}
