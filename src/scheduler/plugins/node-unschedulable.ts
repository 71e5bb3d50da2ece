// NodeUnschedulable keeps pods off cordoned nodes.
// Upstream: pkg/scheduler/framework/plugins/nodeunschedulable, v1.36.3.

import {
  actions,
  type FilterPlugin,
  type Node,
  type Pod,
  success,
  unresolvable,
} from '../framework.ts'
import { tolerationsTolerate } from '../../kube/toleration.ts'

const reasons = { unschedulable: 'node(s) were unschedulable' }
const rejected = unresolvable(reasons.unschedulable)
const cordonTaint = { key: 'node.kubernetes.io/unschedulable', effect: 'NoSchedule' } as const

function toleratesCordon(pod: Pod): boolean {
  return tolerationsTolerate(pod.spec?.tolerations, cordonTaint)
}

export const nodeUnschedulable = {
  name: 'NodeUnschedulable',
  doc: 'Rejects nodes with spec.unschedulable unless the pod tolerates the cordon taint.',
  reasons,
  requeueOn: [
    {
      event: { resource: 'Node', actions: actions.add | actions.updateNodeTaint },
      hint: (_pod, { oldObject, newObject }) => {
        const before: Node | undefined = oldObject
        const after: Node | undefined = newObject
        const wasOpen = before !== undefined && before.spec?.unschedulable !== true
        return !wasOpen && after?.spec?.unschedulable !== true ? 'Queue' : 'Skip'
      },
    },
    {
      event: { resource: 'Pod', actions: actions.updatePodToleration },
      hint: (pod, { newObject }) => {
        const changed = newObject
        const isSelf = changed?.metadata.uid === pod.metadata.uid
        return changed !== undefined && isSelf && toleratesCordon(changed) ? 'Queue' : 'Skip'
      },
    },
  ],
  filter: (_cycle, pod, { node }) =>
    node.spec?.unschedulable !== true || toleratesCordon(pod) ? success : rejected,
} satisfies FilterPlugin
