// NodeName keeps a pod on the node its spec names.
// Upstream: pkg/scheduler/framework/plugins/nodename, v1.36.3.

import { actions, type FilterPlugin, success, unresolvable } from '../framework.ts'

const reasons = { mismatch: "node(s) didn't match the requested node name" }
const rejected = unresolvable(reasons.mismatch)

export const nodeName = {
  name: 'NodeName',
  doc: 'Rejects every node except the one in spec.nodeName.',
  reasons,
  requeueOn: [{ event: { resource: 'Node', actions: actions.add } }],
  filter: (_cycle, pod, node) => {
    const wanted = pod.spec?.nodeName ?? ''
    return wanted === '' || wanted === node.name ? success : rejected
  },
} satisfies FilterPlugin
