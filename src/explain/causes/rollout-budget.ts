// Why a rollout has no room: the arithmetic of maxSurge and maxUnavailable.
// Upstream: pkg/controller/deployment/util/deployment_util.go ResolveFenceposts, v1.36.3.

import { scaledValue } from '../../kube/int-or-percent.ts'
import type { KubeObject } from '../../kube/object.ts'
import { type ExplainContext, places } from '../context.ts'
import type { Cause } from '../report.ts'
import type { CauseFinder } from './cause-finder.ts'

type Rolling = KubeObject & {
  readonly spec?: {
    readonly replicas?: number
    readonly strategy?: {
      readonly type?: string
      readonly rollingUpdate?: {
        readonly maxSurge?: number | string
        readonly maxUnavailable?: number | string
      }
    }
  }
}

interface Budget {
  readonly replicas: number
  readonly maxSurge: number | string
  readonly maxUnavailable: number | string
  readonly surge: number
  readonly unavailable: number
}

function budgetOf(workload: Rolling): Budget | undefined {
  if (workload.kind !== 'Deployment' || workload.spec?.strategy?.type === 'Recreate') {
    return undefined
  }
  const { replicas = 1, strategy } = workload.spec ?? {}
  const { maxSurge = '25%', maxUnavailable = '25%' } = strategy?.rollingUpdate ?? {}
  const surge = scaledValue(maxSurge, replicas, true)
  const rounded = scaledValue(maxUnavailable, replicas, false)
  const unavailable = surge === 0 && rounded === 0 ? 1 : rounded
  return { replicas, maxSurge, maxUnavailable, surge, unavailable }
}

function causeOf(context: ExplainContext, budget: Budget): Cause {
  const { replicas, maxSurge, maxUnavailable, surge, unavailable } = budget
  const arithmetic =
    `maxSurge ${maxSurge} of ${replicas} rounds up to ${surge}, ` +
    `maxUnavailable ${maxUnavailable} of ${replicas} rounds down to ${unavailable}`
  const effect =
    unavailable === 0
      ? 'a new pod must be ready before an old one may go, and the new one finds no node'
      : `only ${unavailable} may be missing, and as many already are`
  return {
    code: 'rollout-has-no-room',
    text: `${arithmetic}: ${effect}`,
    facts: { replicas, maxSurge, maxUnavailable, surge, unavailable },
    locations: places(context, ['spec.strategy', 'spec.replicas']),
    writers: [],
  }
}

export const rolloutBudget = {
  name: 'rollout-budget',
  doc: 'Explains a stuck rollout by the budget that maxSurge and maxUnavailable leave.',
  find: context => {
    const { verdict, verdicts } = context.incident
    const waits = verdicts.some(each => each.verdict === 'pending-forever')
    if (verdict !== 'rollout-stuck' || !waits) return []
    const budget = context.workload && budgetOf(context.workload as Rolling)
    return budget === undefined ? [] : [causeOf(context, budget)]
  },
} satisfies CauseFinder
