// A node falls silent: its kubelet reports nothing and its pods serve nobody, but nobody is told.
// Upstream: what pkg/controller/nodelifecycle observes when leases stop, v1.36.3.

import type { World } from '../engine/world.ts'
import { kubeletName, type KubeletOrder } from '../nodes/kubelet.ts'
import { applicable, type Fault, inapplicable } from './fault.ts'

function order(world: World, type: 'disconnect' | 'connect', node: string): void {
  const kubeletOrder: KubeletOrder = { type, node }
  world.signal(kubeletName, kubeletOrder)
}

export const nodeLoss = {
  name: 'node-loss',
  doc: 'The node crashes or is cut off: no heartbeats, no pod progress, no traffic to its pods.',
  canApply: (world, { node = '' }) => {
    if (world.store.get('Node', node) !== undefined) return applicable
    const known = world.store.list('Node').map(({ metadata }) => metadata.name)
    return inapplicable(`there is no node "${node}" to lose`, `name one of: ${known.join(', ')}`)
  },
  apply: (world, { node = '' }) => order(world, 'disconnect', node),
  recover: (world, { node = '' }) => order(world, 'connect', node),
} satisfies Fault
