// One decision of the twin in the form of the recordings.

import { createHash } from 'node:crypto'
import type { Pod } from '../../src/kube/generated/types.ts'
import { keyOf } from '../../src/kube/object.ts'
import type { PostFilterResult } from '../../src/scheduler/framework.ts'
import type { AttemptTrace, Placed, ScheduleOutcome } from '../../src/scheduler/schedule-pod.ts'
import type { Scoring } from '../../src/scheduler/scoring.ts'
import type { Status } from '../../src/scheduler/status.ts'
import { nodeSet } from './scheduler-format.ts'

export type Result = Record<string, unknown>

/** A status as recorded: reasons sorted, empty parts left out. */
export function statusOut({ plugin, code, reasons }: Status): Result {
  return {
    ...(plugin !== '' && { plugin }),
    code,
    ...(reasons.length > 0 && { reasons: [...reasons].sort() }),
  }
}

/** The recorded fields of an outcome; the caller adds what binding and reserving gave. */
export function resultOf(
  outcome: ScheduleOutcome,
  withDigest: boolean,
  noPostFilter = false,
): Result {
  if (outcome.type === 'no-nodes') return { message: outcome.message }
  const { trace } = outcome
  const common = trace === undefined ? {} : traceOut(trace)
  if (outcome.type === 'error') return { ...common, error: outcome.message }
  if (outcome.type === 'placed') {
    return { ...common, ...placedOut(outcome, withDigest), node: firstTie(outcome) }
  }
  const { diagnosis } = outcome.trace
  return {
    ...common,
    message: outcome.message,
    ...named('unschedulablePlugins', diagnosis.unschedulablePlugins),
    ...named('pendingPlugins', diagnosis.pendingPlugins),
    // The recorder runs PostFilter even where the profile has no plugin of it.
    postFilter: noPostFilter
      ? { status: { code: 'Unschedulable' }, nominate: null }
      : postFilterOut(outcome.postFilter, outcome.trace),
  }
}

function named(key: string, plugins: ReadonlySet<string>): Result {
  return plugins.size === 0 ? {} : { [key]: [...plugins].sort() }
}

function indexesOf(trace: AttemptTrace): ReadonlyMap<string, number> {
  return new Map(trace.cycle.handle.snapshot.nodes.map(({ name }, index) => [name, index]))
}

function isRestricted(trace: AttemptTrace): boolean {
  return trace.preFilter.nodeNames !== undefined
}

function traceOut(trace: AttemptTrace): Result {
  const { preFilter, nominatedNode, window } = trace
  const numNodes = trace.cycle.handle.snapshot.nodes.length
  const rejected = groupByStatus(rejections(trace), indexesOf(trace))
  const showsWindow =
    window !== undefined &&
    window.evaluated > 0 &&
    (numNodes >= 100 || window.start !== 0 || window.next !== window.start)
  const isPlain = preFilter.status.code === 'Success' && preFilter.nodeNames === undefined
  return {
    ...(!isPlain && { preFilter: preFilterOut(trace) }),
    ...(nominatedNode !== undefined && {
      nominatedNode: {
        node: nominatedNode.name,
        status: nominatedNode.status.code === 'Success' ? null : statusOut(nominatedNode.status),
      },
    }),
    ...(rejected.length > 0 && { rejected }),
    ...(showsWindow && { window: { ...window, feasible: trace.feasible.length } }),
  }
}

function rejections(trace: AttemptTrace): ReadonlyMap<string, Status> {
  const { failedNode, diagnosis, window } = trace
  if (window === undefined) return new Map()
  if (failedNode === undefined) return diagnosis.explicit
  return new Map([...diagnosis.explicit, [failedNode.name, failedNode.status]])
}

function preFilterOut({ preFilter }: AttemptTrace): Result {
  const { status, nodeNames, restrictedBy } = preFilter
  return {
    ...(status.code !== 'Success' && statusOut(status)),
    ...(nodeNames !== undefined && nodeNames.length > 0 && { nodes: nodeNames }),
    ...(restrictedBy.length > 0 && { plugins: restrictedBy }),
  }
}

/** Equal statuses together, in the order of their first node. */
export function groupByStatus(
  statuses: ReadonlyMap<string, Status>,
  indexes: ReadonlyMap<string, number>,
): readonly Result[] {
  const groups = new Map<string, { readonly out: Result; readonly nodes: number[] }>()
  for (const [node, status] of statuses) {
    const out = statusOut(status)
    const key = JSON.stringify(out)
    const group = groups.get(key) ?? { out, nodes: [] }
    groups.set(key, group)
    group.nodes.push(indexes.get(node) as number)
  }
  const sorted = [...groups.values()]
  for (const { nodes } of sorted) nodes.sort((a, b) => a - b)
  sorted.sort((a, b) => (a.nodes[0] as number) - (b.nodes[0] as number))
  return sorted.map(({ out, nodes }) => ({ ...out, nodes: nodeSet(nodes) }))
}

function firstTie({ trace, ties }: Placed): string {
  const indexes = indexesOf(trace)
  const names = ties.map(tie => trace.feasible[tie]?.name ?? '')
  return names.sort((a, b) => (indexes.get(a) as number) - (indexes.get(b) as number))[0] as string
}

function placedOut(outcome: Placed, withDigest: boolean): Result {
  const { trace, scoring, ties, heapPick } = outcome
  const indexes = indexesOf(trace)
  const feasible = trace.feasible.map(({ name }) => indexes.get(name) as number)
  if (scoring === undefined) return { feasible }
  const tied = ties.map(tie => feasible[tie] as number).sort((a, b) => a - b)
  const { heapTies } = trace.cycle.handle.features
  const showsPick = heapTies && tied.length > 1 && !isRestricted(trace)
  return {
    ...(withDigest
      ? { digest: digestOf(feasible, scoring) }
      : {
          feasible,
          ...(scoring.scores.length > 0 && { scores: scoring.scores }),
          total: scoring.totals,
        }),
    skippedScores: [...trace.cycle.skipScore].sort(),
    ties: nodeSet(tied),
    ...(showsPick && { heapPick: feasible[heapPick] }),
  }
}

function digestOf(feasible: readonly number[], { scores, totals }: Scoring): Result {
  const hash = createHash('sha256')
  feasible.forEach((node, index) => {
    hash.update(`${node}:${totals[index]}\n`)
  })
  const sum = (values: readonly number[]): number => values.reduce((a, b) => a + b, 0)
  return {
    feasible: feasible.length,
    max: Math.max(...totals),
    min: Math.min(...totals),
    rawSum: Object.fromEntries(scores.map(({ plugin, raw = [] }) => [plugin, sum(raw)])),
    normSum: Object.fromEntries(scores.map(({ plugin, norm }) => [plugin, sum(norm)])),
    sha256: hash.digest('hex').slice(0, 16),
  }
}

function postFilterOut(result: PostFilterResult | undefined, trace: AttemptTrace): unknown {
  if (result === undefined) return undefined
  const indexes = indexesOf(trace)
  const { status, nominate, preemption } = result
  const keys = (pods: readonly Pod[]): string[] => pods.map(({ metadata }) => keyOf(metadata))
  const index = (node: string): number => indexes.get(node) as number
  const isDone = status.code === 'Success' && nominate !== undefined && nominate !== ''
  const candidates = (preemption?.candidates ?? []).map(({ node, victims, numPDBViolations }) => ({
    node: index(node),
    victims: victims.length === 0 ? null : keys(victims),
    ...(numPDBViolations > 0 && { numPDBViolations }),
  }))
  candidates.sort((a, b) => a.node - b.node)
  const rejected = groupByStatus(preemption?.dryRunRejected ?? new Map(), indexes).map(
    ({ plugin: _plugin, ...rest }) => rest,
  )
  return {
    status: statusOut(status),
    nominate: nominate ?? null,
    ...(isDone && preemption !== undefined && doneOut(preemption, { keys, index })),
    ...(candidates.length > 0 && { candidates }),
    ...(rejected.length > 0 && { dryRunRejected: rejected }),
  }
}

interface Naming {
  readonly keys: (pods: readonly Pod[]) => string[]
  readonly index: (node: string) => number
}

function doneOut(
  preemption: NonNullable<PostFilterResult['preemption']>,
  { keys, index }: Naming,
): Result {
  const { victims, numPDBViolations, tied, clearedNominations } = preemption
  const tiedNodes = tied.map(index).sort((a, b) => a - b)
  return {
    ...(victims.length > 0 && { victims: keys(victims) }),
    ...(numPDBViolations > 0 && { numPDBViolations }),
    ...(tied.length > 0 && { tied: nodeSet(tiedNodes) }),
    ...(clearedNominations.length > 0 && { clearedNominations: keys(clearedNominations).sort() }),
  }
}
