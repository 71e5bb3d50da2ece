// Splits possible victims by whether evicting them would break a PodDisruptionBudget.
// Upstream: plugins/defaultpreemption filterPodsWithPDBViolation, v1.36.3.

import type { PodDisruptionBudget } from '../../kube/generated/types.ts'
import type { PodInfo } from '../framework.ts'
import { compileSelector, type LabelMatcher, nothing } from '../label-selector.ts'

export interface SplitVictims {
  readonly violating: readonly PodInfo[]
  readonly nonViolating: readonly PodInfo[]
}

/** Keeps the order of `victims`: each takes one disruption of every budget that covers it. */
export function splitByBudgets(
  victims: readonly PodInfo[],
  budgets: readonly PodDisruptionBudget[],
): SplitVictims {
  const left = budgets.map(({ status }) => status?.disruptionsAllowed ?? 0)
  const violating: PodInfo[] = []
  const nonViolating: PodInfo[] = []
  for (const victim of victims) {
    let violates = false
    for (let index = 0; index < budgets.length; index += 1) {
      if (!covers(budgets[index] as PodDisruptionBudget, victim)) continue
      const after = (left[index] as number) - 1
      left[index] = after
      if (after < 0) violates = true
    }
    if (violates) violating.push(victim)
    else nonViolating.push(victim)
  }
  return { violating, nonViolating }
}

const matchers = new WeakMap<PodDisruptionBudget, LabelMatcher>()

/** A budget whose selector is absent, empty or invalid covers nothing here. */
function matcherOf(budget: PodDisruptionBudget): LabelMatcher {
  let matches = matchers.get(budget)
  if (matches === undefined) {
    const { matchLabels = {}, matchExpressions = [] } = budget.spec?.selector ?? {}
    const isEmpty = Object.keys(matchLabels).length + matchExpressions.length === 0
    matches = (isEmpty ? undefined : compileSelector(budget.spec?.selector)) ?? nothing
    matchers.set(budget, matches)
  }
  return matches
}

/** A pod that the API server has already let go is not counted again. */
function covers(budget: PodDisruptionBudget, victim: PodInfo): boolean {
  if (Object.keys(victim.labels).length === 0) return false
  if ((budget.metadata.namespace ?? '') !== victim.namespace || !matcherOf(budget)(victim.labels))
    return false
  return budget.status?.disruptedPods?.[victim.pod.metadata.name ?? ''] === undefined
}
