// kube-scheduler is down: new pods wait. When it is back and elected it lists everything.
// Upstream: cmd/kube-scheduler (leader election ends the process), v1.36.3.

import { schedulerName } from '../scheduler/turn.ts'
import { isUp, startAgain } from './components.ts'
import type { Fault } from './fault.ts'

export const schedulerOutage = {
  name: 'scheduler-outage',
  doc: 'The scheduler is down: no new pod gets a node.',
  args: [],
  canApply: world => isUp(world, schedulerName),
  apply: world => world.takeDown(schedulerName, 'stopped'),
  recover: world => startAgain(world, schedulerName),
} satisfies Fault
