// The kubelet of a node is down while its containers run on: a restart of the kubelet when short;
// when longer than the grace period the node turns NotReady although its pods serve.
// Upstream: pkg/kubelet/kubelet.go (containers outlive the kubelet), v1.36.3.

import type { Fault } from './fault.ts'
import { nodeIsThere, tell } from './nodes.ts'

export const kubeletOutage = {
  name: 'kubelet-outage',
  doc: 'The kubelet of a node is down (restarts, when short); its containers run on and serve.',
  args: ['node'],
  canApply: (world, { node }) => nodeIsThere(world, node),
  apply: (world, { node = '' }) => tell(world, { type: 'disconnect', node, podsServe: true }),
  recover: (world, { node = '' }) => tell(world, { type: 'connect', node, containers: 'kept' }),
} satisfies Fault
