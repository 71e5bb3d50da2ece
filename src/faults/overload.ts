// Pods use more than they request, and a machine that cannot bear it panics: what ran there starts
// elsewhere, and may be too much for that machine as well.
// Case C4 of Kivi (USENIX ATC 2024): nodes that fail one after the other.

import { parseQuantity } from '../kube/quantity.ts'
import type { Disturbance } from '../nodes/disturbances.ts'
import { applicable, type Fault, type FaultArgs, inapplicable } from './fault.ts'
import { tell } from './nodes.ts'

function disturbance({ cpu = '', image }: FaultArgs): Disturbance {
  return { type: 'overload', cpu, ...(image !== undefined && { image }) }
}

export const overload = {
  name: 'overload',
  doc: 'Containers (all, or of the image named) use so much cpu each; a node with too little of it panics and stays off.',
  args: ['cpu', 'image'],
  canApply: (_world, { cpu }) =>
    cpu !== undefined && parseQuantity(cpu).ok
      ? applicable
      : inapplicable(
          cpu === undefined
            ? 'overload does not say how much a container uses'
            : `"${cpu}" is no amount of cpu`,
          'write cpu: "2" or cpu: 500m',
        ),
  apply: (world, args) => tell(world, { type: 'disturb', disturbance: disturbance(args) }),
  recover: (world, args) => tell(world, { type: 'calm', disturbance: disturbance(args) }),
} satisfies Fault
