// A node falls silent: its kubelet reports nothing and its pods serve nobody, but nobody is told.
// Upstream: what pkg/controller/nodelifecycle observes when leases stop, v1.36.3.

import type { Fault } from './fault.ts'
import { nodeIsThere, tell } from './nodes.ts'

export const nodeLoss = {
  name: 'node-loss',
  doc: 'The node crashes or is cut off: no heartbeats, no pod progress, no traffic to its pods.',
  args: ['node'],
  machines: (_world, { node = '' }) => [node],
  canApply: (world, { node }) => nodeIsThere(world, node),
  apply: (world, { node = '' }) => tell(world, { type: 'disconnect', node }),
  recover: (world, { node = '' }) => tell(world, { type: 'connect', node }),
} satisfies Fault
