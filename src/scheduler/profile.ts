// A profile: which plugins run at which extension point, in which order, with which weight.
// Upstream: pkg/scheduler/framework/runtime/framework.go NewFramework, v1.36.3.

import type {
  FilterPlugin,
  PermitPlugin,
  PostFilterPlugin,
  PreBindPlugin,
  PreEnqueuePlugin,
  PreFilterPlugin,
  PreScorePlugin,
  QueueSortPlugin,
  ReservePlugin,
  SchedulerPlugin,
  ScorePlugin,
} from './framework.ts'
import type { SchedulerFeatures } from './features.ts'
import type { PluginArgs } from './plugin-args.ts'

export interface WeightedScorePlugin {
  readonly plugin: ScorePlugin
  readonly weight: number
}

export interface Profile {
  readonly schedulerName: string
  readonly features: SchedulerFeatures
  readonly args: PluginArgs
  /** 0 means adaptive: 50 minus one for each 125 nodes, at least 5. */
  readonly percentageOfNodesToScore: number
  /** How many nodes are looked at at the same time. */
  readonly parallelism: number
  /** Pods of this profile may use the scores of the one before (batching.ts). */
  readonly batches: boolean
  readonly preEnqueue: readonly PreEnqueuePlugin[]
  readonly queueSort: readonly QueueSortPlugin[]
  readonly preFilter: readonly PreFilterPlugin[]
  readonly filter: readonly FilterPlugin[]
  readonly postFilter: readonly PostFilterPlugin[]
  readonly preScore: readonly PreScorePlugin[]
  readonly score: readonly WeightedScorePlugin[]
  readonly reserve: readonly ReservePlugin[]
  readonly permit: readonly PermitPlugin[]
  readonly preBind: readonly PreBindPlugin[]
  /** Every plugin that has an extension point enabled, in order of the default list. */
  readonly plugins: readonly SchedulerPlugin[]
}

/** The method of a plugin that an extension point calls. */
export const extensionPoints = {
  preEnqueue: 'preEnqueue',
  queueSort: 'less',
  preFilter: 'preFilter',
  filter: 'filter',
  postFilter: 'postFilter',
  preScore: 'preScore',
  score: 'score',
  reserve: 'reserve',
  permit: 'permit',
  preBind: 'preBind',
} as const

export type ExtensionPoint = keyof typeof extensionPoints
