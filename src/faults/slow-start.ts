// Containers that start from now on are ready later than they usually are: cold caches, a slow
// disk, a database that recovers.

import type { Disturbance } from '../nodes/disturbances.ts'
import { applicable, type Fault, type FaultArgs, inapplicable } from './fault.ts'
import { nodeIsThere, tell } from './nodes.ts'

function disturbance({ node, image, byMs = 0 }: FaultArgs): Disturbance {
  return {
    type: 'slow-start',
    byMs,
    ...(node !== undefined && { node }),
    ...(image !== undefined && { image }),
  }
}

export const slowStart = {
  name: 'slow-start',
  doc: 'Containers (all, or of the image named) that start are ready later by the time given.',
  args: ['node', 'image', 'byMs'],
  canApply: (world, { node, byMs }) => {
    if (byMs === undefined) {
      return inapplicable('slow-start does not say by how much', 'write by: 60s')
    }
    return node === undefined ? applicable : nodeIsThere(world, node)
  },
  apply: (world, args) => tell(world, { type: 'disturb', disturbance: disturbance(args) }),
  recover: (world, args) => tell(world, { type: 'calm', disturbance: disturbance(args) }),
} satisfies Fault
