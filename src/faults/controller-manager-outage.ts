// kube-controller-manager is down: nothing is rolled out, replaced, marked NotReady or evicted.
// When it is back it waits for its election, starts with empty caches and lists everything.
// Upstream: cmd/kube-controller-manager (leader election ends the process), v1.36.3.

import { isUp, startAgain } from './components.ts'
import type { Fault } from './fault.ts'

const component = 'kube-controller-manager'

export const controllerManagerOutage = {
  name: 'controller-manager-outage',
  doc: 'The controller manager is down: no rollout, no replacement, no node turns NotReady.',
  args: [],
  canApply: world => isUp(world, component),
  apply: world => world.takeDown(component, 'stopped'),
  recover: world => startAgain(world, component),
} satisfies Fault
