// A node is short of disk, softly: it says so, is tainted for it, takes no new pods, and its
// kubelet evicts pods one by one, those first that request no ephemeral storage.
// Upstream: pkg/kubelet/nodestatus/setters.go (DiskPressureCondition), pkg/kubelet/eviction,
// v1.36.3.

import type { Fault } from './fault.ts'
import { evictionsDefault, nodeIsThere, tell } from './nodes.ts'

const pressure = 'DiskPressure'

export const diskPressure = {
  name: 'disk-pressure',
  doc: 'The node reports DiskPressure: it is tainted, nothing new lands there, and pods are evicted.',
  args: ['node', 'pods'],
  canApply: (world, { node }) => nodeIsThere(world, node),
  apply: (world, { node = '', pods: evictions = evictionsDefault }) =>
    tell(world, { type: 'pressure', node, pressure, evictions }),
  recover: (world, { node = '' }) => tell(world, { type: 'relief', node, pressure }),
} satisfies Fault
