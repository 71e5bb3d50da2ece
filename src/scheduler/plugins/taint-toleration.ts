// TaintToleration keeps pods off nodes whose taints they do not tolerate, and prefers the rest.
// Upstream: pkg/scheduler/framework/plugins/tainttoleration, v1.36.3.

import type { Toleration } from '../../kube/generated/types.ts'
import { tolerationsTolerate } from '../../kube/toleration.ts'
import {
  actions,
  failed,
  type FilterPlugin,
  type Node,
  type PreScorePlugin,
  type ScorePlugin,
  stateKey,
  success,
  unresolvable,
} from '../framework.ts'
import { normalizeToMax } from '../normalize.ts'
import { hasUntoleratedTaint } from '../taints.ts'

const reasons = { untolerated: 'node(s) had untolerated taint(s)' }
const rejected = unresolvable(reasons.untolerated)
const preScoreState = stateKey<readonly Toleration[]>('PreScoreTaintToleration')
/** PreScore is disabled and Score is not. */
const notPrepared = failed(`failed to read "${preScoreState.name}" from cycleState: not found`)

export const taintToleration = {
  name: 'TaintToleration',
  doc: 'Rejects nodes with untolerated taints; untolerated PreferNoSchedule taints lower the score.',
  reasons,
  requeueOn: [
    {
      event: { resource: 'Node', actions: actions.add | actions.updateNodeTaint },
      hint: (pod, { oldObject, newObject }) => {
        const before: Node | undefined = oldObject
        const after: Node | undefined = newObject
        const wasOff = before === undefined || hasUntoleratedTaint(before, pod)
        const isOff = after !== undefined && hasUntoleratedTaint(after, pod)
        return wasOff && !isOff ? 'Queue' : 'Skip'
      },
    },
    {
      event: { resource: 'Pod', actions: actions.updatePodToleration },
      hint: (pod, { newObject }) =>
        newObject?.metadata.uid === pod.metadata.uid ? 'Queue' : 'Skip',
    },
  ],
  filter: (_cycle, pod, { node }) => (hasUntoleratedTaint(node, pod) ? rejected : success),
  preScore: (cycle, pod) => {
    const tolerations = (pod.spec?.tolerations ?? []).filter(
      ({ effect = '' }) => effect === '' || effect === 'PreferNoSchedule',
    )
    cycle.write(preScoreState, tolerations)
    return success
  },
  score: (cycle, _pod, { node }) => {
    const tolerations = cycle.read(preScoreState)
    if (tolerations === undefined) return notPrepared
    const taints = node.spec?.taints
    if (taints === undefined) return 0
    let intolerable = 0
    for (const taint of taints) {
      if (taint.effect === 'PreferNoSchedule' && !tolerationsTolerate(tolerations, taint))
        intolerable += 1
    }
    return intolerable
  },
  normalizeScores: (_cycle, _pod, _nodes, scores) => {
    normalizeToMax(scores, true)
    return success
  },
} satisfies FilterPlugin & PreScorePlugin & ScorePlugin
