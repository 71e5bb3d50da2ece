// A node is cut off from the others: its containers run on, but nobody reaches them. When it is
// back its kubelet stops what was deleted meanwhile, with the grace period that each pod has.
// Upstream: pkg/kubelet/kubelet.go (syncLoop keeps on with its last known pods), v1.36.3.

import type { Fault } from './fault.ts'
import { nodeIsThere, tell } from './nodes.ts'

export const networkPartition = {
  name: 'network-partition',
  doc: 'The node is cut off from the network; its containers run on and nobody reaches them.',
  args: ['node'],
  machines: (_world, { node = '' }) => [node],
  canApply: (world, { node }) => nodeIsThere(world, node),
  apply: (world, { node = '' }) => tell(world, { type: 'disconnect', node }),
  recover: (world, { node = '' }) => tell(world, { type: 'connect', node, containers: 'kept' }),
} satisfies Fault
