// What releases of the controller do differently, where a Rollout shows it.
// Upstream: argo-rollouts v1.6.0, v1.6.6, v1.7.2, v1.8.3, v1.9.1, v1.10.0-rc1.

/** How a ReplicaSet is updated, and whether the answer goes into the controller's own cache. */
export type ReplicaSetWrites = 'update' | 'update-cached' | 'update-or-patch-cached'

export interface RolloutsVersion {
  readonly name: string
  readonly replicaSetWrites: ReplicaSetWrites
  /** The answer to a write of the Rollout goes into the cache; else its revision is waited for. */
  readonly cachesRollouts: boolean
  /** A new ReplicaSet is made before anything else of the sync. */
  readonly createsFirst: boolean
  /** A change of the replica count is looked for in all ReplicaSets, or in the new and stable. */
  readonly scalesBy: 'all' | 'new-and-stable'
  /** A sync for the replica count alone takes the counts over, or the whole status. */
  readonly scalingStatus: 'counts' | 'whole'
  /** Blue-green keeps the size of the ReplicaSet that the active Service selects, or the stable. */
  readonly keeps: 'active' | 'stable'
  /** Waiting for a delayed scale-down is no lack of progress. */
  readonly waitsForScaleDown: boolean
  /** A pause of blue-green is none, either, and a complete Rollout is told no pause. */
  readonly pauseStopsDeadline: boolean
  /** A canary that has just restarted pods looks at nothing else in that sync. */
  readonly restartEndsSync: boolean
  /** More pods than wanted do not keep a canary from being promoted. */
  readonly promotesSurplus: boolean
  /** Conditions are told from the pauses and aborts of this sync, not of the last. */
  readonly conditionsLast: boolean
  /** An aborted canary with dynamicStableScale goes back by the weights of its steps. */
  readonly abortsByStep: boolean
  /** scaleDown of a workloadRef is heeded; `zero`: it ends at no pods once healthy. */
  readonly scalesWorkload: 'no' | 'ready' | 'zero'
}

const v160: RolloutsVersion = {
  name: 'v1.6.0',
  replicaSetWrites: 'update',
  cachesRollouts: true,
  createsFirst: false,
  scalesBy: 'all',
  scalingStatus: 'whole',
  keeps: 'active',
  waitsForScaleDown: false,
  pauseStopsDeadline: false,
  restartEndsSync: false,
  promotesSurplus: false,
  conditionsLast: false,
  abortsByStep: false,
  scalesWorkload: 'no',
}

const v166: RolloutsVersion = {
  ...v160,
  name: 'v1.6.6',
  replicaSetWrites: 'update-cached',
  scalingStatus: 'counts',
}

const v172: RolloutsVersion = {
  ...v166,
  name: 'v1.7.2',
  replicaSetWrites: 'update-or-patch-cached',
  keeps: 'stable',
  waitsForScaleDown: true,
  scalesWorkload: 'ready',
}

const v183: RolloutsVersion = {
  ...v172,
  name: 'v1.8.3',
  replicaSetWrites: 'update',
  createsFirst: true,
  scalesBy: 'new-and-stable',
  pauseStopsDeadline: true,
  restartEndsSync: true,
}

const v191: RolloutsVersion = {
  ...v183,
  name: 'v1.9.1',
  promotesSurplus: true,
  abortsByStep: true,
  scalesWorkload: 'zero',
}

const v110: RolloutsVersion = {
  ...v191,
  name: 'v1.10.0',
  cachesRollouts: false,
  conditionsLast: true,
}

/** The modelled version that is nearest to an image's tag; the newest where it names none. */
export function versionOf(tag: string): RolloutsVersion {
  const [, major, minor, patch] = /^v?(\d+)\.(\d+)(?:\.(\d+))?/.exec(tag) ?? []
  if (major === undefined) return v110
  const at = Number(major) * 1000 + Number(minor)
  if (at < 1006 || (at === 1006 && Number(patch ?? 6) === 0)) return v160
  return { 1006: v166, 1007: v172, 1008: v183, 1009: v191 }[at] ?? v110
}
