// NodePorts keeps two pods from taking the same host port of a node.
// Upstream: pkg/scheduler/framework/plugins/nodeports, v1.36.3.

import {
  actions,
  type FilterPlugin,
  type Pod,
  type PreFilterPlugin,
  skip,
  success,
  unschedulable,
} from '../framework.ts'
import { holdsPlace } from '../held-place.ts'
import { conflicts, type HostPort } from '../host-ports.ts'
import { podInfoOf } from '../node-info.ts'

const reasons = { taken: "node(s) didn't have free ports for the requested pod ports" }
const rejected = unschedulable(reasons.taken)

function anyConflict(used: readonly HostPort[], wanted: readonly HostPort[]): boolean {
  for (const port of wanted) if (conflicts(used, port)) return true
  return false
}

export const nodePorts = {
  name: 'NodePorts',
  doc: 'Rejects nodes on which a requested host port is in use.',
  unprepared: 'reading "PreFilterNodePorts" from cycleState: not found',
  reasons,
  requeueOn: [
    {
      event: { resource: 'Pod', actions: actions.delete },
      hint: (pod, { oldObject }) => {
        const deleted = oldObject as Pod
        if (!holdsPlace(deleted)) return 'Skip'
        const freed = podInfoOf(deleted).hostPorts
        return anyConflict(freed, podInfoOf(pod).hostPorts) ? 'Queue' : 'Skip'
      },
    },
    { event: { resource: 'Node', actions: actions.add } },
  ],
  preFilter: (_cycle, pod) => ({
    status: podInfoOf(pod).hostPorts.length === 0 ? skip : success,
  }),
  filter: (_cycle, pod, node) => {
    const { usedPorts } = node
    if (usedPorts.length === 0) return success
    return anyConflict(usedPorts, podInfoOf(pod).hostPorts) ? rejected : success
  },
} satisfies PreFilterPlugin & FilterPlugin
