// A node goes off and comes back: after it every container of it starts anew, in order.
// Upstream: pkg/kubelet/kuberuntime (sandboxes are made again after a restart), v1.36.3.

import type { Fault } from './fault.ts'
import { nodeIsThere, tell } from './nodes.ts'

export const nodeReboot = {
  name: 'node-reboot',
  doc: 'The node is off, and when it is back all of its containers start anew.',
  args: ['node'],
  machines: (_world, { node = '' }) => [node],
  canApply: (world, { node }) => nodeIsThere(world, node),
  apply: (world, { node = '' }) => tell(world, { type: 'disconnect', node }),
  recover: (world, { node = '' }) =>
    tell(world, { type: 'connect', node, containers: 'restarted' }),
} satisfies Fault
