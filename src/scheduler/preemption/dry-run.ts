// Tries on copies of the nodes which pods would have to go for a pod to fit.
// Upstream: framework/preemption/preemption.go DryRunPreemption and
// plugins/defaultpreemption SelectVictimsOnNode, v1.36.3.

import { assert } from '../../base/assert.ts'
import type { PodDisruptionBudget } from '../../kube/generated/types.ts'
import {
  type CycleState,
  failed,
  isSuccess,
  type NodeInfo,
  type Pod,
  type PodInfo,
  type Status,
  unresolvable,
} from '../framework.ts'
import { withoutPod, withPodInfo } from '../node-info.ts'
import type { Candidate } from './candidates.ts'
import { splitByBudgets } from './disruption-budgets.ts'
import { sortLikeGo } from '../../kube/go-unstable-sort.ts'
import { isMoreImportant, priorityOf } from './victim-order.ts'

export const noVictims = 'No preemption victims found for incoming pod'

/** Where the trial starts among the nodes and how many candidates are enough. */
export interface DryRunScope {
  readonly offset: number
  readonly candidatesMax: number
}

export interface DryRun {
  /** Candidates without budget violations first, each group in the order of the trial. */
  readonly candidates: readonly Candidate[]
  /** Every node where preemption would help, also beyond the wanted number. */
  readonly evaluated: readonly Candidate[]
  readonly rejected: ReadonlyMap<string, Status>
  readonly errors: readonly string[]
}

/** Goes through the nodes from the offset until enough candidates are found. */
export function dryRunPreemption(
  cycle: CycleState,
  pod: Pod,
  nodes: readonly NodeInfo[],
  budgets: readonly PodDisruptionBudget[],
  { offset, candidatesMax }: DryRunScope,
): DryRun {
  const nonViolating: Candidate[] = []
  const violating: Candidate[] = []
  const evaluated: Candidate[] = []
  const rejected = new Map<string, Status>()
  const errors: string[] = []
  for (let index = 0; index < nodes.length; index += 1) {
    const node = nodes[(offset + index) % nodes.length] as NodeInfo
    const result = selectVictims(cycle.clone(), pod, node, budgets)
    if ('code' in result) {
      if (result.code === 'Error') errors.push(...result.reasons)
      rejected.set(node.name, result)
      continue
    }
    evaluated.push(result)
    const list = result.numPDBViolations === 0 ? nonViolating : violating
    if (list.length < candidatesMax) list.push(result)
    const count = nonViolating.length + violating.length
    if (nonViolating.length > 0 && count >= candidatesMax) break
  }
  return { candidates: [...nonViolating, ...violating], evaluated, rejected, errors }
}

/** The fewest, least important pods whose removal lets the pod fit, or why that does not help. */
export function selectVictims(
  cycle: CycleState,
  pod: Pod,
  start: NodeInfo,
  budgets: readonly PodDisruptionBudget[],
): Candidate | Status {
  const trial = new Trial(cycle, pod, start)
  const potential = start.pods.filter(other => mayPreempt(pod, other.pod))
  for (const victim of potential) {
    const status = trial.remove(victim)
    if (!isSuccess(status)) return failed(status.reasons.join(', '))
  }
  if (potential.length === 0) return unresolvable(noVictims)
  const fit = trial.filter()
  if (!isSuccess(fit)) return fit
  sortLikeGo(potential, (a, b) => isMoreImportant(a.pod, b.pod))
  const { violating, nonViolating } = splitByBudgets(potential, budgets)
  const first = trial.reprieve(violating)
  const second = Array.isArray(first) ? trial.reprieve(nonViolating) : first
  if (!Array.isArray(first)) return first
  if (!Array.isArray(second)) return second
  const victims = [...first, ...second]
  if (violating.length !== 0 && nonViolating.length !== 0) sortLikeGo(victims, isMoreImportant)
  if (victims.length === 0)
    return failed(`expected at least one victim pod on node "${start.name}"`)
  return { node: start.name, victims, numPDBViolations: first.length }
}

/** Whether the preemptor outranks the other pod. */
export function mayPreempt(preemptor: Pod, victim: Pod): boolean {
  return priorityOf(victim) < priorityOf(preemptor)
}

/** A node that pods are taken from and given back to. */
class Trial {
  private readonly cycle: CycleState
  private readonly pod: Pod
  private node: NodeInfo

  constructor(cycle: CycleState, pod: Pod, node: NodeInfo) {
    this.cycle = cycle
    this.pod = pod
    this.node = node
  }

  remove(victim: PodInfo): Status {
    const without = withoutPod(this.node, victim.uid)
    assert(without !== undefined, 'a victim runs on the node of the trial')
    this.node = without
    return this.cycle.handle.runPreFilterRemovePod(this.cycle, this.pod, victim, this.node)
  }

  filter(): Status {
    return this.cycle.handle.runFiltersWithNominatedPods(this.cycle, this.pod, this.node)
  }

  /** Gives back every pod beside which the preemptor still fits; returns the others. */
  reprieve(pods: readonly PodInfo[]): Pod[] | Status {
    const victims: Pod[] = []
    for (const victim of pods) {
      this.node = withPodInfo(this.node, victim)
      const { handle } = this.cycle
      const added = handle.runPreFilterAddPod(this.cycle, this.pod, victim, this.node)
      if (!isSuccess(added)) return failed(added.reasons.join(', '))
      if (isSuccess(this.filter())) continue
      const removed = this.remove(victim)
      if (!isSuccess(removed)) return failed(removed.reasons.join(', '))
      victims.push(victim.pod)
    }
    return victims
  }
}
