// A node is short of disk, softly: it says so, is tainted for it and takes no new pods; what runs
// there is not evicted, since the twin knows no usage.
// Upstream: pkg/kubelet/nodestatus/setters.go (DiskPressureCondition), v1.36.3.

import type { Fault } from './fault.ts'
import { nodeIsThere, setCondition } from './nodes.ts'

const type = 'DiskPressure'

export const diskPressure = {
  name: 'disk-pressure',
  doc: 'The node reports DiskPressure: it is tainted, and nothing new lands there.',
  args: ['node'],
  canApply: (world, { node }) => nodeIsThere(world, node),
  apply: (world, { node = '' }) =>
    setCondition(world, node, { type, status: 'True', reason: 'KubeletHasDiskPressure' }),
  recover: (world, { node = '' }) =>
    setCondition(world, node, { type, status: 'False', reason: 'KubeletHasNoDiskPressure' }),
} satisfies Fault
