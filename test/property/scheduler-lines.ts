// Clusters that live through random steps, and everything that can be seen of a decision: what the
// property test and the soak compare.

import type { Pod } from '../../src/kube/generated/types.ts'
import { keyOf } from '../../src/kube/object.ts'
import type { SchedulerCache } from '../../src/scheduler/cache.ts'
import type { EngineRequest } from '../../src/scheduler/engine.ts'
import { podInfoOf } from '../../src/scheduler/node-info.ts'
import { listersOf } from '../../src/scheduler/plugin-testing.ts'
import type { Profile } from '../../src/scheduler/profile.ts'
import type { ScheduleOutcome } from '../../src/scheduler/schedule-pod.ts'
import { type Step, surroundings } from './scheduler-clusters.ts'

const listers = listersOf(surroundings)

/** Everything that can be seen of an outcome, as plain data. */
export function seen(outcome: ScheduleOutcome): unknown {
  if (outcome.type === 'no-nodes') return outcome
  const { trace, nextStartNodeIndex } = outcome
  const common = {
    nextStartNodeIndex,
    window: trace?.window,
    feasible: trace?.feasible.map(({ name }) => name),
    rejected: [...(trace?.diagnosis.explicit ?? [])].sort(([a], [b]) => (a < b ? -1 : 1)),
    nominated: trace?.nominatedNode,
    plugins: [...(trace?.diagnosis.unschedulablePlugins ?? [])].sort(),
  }
  if (outcome.type === 'error') return { ...common, error: outcome.message }
  if (outcome.type === 'unfit')
    return { ...common, message: outcome.message, ...preemptionOf(outcome) }
  const { node, ties, heapPick, scoring } = outcome
  const { scores, totals } = scoring ?? {}
  return {
    ...common,
    node,
    ties,
    heapPick,
    scores,
    totals,
    skipped: [...outcome.trace.cycle.skipScore].sort(),
  }
}

function preemptionOf({ postFilter }: Extract<ScheduleOutcome, { type: 'unfit' }>): object {
  const { preemption, status, nominate } = postFilter ?? {}
  const names = (pods: readonly Pod[] = []) => pods.map(({ metadata }) => keyOf(metadata))
  return {
    status,
    nominate,
    victims: names(preemption?.victims),
    tied: preemption?.tied,
    candidates: preemption?.candidates.map(one => [
      one.node,
      names(one.victims),
      one.numPDBViolations,
    ]),
    rejectedTrials: [...(preemption?.dryRunRejected ?? [])].sort(([a], [b]) => (a < b ? -1 : 1)),
    cleared: names(preemption?.clearedNominations),
  }
}

/** One line of a cluster's life; a fork goes on beside the others. */
export class Line {
  readonly cache: SchedulerCache
  readonly placed: Pod[]
  readonly nominations: Map<string, Pod[]>
  next = 0

  constructor(
    cache: SchedulerCache,
    placed: readonly Pod[],
    nominations: ReadonlyMap<string, Pod[]>,
  ) {
    this.cache = cache
    this.placed = [...placed]
    this.nominations = new Map(nominations)
  }

  fork(): Line {
    const copy = new Line(this.cache.fork(), this.placed, this.nominations)
    copy.next = this.next
    return copy
  }

  request(profile: Profile): EngineRequest {
    return {
      profile,
      cache: this.cache,
      listers,
      nominator: {
        nodeNames: () => [...this.nominations.keys()],
        nominatedPods: name => (this.nominations.get(name) ?? []).map(podInfoOf),
      },
      choices: {
        tie: ({ heapPick }) => heapPick,
        preemptionOffset: count => (this.placed.length * 7) % count,
      },
      nextStartNodeIndex: this.next,
      keepRaw: true,
    }
  }

  settle(pod: Pod, outcome: ScheduleOutcome): void {
    this.next = outcome.nextStartNodeIndex
    if (outcome.type === 'placed') {
      const bound = { ...pod, spec: { containers: [], ...pod.spec, nodeName: outcome.node } }
      this.cache.assume(bound, pod)
      this.placed.push(bound)
    } else if (outcome.type === 'unfit' && (outcome.postFilter?.nominate ?? '') !== '') {
      const node = outcome.postFilter?.nominate as string
      const waiting = { ...pod, status: { nominatedNodeName: node } }
      this.nominations.set(node, [...(this.nominations.get(node) ?? []), waiting])
    }
  }

  happen(step: Exclude<Step, { kind: 'schedule' | 'fork' }>): void {
    if (step.kind === 'node') this.cache.setNode(step.node)
    else if (step.kind === 'remove-node') this.cache.removeNode(step.name)
    else {
      const pod = this.placed[step.index % Math.max(1, this.placed.length)]
      if (pod === undefined) return
      if (step.kind === 'delete') {
        this.placed.splice(this.placed.indexOf(pod), 1)
        this.cache.removePod(pod.metadata.uid ?? '')
      } else {
        const metadata = { ...pod.metadata, deletionTimestamp: '2026-01-01T00:00:00Z' }
        const dying = { ...pod, metadata }
        this.placed[this.placed.indexOf(pod)] = dying
        this.cache.setPod(dying)
      }
    }
  }
}
