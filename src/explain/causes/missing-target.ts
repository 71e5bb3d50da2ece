// An autoscaler whose target is not there: who wrote the reference, and what may be meant.

import type { HorizontalPodAutoscaler } from '../../kube/generated/types.ts'
import { scalableKinds } from '../../controllers/horizontal-pod-autoscaler/target.ts'
import { kindKeyOf, kinds } from '../../kube/kinds.ts'
import { type ExplainContext, places } from '../context.ts'
import type { Cause } from '../report.ts'
import { type CauseFinder, listText } from './cause-finder.ts'

export const missingTarget = {
  name: 'missing-target',
  doc: 'Names the target that an autoscaler looks for in vain, and what there is instead.',
  find: context => {
    const { verdict, reason } = context.incident
    return verdict === 'noscale' && reason === 'FailedGetScale' ? [causeOf(context)] : []
  },
} satisfies CauseFinder

function causeOf(context: ExplainContext): Cause {
  const { spec } = (context.workload ?? {}) as Partial<HorizontalPodAutoscaler>
  const { kind = '', name = '', apiVersion = 'apps/v1' } = spec?.scaleTargetRef ?? {}
  const path = 'spec.scaleTargetRef.name'
  const there = othersIn(context, kind)
  const instead = there.length === 0 ? `there is no ${kind}` : `there are ${listText(there)}`
  const { making } = context
  const writers = making === undefined ? [] : [making.operator.name]
  return {
    code: 'missing-target',
    text: `its target is ${kind} ${name} (${apiVersion}), and ${instead}`,
    facts: { kind, name, apiVersion, there },
    locations: places(context, [path]),
    writers,
  }
}

/** Names of the workloads of that kind in the autoscaler's namespace. */
function othersIn({ world, incident }: ExplainContext, kind: string): readonly string[] {
  const known = scalableKinds.find(each => each === kind && kinds.has(each))
  if (known === undefined) return []
  return world.store
    .list(known, incident.object.namespace)
    .filter(object => kindKeyOf(object) === known)
    .map(({ metadata }) => metadata.name ?? '')
}
