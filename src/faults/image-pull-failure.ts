// Images cannot be pulled: a registry is down, or an image is gone. What runs goes on; a pod that
// starts where its image is not waits in ImagePullBackOff.
// Upstream: pkg/kubelet/images/image_manager.go, v1.36.3.

import type { Disturbance } from '../nodes/disturbances.ts'
import { applicable, type Fault, type FaultArgs } from './fault.ts'
import { nodeIsThere, tell } from './nodes.ts'

function disturbance({ node, image }: FaultArgs): Disturbance {
  return {
    type: 'pull-fails',
    ...(node !== undefined && { node }),
    ...(image !== undefined && { image }),
  }
}

export const imagePullFailure = {
  name: 'image-pull-failure',
  doc: 'Images (all, or the one named) cannot be pulled, on all nodes or the one named.',
  args: ['node', 'image'],
  canApply: (world, { node }) => (node === undefined ? applicable : nodeIsThere(world, node)),
  apply: (world, args) => tell(world, { type: 'disturb', disturbance: disturbance(args) }),
  recover: (world, args) => tell(world, { type: 'calm', disturbance: disturbance(args) }),
} satisfies Fault
