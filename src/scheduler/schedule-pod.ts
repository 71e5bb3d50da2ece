// One attempt to place one pod: PreFilter, the walk over the nodes, scores, the choice, or why not.
// Upstream: pkg/scheduler/schedule_one.go schedulingAlgorithm and schedulePod, v1.36.3.

import type { AttemptState } from './cycle-state.ts'
import { Diagnosis, type DiagnosisView, fitErrorText } from './diagnosis.ts'
import type { Pod, PostFilterResult, TiedNodes } from './framework.ts'
import type { NodeInfo } from './node-info.ts'
import type { Profile } from './profile.ts'
import {
  type AttemptContext,
  newAttempt,
  type PreFilterOutcome,
  runFiltersWithNominatedPods,
  runPostFilter,
  runPreFilter,
} from './runtime.ts'
import { bestOf, heapRoot, type Scoring, scoreNodes } from './scoring.ts'
import { orderOfChecks, sampledFrom } from './windows.ts'
import { isRejected, messageOf, type Status, unresolvable } from './status.ts'

export interface ScheduleOptions extends AttemptContext {
  /** Where the walk over the nodes starts; the answer says where the next one does. */
  readonly nextStartNodeIndex: number
  /** Keep raw scores for reports and recordings. */
  readonly keepRaw?: boolean
}

/** How far the walk over the nodes went. */
export interface Window {
  readonly start: number
  readonly evaluated: number
  readonly next: number
}

/** What was seen on the way, whatever the outcome. */
export interface AttemptTrace {
  readonly cycle: AttemptState
  readonly diagnosis: DiagnosisView
  readonly preFilter: PreFilterOutcome
  /** The nominated node was tried first; undefined status means that it fits. */
  readonly nominatedNode: { readonly name: string; readonly status: Status } | undefined
  readonly window: Window | undefined
  /** The node whose filters broke the attempt. */
  readonly failedNode: { readonly name: string; readonly status: Status } | undefined
  /** In evaluation order. */
  readonly feasible: readonly NodeInfo[]
}

export interface Placed {
  readonly type: 'placed'
  readonly node: string
  readonly trace: AttemptTrace
  /** Undefined when only one node was feasible: nothing is scored then. */
  readonly scoring: Scoring | undefined
  /** Indexes into the feasible nodes. */
  readonly ties: readonly number[]
  readonly heapPick: number
  /** No plugin has anything to reserve or to write before the pod is bound. */
  readonly isPlain?: boolean
  readonly nextStartNodeIndex: number
}

export interface Unfit {
  readonly type: 'unfit'
  readonly message: string
  readonly trace: AttemptTrace
  readonly postFilter: PostFilterResult | undefined
  readonly nextStartNodeIndex: number
}

/** The attempt broke; nothing is tried in its place and the nomination is cleared. */
export interface Broken {
  readonly type: 'error'
  readonly message: string
  readonly trace: AttemptTrace | undefined
  readonly nextStartNodeIndex: number
}

export interface NoNodes {
  readonly type: 'no-nodes'
  readonly message: string
  readonly nextStartNodeIndex: number
}

export type ScheduleOutcome = Placed | Unfit | Broken | NoNodes

const noNodesMessage = 'no nodes available to schedule pods'

/** Decides where a pod goes on this snapshot; changes nothing. */
export function schedulePod(pod: Pod, options: ScheduleOptions): ScheduleOutcome {
  const { profile, snapshot, nextStartNodeIndex } = options
  if (snapshot.nodes.length === 0) {
    return { type: 'no-nodes', message: noNodesMessage, nextStartNodeIndex }
  }
  const cycle = newAttempt(options)
  const search = findFeasible(pod, cycle, options)
  const { trace } = search
  const next = { nextStartNodeIndex: search.nextStartNodeIndex }
  if (search.error !== undefined) {
    return { type: 'error', message: messageOf(search.error), trace, ...next }
  }
  const [first, second] = trace.feasible
  if (first === undefined) return { ...explainUnfit(profile, pod, trace), ...next }
  const only = { type: 'placed', node: first.name, trace, ties: [0], heapPick: 0 } as const
  if (second === undefined) return { ...only, scoring: undefined, ...next }
  const keepRaw = options.keepRaw === true
  const scoring = scoreNodes(profile, cycle, pod, { nodes: trace.feasible, keepRaw })
  if ('code' in scoring) return { type: 'error', message: messageOf(scoring), trace, ...next }
  const ties = bestOf(scoring.totals)
  const heapPick = ties.length > 1 ? heapRoot(scoring.totals) : (ties[0] as number)
  const tied = tiedNodes(ties, heapPick, trace.feasible)
  const chosen = ties.length > 1 ? options.choices.tie(tied) : heapPick
  const node = (trace.feasible[chosen] as NodeInfo).name
  return { type: 'placed', node, trace, scoring, ties, heapPick, ...next }
}

function tiedNodes(
  ties: readonly number[],
  heapPick: number,
  feasible: readonly NodeInfo[],
): TiedNodes {
  return {
    count: ties.length,
    heapPick,
    first: ties[0] as number,
    indexes: () => ties,
    nameOf: index => (feasible[index] as NodeInfo).name,
  }
}

/** What a failed Reserve makes of a decision: a rejection reads as if the cluster had one node. */
export function afterReserve(placed: Placed, status: Status): Unfit | Broken {
  const { trace, node, nextStartNodeIndex } = placed
  if (!isRejected(status)) {
    return { type: 'error', message: messageOf(status), trace, nextStartNodeIndex }
  }
  const diagnosis = new Diagnosis()
  diagnosis.reject(node, status)
  return {
    type: 'unfit',
    message: fitErrorText(diagnosis, 1),
    // Field by field: a trace may make its parts when they are read.
    trace: {
      cycle: trace.cycle,
      diagnosis,
      preFilter: trace.preFilter,
      nominatedNode: trace.nominatedNode,
      window: trace.window,
      failedNode: trace.failedNode,
      feasible: trace.feasible,
    },
    postFilter: { status, nominate: '' },
    nextStartNodeIndex,
  }
}

/** A trace whose diagnosis is still being made. */
interface OpenTrace extends AttemptTrace {
  readonly diagnosis: Diagnosis
}

function explainUnfit(
  profile: Profile,
  pod: Pod,
  trace: OpenTrace,
): Omit<Unfit, 'nextStartNodeIndex'> {
  const { cycle, diagnosis } = trace
  const numAllNodes = cycle.handle.snapshot.nodes.length
  let postFilter: PostFilterResult | undefined
  if (profile.postFilter.length > 0) {
    postFilter = runPostFilter(profile, cycle, pod, diagnosis)
    diagnosis.postFilterMessage = messageOf(postFilter.status)
  }
  return { type: 'unfit', message: fitErrorText(diagnosis, numAllNodes), trace, postFilter }
}

interface Search {
  readonly trace: OpenTrace
  readonly error: Status | undefined
  readonly nextStartNodeIndex: number
}

/** PreFilter, then the nominated node alone, then the walk. */
function findFeasible(pod: Pod, cycle: AttemptState, options: ScheduleOptions): Search {
  const { profile, snapshot, nextStartNodeIndex } = options
  const diagnosis = new Diagnosis()
  const preFilter = runPreFilter(profile, cycle, pod)
  for (const plugin of preFilter.restrictedBy) diagnosis.unschedulablePlugins.add(plugin)
  const trace: OpenTrace = {
    cycle,
    diagnosis,
    preFilter,
    nominatedNode: undefined,
    window: undefined,
    failedNode: undefined,
    feasible: [],
  }
  if (preFilter.status.code !== 'Success') {
    return { trace, error: rejectAll(diagnosis, preFilter.status), nextStartNodeIndex }
  }
  const nominated = tryNominatedNode(pod, trace, options)
  if (nominated?.status.code === 'Success') {
    const feasible = [snapshot.byName.get(nominated.name) as NodeInfo]
    return {
      trace: { ...trace, nominatedNode: nominated, feasible },
      error: undefined,
      nextStartNodeIndex,
    }
  }
  const walked = walk(pod, trace, options)
  const processed = walked.feasible.length + diagnosis.explicit.size
  const next = (nextStartNodeIndex + processed) % snapshot.nodes.length
  const window = { start: nextStartNodeIndex, evaluated: walked.evaluated, next }
  return {
    trace: {
      ...trace,
      nominatedNode: nominated,
      window,
      failedNode: walked.failedNode,
      feasible: walked.feasible,
    },
    error: walked.failedNode?.status,
    nextStartNodeIndex: next,
  }
}

function rejectAll(diagnosis: Diagnosis, status: Status): Status | undefined {
  if (!isRejected(status)) return status
  diagnosis.absent = status
  diagnosis.preFilterMessage = messageOf(status)
  diagnosis.addPlugin(status)
  return undefined
}

function tryNominatedNode(
  pod: Pod,
  trace: OpenTrace,
  { profile, snapshot }: ScheduleOptions,
): { readonly name: string; readonly status: Status } | undefined {
  const name = pod.status?.nominatedNodeName
  if (name === undefined || name === '') return undefined
  const node = snapshot.byName.get(name)
  if (node === undefined) return undefined
  const status = runFiltersWithNominatedPods(profile, trace.cycle, pod, node)
  if (isRejected(status)) trace.diagnosis.reject(name, status)
  return { name, status }
}

interface Walk {
  readonly feasible: readonly NodeInfo[]
  readonly evaluated: number
  readonly failedNode: { readonly name: string; readonly status: Status } | undefined
}

/** The walk of one worker, or of several when the run asks for another window. */
function walk(pod: Pod, trace: OpenTrace, options: ScheduleOptions): Walk {
  const { profile, choices } = options
  const nodes = nodesToWalk(trace, options)
  const start = trace.preFilter.nodeNames === undefined ? options.nextStartNodeIndex : 0
  const wanted = profile.score.length === 0 ? 1 : numFeasibleNodesToFind(profile, nodes.length)
  const { parallelism } = profile
  const isSampled = nodes.length >= sampledFrom && wanted < nodes.length && parallelism > 1
  const undo = trace.diagnosis.mark()
  const one = walkInOrder(pod, trace, { options, nodes, wanted, at: index => start + index })
  if (!isSampled || !one.isCut) return one
  const window = choices.window?.() ?? 0
  if (window === 0) return one
  undo()
  const order = orderOfChecks(window, { count: nodes.length, start, parallelism })
  const at = (index: number): number => order[index] as number
  return walkInOrder(pod, trace, { options, nodes, wanted, at })
}

interface Walking {
  readonly options: ScheduleOptions
  readonly nodes: readonly NodeInfo[]
  readonly wanted: number
  /** The position of the node that is looked at as the index-th, modulo their number. */
  readonly at: (index: number) => number
}

/** Stops at the first fitting node beyond those wanted; that one is dropped again. */
function walkInOrder(pod: Pod, trace: OpenTrace, walking: Walking): Walk & { isCut: boolean } {
  const { options, nodes, wanted, at } = walking
  const { profile } = options
  const { cycle, diagnosis } = trace
  const feasible: NodeInfo[] = []
  let evaluated = 0
  let isCut = false
  while (evaluated < nodes.length) {
    const node = nodes[at(evaluated) % nodes.length] as NodeInfo
    const status = runFiltersWithNominatedPods(profile, cycle, pod, node)
    evaluated += 1
    if (status.code === 'Success') {
      if (feasible.length === wanted) {
        isCut = true
        break
      }
      feasible.push(node)
    } else if (isRejected(status)) {
      diagnosis.reject(node.name, status)
    } else {
      return { feasible, evaluated, failedNode: { name: node.name, status }, isCut }
    }
  }
  return { feasible, evaluated, failedNode: undefined, isCut }
}

/** Upstream ranges over a set here, in random order; the twin keeps to snapshot order. */
function nodesToWalk(trace: OpenTrace, { snapshot }: ScheduleOptions): readonly NodeInfo[] {
  const { nodeNames, restrictedBy } = trace.preFilter
  if (nodeNames === undefined) return snapshot.nodes
  trace.diagnosis.absent = unresolvable(
    `node(s) didn't satisfy plugin(s) [${restrictedBy.join(' ')}]`,
  )
  const names = new Set(nodeNames)
  return snapshot.nodes.filter(node => names.has(node.name))
}

const minFeasibleNodes = 100
const minPercentage = 5

/** How many fitting nodes end the walk. */
export function numFeasibleNodesToFind(profile: Profile, numNodes: number): number {
  if (numNodes < minFeasibleNodes) return numNodes
  const percentage =
    profile.percentageOfNodesToScore === 0
      ? Math.max(minPercentage, 50 - Math.trunc(numNodes / 125))
      : profile.percentageOfNodesToScore
  return Math.max(minFeasibleNodes, Math.trunc((numNodes * percentage) / 100))
}
