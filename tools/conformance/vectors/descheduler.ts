// Answers descheduler vectors with src/platforms/descheduler/.

import type { Pod, PodDisruptionBudget } from '../../../src/kube/generated/types.ts'
import { selectorMatches } from '../../../src/kube/label-selector.ts'
import { runCycle } from '../../../src/platforms/descheduler/descheduler.ts'
import { nodeFitError } from '../../../src/platforms/descheduler/node-fit.ts'
import { type DeschedulerPolicy, loadPolicy } from '../../../src/platforms/descheduler/policy.ts'
import type { CycleLog, DeschedulerWorld } from '../../../src/platforms/descheduler/world.ts'
import type { Comparable, Topic } from './topic.ts'

/** 2000-01-01T00:00:00Z. */
const nowMs = 946_684_800_000

type Input = Partial<DeschedulerWorld> & {
  readonly policy?: unknown
  readonly podDisruptionBudgets?: readonly PodDisruptionBudget[]
}

/** The API's answers are the recorder's: a budget without disruptions left refuses. */
function worldOf(input: Input): DeschedulerWorld {
  const budgets = input.podDisruptionBudgets ?? []
  const left = new Map(budgets.map(each => [each, each.status?.disruptionsAllowed ?? 0]))
  const evict = ({ metadata }: Pod): string | undefined => {
    const covering = budgets.filter(
      each =>
        each.metadata.namespace === metadata.namespace &&
        selectorMatches(each.spec?.selector, metadata.labels),
    )
    if (covering.some(each => (left.get(each) ?? 0) <= 0)) {
      return "Cannot evict pod as it would violate the pod's disruption budget."
    }
    for (const each of covering) left.set(each, (left.get(each) ?? 0) - 1)
    return undefined
  }
  return {
    nodes: [],
    pods: [],
    namespaces: [],
    persistentVolumeClaims: [],
    priorityClasses: [],
    ...input,
    nowMs,
    evict,
  }
}

function key({ metadata }: Pod): string {
  return `${metadata.namespace ?? ''}/${metadata.name ?? ''}`
}

function logged(log: CycleLog, { gracePeriodSeconds }: DeschedulerPolicy): unknown {
  return {
    evictions: log.evictions.map(({ pod, reason, refused }) => ({
      node: pod.spec?.nodeName,
      pod: key(pod),
      reason,
      ...(gracePeriodSeconds !== undefined && { gracePeriodSeconds }),
      ...(refused && { refused }),
    })),
    events:
      log.events.length === 0
        ? null
        : log.events.map(({ pod, type, reason, note }) => ({
            action: 'Descheduled',
            note,
            reason,
            regarding: key(pod),
            type,
          })),
    refused: Object.fromEntries([...log.refused].map(([pod, why]) => [key(pod), [...why].sort()])),
    ...(log.failures.length > 0 && {
      failures: log.failures.map(({ error, pod }) => ({ error, ...(pod && { pod: key(pod) }) })),
    }),
    ...(log.messages.size > 0 && { messages: [...log.messages].sort() }),
    ...(log.nodes.size > 0 && { nodes: Object.fromEntries(log.nodes) }),
  }
}

export const answer: Topic = (family, given) => {
  const input = given as Input
  const world = worldOf(input)
  if (family === 'node-fit') {
    const { pods, nodes } = world
    const errors = pods.map(pod => nodes.map(node => nodeFitError(world, pod, node) ?? null))
    return { errors }
  }
  const loaded = loadPolicy(input.policy, world, 'POLICY')
  if (!loaded.ok) return { policyError: loaded.error }
  const result = runCycle(world, loaded.policy)
  if (result.type === 'broken') return { profileError: result.error }
  if (result.type === 'skipped') return { skipped: result.why }
  return logged(result.log, loaded.policy)
}

type Lists = Readonly<Record<string, unknown>>

function sortedLists(out: Lists): Lists {
  const sorted: Record<string, unknown> = { ...out }
  for (const field of ['evictions', 'events', 'failures']) {
    const list = out[field] ?? []
    if (!Array.isArray(list)) continue
    const texts = list.map(item => JSON.stringify(item, Object.keys(item as object).sort()))
    sorted[field] = texts.sort()
  }
  return sorted
}

/** Marks of the recorder say what depends on the order of maps: then lists are compared sorted. */
export const comparable: Comparable = (recorded, got) => {
  const { dependsOnListOrder: _order, unordered, ...rest } = recorded as Lists
  return unordered === true ? [sortedLists(rest), sortedLists(got as Lists)] : [rest, got]
}
