// A node that is heard now and then: silent long enough to turn NotReady, then back, again and
// again. Each time its endpoints are taken out and put back, and pods get closer to eviction.

import type { Fault } from './fault.ts'
import { nodeIsThere, tell } from './nodes.ts'

export const notReadyFlapping = {
  name: 'not-ready-flapping',
  doc: 'The node is cut off for 90 s and reached for 30 s, again and again.',
  args: ['node'],
  machines: (_world, { node = '' }) => [node],
  pulse: { holdsMs: 90_000, restsMs: 30_000 },
  canApply: (world, { node }) => nodeIsThere(world, node),
  apply: (world, { node = '' }) => tell(world, { type: 'disconnect', node }),
  recover: (world, { node = '' }) => tell(world, { type: 'connect', node, containers: 'kept' }),
} satisfies Fault
