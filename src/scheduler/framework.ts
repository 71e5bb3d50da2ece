// The contract of the scheduling framework: what a plugin is given and what it answers.
// Upstream: k8s.io/kube-scheduler framework/{interface,types}.go v0.36.3 and
// pkg/scheduler/framework/types.go v1.36.3.
//
// Everything a plugin reads (snapshot, node infos, pods, listers) is immutable and shared between
// forks. A plugin keeps what it computes for one pod in the CycleState and nowhere else.

import type { Pod } from '../kube/generated/types.ts'
import type { KubeObject } from '../kube/object.ts'
import type { SchedulerFeatures } from './features.ts'
import type { SchedulerListers } from './listers.ts'
import type { NodeInfo, PodInfo } from './node-info.ts'
import type { PluginArgs } from './plugin-args.ts'
import type { Snapshot } from './snapshot.ts'
import type { Status } from './status.ts'

export type { Node, Pod } from '../kube/generated/types.ts'
export type { SchedulerListers } from './listers.ts'
export type { NodeInfo, PodInfo, Resource } from './node-info.ts'
export type { Snapshot } from './snapshot.ts'
export {
  type Code,
  failed,
  isSuccess,
  messageOf,
  type Status,
  skip,
  success,
  unresolvable,
  unschedulable,
} from './status.ts'

/** The highest score after normalisation. */
export const maxNodeScore = 100

// ---- events that may make a rejected pod schedulable

/** Kinds of change, a bit each, so that one rule can name several. */
export const actions = {
  add: 1 << 0,
  delete: 1 << 1,
  updateNodeAllocatable: 1 << 2,
  updateNodeLabel: 1 << 3,
  updateNodeTaint: 1 << 4,
  updateNodeCondition: 1 << 5,
  updateNodeAnnotation: 1 << 6,
  updateNodeDeclaredFeature: 1 << 7,
  updatePodLabel: 1 << 8,
  updatePodScaleDown: 1 << 9,
  updatePodToleration: 1 << 10,
  updatePodSchedulingGatesEliminated: 1 << 11,
  updatePodGeneratedResourceClaim: 1 << 12,
  all: (1 << 13) - 1,
  /** Every update of every kind. */
  update: (1 << 13) - 1 - 3,
  none: 0,
} as const

/** `AssignedPod` and `UnschedulablePod` occur in incoming events only; rules name `Pod`. */
export type EventResource =
  | 'Pod'
  | 'AssignedPod'
  | 'UnschedulablePod'
  | 'Node'
  | 'PersistentVolume'
  | 'PersistentVolumeClaim'
  | 'CSINode'
  | 'CSIDriver'
  | 'VolumeAttachment'
  | 'CSIStorageCapacity'
  | 'StorageClass'
  | 'ResourceClaim'
  | 'ResourceSlice'
  | 'DeviceClass'
  | 'PodGroup'
  | '*'

export interface ClusterEvent {
  readonly resource: EventResource
  readonly actions: number
}

export type EventObject = KubeObject

/** What a hint may read besides its arguments. */
export interface HintContext {
  readonly args: PluginArgs
  readonly features: SchedulerFeatures
  readonly listers: SchedulerListers
  /** Whether evictions that the pod asked for are still being written. */
  readonly isPreempting?: (podUid: string) => boolean
}

export type QueueingHint = 'Queue' | 'Skip'

export interface HintEvent {
  readonly oldObject: EventObject | undefined
  readonly newObject: EventObject | undefined
}

/** One event that a plugin registers. Without `hint` every such event queues the pod. */
export interface RequeueRule {
  readonly event: ClusterEvent
  /** Absent gates mean always. */
  readonly enabled?: (features: SchedulerFeatures) => boolean
  readonly hint?: (pod: Pod, event: HintEvent, context: HintContext) => QueueingHint
}

// ---- one scheduling attempt

/** Names a value in the CycleState and its type; make one per value, at module level. */
export interface StateKey<T> {
  readonly name: string
  /** Called when the state is cloned for nominated pods or a preemption trial. */
  readonly clone: (value: T) => T
}

/** A key whose value is never changed after it was written. */
export function stateKey<T>(name: string): StateKey<T> {
  return { name, clone: value => value }
}

/** A key whose value `addPod` and `removePod` change, so that each clone needs its own. */
export function mutableStateKey<T>(name: string, clone: (value: T) => T): StateKey<T> {
  return { name, clone }
}

/** What plugins computed for the pod of this attempt, and what they may read. */
export interface CycleState {
  readonly handle: Handle
  read<T>(key: StateKey<T>): T | undefined
  write<T>(key: StateKey<T>, value: T): void
  /** An independent state; values that change are copied through their key. */
  clone(): CycleState
  /** Plugins that answered Skip in PreFilter; their Filter and extensions do not run. */
  readonly skipFilter: Set<string>
  /** Plugins that answered Skip in PreScore. */
  readonly skipScore: Set<string>
}

/** Pods that are promised to a node after preemption, in the order of nomination. */
export interface PodNominator {
  nominatedPods(nodeName: string): readonly PodInfo[]
  /** Nodes that may have a nominated pod. */
  nodeNames(): readonly string[]
}

/** The profile at work on one snapshot: what plugins may call back. */
export interface Handle {
  readonly args: PluginArgs
  readonly features: SchedulerFeatures
  readonly snapshot: Snapshot
  readonly listers: SchedulerListers
  readonly nominator: PodNominator
  readonly choices: SchedulerChoices
  runPreFilterAddPod(cycle: CycleState, pod: Pod, added: PodInfo, node: NodeInfo): Status
  runPreFilterRemovePod(cycle: CycleState, pod: Pod, removed: PodInfo, node: NodeInfo): Status
  runFilters(cycle: CycleState, pod: Pod, node: NodeInfo): Status
  /** Filters with, then without, the pods of equal or higher priority nominated to the node. */
  runFiltersWithNominatedPods(cycle: CycleState, pod: Pod, node: NodeInfo): Status
}

/** Several nodes with the highest score, as indexes among the feasible nodes. */
export interface TiedNodes {
  readonly count: number
  /** What 1.35 and later take. */
  readonly heapPick: number
  readonly first: number
  /** All of them, ascending. */
  indexes(): readonly number[]
  nameOf(index: number): string
}

/** Where the real scheduler is free or random; a run decides each through its choice points. */
export interface SchedulerChoices {
  /** An index among the feasible nodes. */
  readonly tie: (tied: TiedNodes) => number
  /** 0 .. count-1: where the preemption trial starts. */
  readonly preemptionOffset: (count: number) => number
  /** 0 .. count-1: which of equal nodes is taken for preemption; the first when absent. */
  readonly preemptionCandidate?: (count: number) => number
  /** Which order of workers decides what is sampled (windows.ts); one worker when absent. */
  readonly window?: () => number
}

/** Statuses by node, with one for all nodes that are not listed. */
export interface NodeToStatus {
  get(nodeName: string): Status
  readonly explicit: ReadonlyMap<string, Status>
  readonly absent: Status
}

// ---- answers

/** `nodeNames` (sorted, unique) restricts the nodes to look at; absent means all. */
export interface PreFilterResult {
  readonly status: Status
  readonly nodeNames?: readonly string[]
}

/** What preemption found; every list of node names is in snapshot order. */
export interface PreemptionOutcome {
  readonly victims: readonly Pod[]
  readonly numPDBViolations: number
  /** Candidates that upstream could have taken as well; the first is taken. */
  readonly tied: readonly string[]
  readonly candidates: readonly {
    readonly node: string
    readonly victims: readonly Pod[]
    readonly numPDBViolations: number
  }[]
  readonly dryRunRejected: ReadonlyMap<string, Status>
  /** Pods of lower priority that lose their nomination to the node. */
  readonly clearedNominations: readonly Pod[]
}

/** `nominate`: absent keeps the nomination, empty clears it, a name sets it. */
export interface PostFilterResult {
  readonly status: Status
  readonly nominate?: string
  readonly preemption?: PreemptionOutcome
  readonly writes?: readonly SchedulerWrite[]
}

/** An API write that the scheduler makes for a pod: the object as it is to be stored. */
export interface SchedulerWrite {
  readonly verb: 'create' | 'update' | 'delete'
  readonly object: KubeObject
  readonly subresource?: 'status'
}

export interface PreBindResult {
  readonly status: Status
  readonly writes: readonly SchedulerWrite[]
}

// ---- plugins: a member implements Plugin plus any of the extension points

export interface Plugin {
  /** Upstream's name, as in configurations and messages. */
  readonly name: string
  readonly doc: string
  /** Texts that users see, exactly as upstream writes them. */
  readonly reasons?: Readonly<Record<string, string>>
  readonly requeueOn?: readonly RequeueRule[]
  /** The error of Filter in a profile that has disabled PreFilter; absent: none. */
  readonly unprepared?: string
}

export interface PreEnqueuePlugin extends Plugin {
  readonly preEnqueue: (pod: Pod, context: HintContext) => Status
}

export interface QueueSortPlugin extends Plugin {
  readonly less: (a: QueuedPodView, b: QueuedPodView) => boolean
}

/** The part of a queued pod that orders the active queue. */
export interface QueuedPodView {
  readonly pod: Pod
  readonly timestampMs: number
}

export interface PreFilterPlugin extends Plugin {
  readonly preFilter: (cycle: CycleState, pod: Pod, nodes: readonly NodeInfo[]) => PreFilterResult
  /** `node` already contains `added`. Changes the plugin's state of `cycle`. */
  readonly addPod?: (cycle: CycleState, pod: Pod, added: PodInfo, node: NodeInfo) => Status
  /** `node` no longer contains `removed`. */
  readonly removePod?: (cycle: CycleState, pod: Pod, removed: PodInfo, node: NodeInfo) => Status
}

export interface FilterPlugin extends Plugin {
  readonly filter: (cycle: CycleState, pod: Pod, node: NodeInfo) => Status
  /** True only when `filter` would pass every node; lets a search skip the question. */
  readonly passesEverywhere?: (cycle: CycleState, pod: Pod) => boolean
}

export interface PostFilterPlugin extends Plugin {
  readonly postFilter: (cycle: CycleState, pod: Pod, statuses: NodeToStatus) => PostFilterResult
}

export interface PreScorePlugin extends Plugin {
  readonly preScore: (cycle: CycleState, pod: Pod, nodes: readonly NodeInfo[]) => Status
}

export interface ScorePlugin extends Plugin {
  /** An integer, or the status of an error. */
  readonly score: (cycle: CycleState, pod: Pod, node: NodeInfo) => number | Status
  /** True only when every node would get 0, raw and normalised; lets a search skip the question. */
  readonly scoresNothing?: (cycle: CycleState, pod: Pod) => boolean
  /** Changes `scores` (aligned with `nodes`) in place. */
  readonly normalizeScores?: (
    cycle: CycleState,
    pod: Pod,
    nodes: readonly NodeInfo[],
    scores: number[],
  ) => Status
}

/** Reserve keeps its outcome in the cycle state; unreserve has nothing else to undo. */
export interface ReservePlugin extends Plugin {
  readonly reserve: (cycle: CycleState, pod: Pod, nodeName: string) => Status
}

export interface PermitPlugin extends Plugin {
  readonly permit: (cycle: CycleState, pod: Pod, nodeName: string) => Status
}

export interface PreBindPlugin extends Plugin {
  readonly preBind: (cycle: CycleState, pod: Pod, nodeName: string) => PreBindResult
}

/** Any member of the registry. */
export type SchedulerPlugin = Plugin &
  Partial<
    Omit<PreEnqueuePlugin, keyof Plugin> &
      Omit<QueueSortPlugin, keyof Plugin> &
      Omit<PreFilterPlugin, keyof Plugin> &
      Omit<FilterPlugin, keyof Plugin> &
      Omit<PostFilterPlugin, keyof Plugin> &
      Omit<PreScorePlugin, keyof Plugin> &
      Omit<ScorePlugin, keyof Plugin> &
      Omit<ReservePlugin, keyof Plugin> &
      Omit<PermitPlugin, keyof Plugin> &
      Omit<PreBindPlugin, keyof Plugin>
  >
