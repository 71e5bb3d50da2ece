// A pod that stays on a silent node because it tolerates the loss of its node without end: nothing
// evicts it, so nothing replaces it.

import { lifeOf, refText } from '../../checks/life.ts'
import type { Pod } from '../../kube/generated/types.ts'
import { podSpecPath } from '../../trials/written.ts'
import { type ExplainContext, places } from '../context.ts'
import type { Cause } from '../report.ts'
import type { CauseFinder } from './cause-finder.ts'

const unreachable = 'node.kubernetes.io/unreachable'

type Toleration = NonNullable<NonNullable<Pod['spec']>['tolerations']>[number]

/** Whether a toleration keeps its pod on a node that is gone, without an end. */
function keeps({ key = '', operator, effect = '', tolerationSeconds }: Toleration): boolean {
  if (tolerationSeconds !== undefined || (effect !== '' && effect !== 'NoExecute')) return false
  return key === unreachable || (key === '' && operator === 'Exists')
}

/** Pods of the workload that still are on the node, and are to stay there. */
function keptPods({ incident, world }: ExplainContext): readonly Pod[] {
  const name = refText(incident.object)
  return lifeOf(world)
    .pods.filter(
      ({ workload, node, markedMs, goneMs }) =>
        workload !== undefined &&
        refText(workload) === name &&
        node === incident.run.node &&
        markedMs === undefined &&
        goneMs === undefined,
    )
    .flatMap(({ key }) => (world.store.get('Pod', key) as Pod | undefined) ?? [])
    .filter(({ spec }) => (spec?.tolerations ?? []).some(keeps))
}

export const neverEvicted = {
  name: 'never-evicted',
  doc: 'A pod that tolerates the loss of its node for ever is not replaced.',
  find: (context): readonly Cause[] => {
    const { verdict, open, run, object } = context.incident
    if (verdict !== 'down' || !open || run.node === undefined) return []
    const pods = keptPods(context).map(({ metadata: { name = '' } }) => name)
    if (pods.length === 0) return []
    const text =
      `${pods.join(', ')} tolerates ${unreachable} without end, so nothing evicts it from ` +
      `${run.node} and nothing takes its place`
    const locations = places(context, [`${podSpecPath(object.kind)}.tolerations`])
    return [
      { code: 'never-evicted', text, facts: { pods, node: run.node }, locations, writers: [] },
    ]
  },
} satisfies CauseFinder
