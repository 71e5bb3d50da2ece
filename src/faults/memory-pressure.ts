// A node is short of memory, softly: it says so, is tainted for it and takes no new pods; what runs
// there is not evicted, since the twin knows no usage.
// Upstream: pkg/kubelet/nodestatus/setters.go (MemoryPressureCondition), v1.36.3.

import type { Fault } from './fault.ts'
import { nodeIsThere, setCondition } from './nodes.ts'

const type = 'MemoryPressure'

export const memoryPressure = {
  name: 'memory-pressure',
  doc: 'The node reports MemoryPressure: it is tainted, and nothing new lands there.',
  args: ['node'],
  canApply: (world, { node }) => nodeIsThere(world, node),
  apply: (world, { node = '' }) =>
    setCondition(world, node, { type, status: 'True', reason: 'KubeletHasInsufficientMemory' }),
  recover: (world, { node = '' }) =>
    setCondition(world, node, { type, status: 'False', reason: 'KubeletHasSufficientMemory' }),
} satisfies Fault
