// The order in which the scheduler sees nodes: one of each zone in turn. Immutable.
// Upstream: pkg/scheduler/backend/cache/node_tree.go and component-helpers/node/topology, v1.36.3.

import type { Node } from '../kube/generated/types.ts'

interface Zone {
  readonly key: string
  readonly names: readonly string[]
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
  if (zone === undefined) return [...tree, { key, names: [name] }]
  if (zone.names.includes(name)) return tree
  return tree.map(other => (other === zone ? { key, names: [...zone.names, name] } : other))
}

export function withoutTreeNode(tree: NodeTree, node: Node): NodeTree {
  const key = zoneKeyOf(node)
  const name = node.metadata.name ?? ''
  return tree
    .map(zone =>
      zone.key === key ? { key, names: zone.names.filter(other => other !== name) } : zone,
    )
    .filter(zone => zone.names.length > 0)
}

/** A node whose zone changed moves to the end of its new zone. */
export function withChangedTreeNode(tree: NodeTree, before: Node, after: Node): NodeTree {
  if (zoneKeyOf(before) === zoneKeyOf(after)) return tree
  return withTreeNode(withoutTreeNode(tree, before), after)
}

/** All names, one of each zone in turn. */
export function namesOf(tree: NodeTree): string[] {
  const result: string[] = []
  const rounds = tree.reduce((most, { names }) => Math.max(most, names.length), 0)
  for (let round = 0; round < rounds; round += 1) {
    for (const { names } of tree) {
      const name = names[round]
      if (name !== undefined) result.push(name)
    }
  }
  return result
}
