// The order in which the scheduler sees nodes: one of each zone in turn. Immutable.
// Upstream: pkg/scheduler/backend/cache/node_tree.go and component-helpers/node/topology, v1.36.3.

import type { Node } from '../kube/generated/types.ts'

interface Zone {
  readonly key: string
  /** Of which the first `count` belong to this tree: later trees append to the same list. */
  readonly names: string[]
  readonly count: number
}

/** Zones in order of first appearance, nodes of a zone in order of arrival. */
export type NodeTree = readonly Zone[]

/** Region and zone labels; all nodes without both form one zone. */
export function zoneKeyOf(node: Node): string {
  const labels = node.metadata.labels ?? {}
  const zone =
    labels['failure-domain.beta.kubernetes.io/zone'] ?? labels['topology.kubernetes.io/zone'] ?? ''
  const region =
    labels['failure-domain.beta.kubernetes.io/region'] ??
    labels['topology.kubernetes.io/region'] ??
    ''
  return region === '' && zone === '' ? '' : `${region}:\0:${zone}`
}

export function withTreeNode(tree: NodeTree, node: Node): NodeTree {
  const key = zoneKeyOf(node)
  const name = node.metadata.name ?? ''
  const zone = tree.find(other => other.key === key)
  if (zone === undefined) return [...tree, { key, names: [name], count: 1 }]
  if (namesIn(zone).includes(name)) return tree
  return tree.map(other => (other === zone ? withName(zone, name) : other))
}

/** Only one tree can be the first to append to a shared list; another one copies its part. */
function withName({ key, names, count }: Zone, name: string): Zone {
  const own = names.length === count ? names : names.slice(0, count)
  own.push(name)
  return { key, names: own, count: count + 1 }
}

function namesIn({ names, count }: Zone): readonly string[] {
  return names.length === count ? names : names.slice(0, count)
}

export function withoutTreeNode(tree: NodeTree, node: Node): NodeTree {
  const key = zoneKeyOf(node)
  const name = node.metadata.name ?? ''
  return tree
    .map(zone => {
      if (zone.key !== key) return zone
      const names = zone.names.slice(0, zone.count)
      const at = names.indexOf(name)
      if (at >= 0) names.splice(at, 1)
      return { key, names, count: names.length }
    })
    .filter(zone => zone.count > 0)
}

/** A node whose zone changed moves to the end of its new zone. */
export function withChangedTreeNode(tree: NodeTree, before: Node, after: Node): NodeTree {
  if (zoneKeyOf(before) === zoneKeyOf(after)) return tree
  return withTreeNode(withoutTreeNode(tree, before), after)
}

/** All names, one of each zone in turn. */
export function namesOf(tree: NodeTree): string[] {
  const result: string[] = []
  const rounds = tree.reduce((most, { count }) => Math.max(most, count), 0)
  // By index: this runs over all nodes whenever one comes or goes.
  for (let round = 0; round < rounds; round += 1) {
    for (let at = 0; at < tree.length; at += 1) {
      const { names, count } = tree[at] as Zone
      if (round < count) result.push(names[round] as string)
    }
  }
  return result
}
