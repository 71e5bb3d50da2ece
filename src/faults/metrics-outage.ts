// The metrics APIs do not answer: autoscalers keep what they have and say why.
// Upstream: pkg/controller/podautoscaler/horizontal.go (no valid metric, no change), v1.36.3.

import { outageOf } from '../kube/outage-object.ts'
import type { Fault } from './fault.ts'
import { isAnswering, putBack, takeOut } from './outages.ts'

const outage = outageOf('metrics')

export const metricsOutage = {
  name: 'metrics-outage',
  doc: 'No metrics API answers: autoscalers cannot compute and keep their targets as they are.',
  args: [],
  canApply: world => isAnswering(world, outage),
  apply: world => takeOut(world, outage),
  recover: world => putBack(world, outage),
} satisfies Fault
