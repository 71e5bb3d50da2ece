// A node takes no new pods, as `kubectl cordon` asks. Upstream: kubectl pkg/drain/cordon.go.

import { request } from '../cluster/cluster.ts'
import type { World } from '../engine/world.ts'
import type { Fault } from './fault.ts'
import { nodeIsThere } from './nodes.ts'

function setUnschedulable(world: World, node: string, unschedulable: boolean): void {
  const target = { kind: 'Node', name: node }
  request(world, { verb: 'patch', target, patchType: 'merge', patch: { spec: { unschedulable } } })
}

export const cordon = {
  name: 'cordon',
  doc: 'The node is unschedulable: what runs there stays, nothing new comes.',
  args: ['node'],
  canApply: (world, { node }) => nodeIsThere(world, node),
  apply: (world, { node = '' }) => setUnschedulable(world, node, true),
  recover: (world, { node = '' }) => setUnschedulable(world, node, false),
} satisfies Fault
