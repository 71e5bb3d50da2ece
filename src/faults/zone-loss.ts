// Every node of a zone is lost in one moment. Upstream: the zone states of
// pkg/controller/nodelifecycle (full and partial disruption) answer to it, v1.36.3.

import { type Fault, inapplicable } from './fault.ts'
import { nodeIsThere, nodesIn, tell, zonesOf } from './nodes.ts'

export const zoneLoss = {
  name: 'zone-loss',
  doc: 'Every node of a zone is lost at once.',
  args: ['zone'],
  machines: (world, { zone = '' }) => nodesIn(world, zone),
  canApply: (world, { zone = '' }) => {
    const [first] = nodesIn(world, zone)
    if (first !== undefined) return nodeIsThere(world, first)
    const zones = zonesOf(world)
    const todo =
      zones.length === 0
        ? 'give the pools zones: zones: [a, b, c]'
        : `name one of: ${zones.join(', ')}`
    return zone === '' && zones.length > 0
      ? inapplicable('zone-loss does not say which zone', todo)
      : inapplicable(`there is no zone "${zone}"`, todo)
  },
  apply: (world, { zone = '' }) => {
    for (const node of nodesIn(world, zone)) tell(world, { type: 'disconnect', node })
  },
  recover: (world, { zone = '' }) => {
    for (const node of nodesIn(world, zone)) tell(world, { type: 'connect', node })
  },
} satisfies Fault
