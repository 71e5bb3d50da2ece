// Splits possible victims by whether evicting them would break a PodDisruptionBudget.
// Upstream: plugins/defaultpreemption filterPodsWithPDBViolation, v1.36.3.

import type { PodDisruptionBudget } from '../../kube/generated/types.ts'
import type { PodInfo } from '../framework.ts'
import { compileSelector, type LabelMatcher } from '../label-selector.ts'

export interface SplitVictims {
  readonly violating: readonly PodInfo[]
  readonly nonViolating: readonly PodInfo[]
}

interface CompiledBudget {
  readonly budget: PodDisruptionBudget
  readonly matches: LabelMatcher
}

/** Keeps the order of `victims`: each takes one disruption of every budget that covers it. */
export function splitByBudgets(
  victims: readonly PodInfo[],
  budgets: readonly PodDisruptionBudget[],
): SplitVictims {
  const compiled = budgets.flatMap(compileBudget)
  const left = compiled.map(({ budget }) => budget.status?.disruptionsAllowed ?? 0)
  const violating: PodInfo[] = []
  const nonViolating: PodInfo[] = []
  for (const victim of victims) {
    let violates = false
    for (let index = 0; index < compiled.length; index += 1) {
      if (!covers(compiled[index] as CompiledBudget, victim)) continue
      const after = (left[index] as number) - 1
      left[index] = after
      if (after < 0) violates = true
    }
    if (violates) violating.push(victim)
    else nonViolating.push(victim)
  }
  return { violating, nonViolating }
}

/** A budget whose selector is absent, empty or invalid covers nothing here. */
function compileBudget(budget: PodDisruptionBudget): CompiledBudget[] {
  const selector = budget.spec?.selector
  if (selector === undefined) return []
  const size =
    Object.keys(selector.matchLabels ?? {}).length + (selector.matchExpressions ?? []).length
  const matches = size === 0 ? undefined : compileSelector(selector)
  return matches === undefined ? [] : [{ budget, matches }]
}

/** A pod that the API server has already let go is not counted again. */
function covers({ budget, matches }: CompiledBudget, victim: PodInfo): boolean {
  if (Object.keys(victim.labels).length === 0) return false
  if ((budget.metadata.namespace ?? '') !== victim.namespace || !matches(victim.labels))
    return false
  return budget.status?.disruptedPods?.[victim.pod.metadata.name ?? ''] === undefined
}
