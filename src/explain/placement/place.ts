// Decides about one pod on the cluster as it stands, and keeps everything: each node's blockers,
// each plugin's scores, and which node comes nearest.

import { compareNumbers, compareStrings } from '../../base/compare.ts'
import { profilesOf } from '../../cluster/cluster.ts'
import type { World } from '../../engine/world.ts'
import type { Pod } from '../../kube/generated/types.ts'
import { keyOf, type KubeObject } from '../../kube/object.ts'
import type { NodeInfo, SchedulerListers } from '../../scheduler/framework.ts'
import type { Profile } from '../../scheduler/profile.ts'
import { schedulePod, type ScheduleOutcome } from '../../scheduler/schedule-pod.ts'
import type { Snapshot } from '../../scheduler/snapshot.ts'
import { isRejected, type Status, withPlugin } from '../../scheduler/status.ts'
import { schedulerOf, type SchedulerState } from '../../scheduler/turn.ts'
import type { Platform } from '../../trials/platform.ts'
import { blockersOf } from './blockers.ts'
import type { Blocker, FeasibleNode, PodPlacement, RejectedNode } from './report.ts'

/** Pods that a name means: that pod, else those whose names begin with it. */
export function podsNamed(world: World, name: string, namespace?: string): readonly Pod[] {
  const pods = (world.store.list('Pod', namespace) as readonly Pod[]).filter(
    ({ status }) => status?.phase !== 'Succeeded' && status?.phase !== 'Failed',
  )
  const exact = pods.filter(({ metadata }) => metadata.name === name)
  if (exact.length > 0) return exact
  const of = pods.filter(({ metadata }) => metadata.name?.startsWith(`${name}-`) === true)
  // Those that wait are what people ask about.
  return [...of].sort(
    (a, b) =>
      Number(isPlaced(a)) - Number(isPlaced(b)) ||
      compareStrings(keyOf(a.metadata), keyOf(b.metadata)),
  )
}

function isPlaced({ spec }: Pod): boolean {
  return (spec?.nodeName ?? '') !== ''
}

/** Why the pod is where it is; undefined when no scheduler answers to its schedulerName. */
export function placementOf(platform: Platform, world: World, pod: Pod): PodPlacement | undefined {
  const scheduler = schedulerOf(pod)
  const responsible = profilesOf({
    kubernetes: platform.kubernetes,
    schedulers: (platform.schedulers ?? []).map(({ configuration }) => configuration),
  }).get(scheduler)
  if (responsible === undefined) return undefined
  const { component, profile } = responsible
  const cache = (world.stateOf(component) as SchedulerState).cache.fork()
  cache.removePod(pod.metadata.uid ?? '')
  const waiting = asWaiting(pod)
  const whole: Profile = { ...profile, percentageOfNodesToScore: 100 }
  const outcome = schedulePod(waiting, {
    profile: whole,
    snapshot: cache.snapshot(),
    listers: listersOf(world),
    nominator: { nodeNames: () => [], nominatedPods: () => [] },
    choices: { tie: ({ heapPick }) => heapPick, preemptionOffset: () => 0 },
    nextStartNodeIndex: 0,
    keepRaw: true,
  })
  const { namespace = '', name = '' } = pod.metadata
  return {
    apiVersion: 'seatrial.dev/v1',
    kind: 'PodPlacement',
    namespace,
    name,
    scheduler,
    ...(isPlaced(pod) && { node: pod.spec?.nodeName ?? '' }),
    ...told(outcome, whole, { pod: waiting, snapshot: cache.snapshot() }),
  }
}

/** The pod as the scheduler met it. */
function asWaiting(pod: Pod): Pod {
  const { nodeName: _, ...spec } = pod.spec ?? { containers: [] }
  return { ...pod, spec, status: {} } as Pod
}

function listersOf(world: World): SchedulerListers {
  return {
    get: (kind, key) => world.store.get(kind, key) as never,
    list: (kind, namespace) => world.store.list(kind, namespace) as readonly KubeObject[] as never,
  }
}

interface Asked {
  readonly pod: Pod
  readonly snapshot: Snapshot
}

type Told = Pick<
  PodPlacement,
  'message' | 'preFilter' | 'weights' | 'feasible' | 'rejected' | 'ties' | 'nearest'
>

function told(outcome: ScheduleOutcome, profile: Profile, asked: Asked): Told {
  const nothing: Told = { weights: {}, feasible: [], rejected: [], ties: [] }
  if (outcome.type === 'no-nodes') return { ...nothing, message: outcome.message }
  const { trace } = outcome
  if (trace === undefined) return { ...nothing, message: messageIn(outcome) }
  const { status } = trace.preFilter
  if (status.code !== 'Success') {
    const { plugin, reasons } = status
    return { ...nothing, message: messageIn(outcome), preFilter: { plugin, reasons } }
  }
  const feasible = feasibleOf(outcome)
  const fits = new Set(feasible.map(({ node }) => node))
  const rejected = asked.snapshot.nodes
    .filter(({ name }) => !fits.has(name))
    .map(node => rejectedOn(node, profile, outcome, asked))
  const nearest = nearestOf(rejected)
  const scoring = outcome.type === 'placed' ? outcome.scoring : undefined
  return {
    ...(outcome.type === 'placed' ? {} : { message: messageIn(outcome) }),
    weights: Object.fromEntries((scoring?.scores ?? []).map(each => [each.plugin, each.weight])),
    feasible: [...feasible].sort(
      (a, b) => compareNumbers(b.total, a.total) || compareStrings(a.node, b.node),
    ),
    rejected,
    ties:
      outcome.type === 'placed' ? outcome.ties.map(index => trace.feasible[index]?.name ?? '') : [],
    ...(feasible.length === 0 && nearest !== undefined && { nearest }),
  }
}

function messageIn(outcome: ScheduleOutcome): string {
  return outcome.type === 'placed' ? '' : outcome.message
}

function feasibleOf(outcome: ScheduleOutcome): readonly FeasibleNode[] {
  if (outcome.type !== 'placed') return []
  const { scoring, trace } = outcome
  return trace.feasible.map(({ name }, index) => ({
    node: name,
    scores: Object.fromEntries(
      (scoring?.scores ?? []).map(({ plugin, raw, norm }) => [
        plugin,
        { raw: raw?.[index] ?? 0, norm: norm[index] ?? 0 },
      ]),
    ),
    total: scoring?.totals[index] ?? 0,
  }))
}

/** All that speaks against the node, not only what the scheduler met first. */
function rejectedOn(
  node: NodeInfo,
  profile: Profile,
  outcome: ScheduleOutcome,
  { pod, snapshot }: Asked,
): RejectedNode {
  if (outcome.type === 'no-nodes' || outcome.trace === undefined) {
    return { node: node.name, blockers: [] }
  }
  const { cycle, diagnosis, preFilter } = outcome.trace
  const statuses: Status[] = []
  if (preFilter.nodeNames !== undefined && !preFilter.nodeNames.includes(node.name)) {
    statuses.push(withPlugin(diagnosis.absent, preFilter.restrictedBy.join(', ')))
  }
  for (const plugin of profile.filter) {
    if (cycle.skipFilter.has(plugin.name)) continue
    const status = plugin.filter(cycle, pod, node)
    if (isRejected(status)) statuses.push(withPlugin(status, plugin.name))
  }
  return {
    node: node.name,
    blockers: statuses.flatMap(each => blockersOf(pod, node, each, snapshot.nodes)),
  }
}

/** Fewest blockers, then the least that is missing in all, then by name. */
function nearestOf(rejected: readonly RejectedNode[]): PodPlacement['nearest'] {
  const far = (blockers: readonly Blocker[]): number =>
    blockers.reduce((sum, { distance }) => sum + distance, 0)
  const [first] = [...rejected]
    .filter(({ blockers }) => blockers.length > 0)
    .sort(
      (a, b) =>
        a.blockers.length - b.blockers.length ||
        far(a.blockers) - far(b.blockers) ||
        compareStrings(a.node, b.node),
    )
  if (first === undefined) return undefined
  return { node: first.node, changes: first.blockers.map(changeText) }
}

function changeText({ plugin, reasons, missing }: Blocker): string {
  if (missing === undefined) return `${reasons.join(', ')} (${plugin})`
  return plugin === 'NodeResourcesFit' ? `${missing} more` : missing
}
