// SchedulingGates keeps a pod out of the queue until all its gates are gone.
// Upstream: pkg/scheduler/framework/plugins/schedulinggates, v1.36.3.

import { actions, type PreEnqueuePlugin, success, unresolvable } from '../framework.ts'

export const schedulingGates = {
  name: 'SchedulingGates',
  doc: 'Keeps a pod out of the scheduling queue while spec.schedulingGates is not empty.',
  requeueOn: [
    {
      event: { resource: 'Pod', actions: actions.updatePodSchedulingGatesEliminated },
      hint: (pod, { newObject }) =>
        newObject?.metadata.uid === pod.metadata.uid ? 'Queue' : 'Skip',
    },
  ],
  preEnqueue: pod => {
    const gates = pod.spec?.schedulingGates ?? []
    if (gates.length === 0) return success
    const names = gates.map(({ name }) => name).join(' ')
    return unresolvable(`waiting for scheduling gates: [${names}]`)
  },
} satisfies PreEnqueuePlugin
