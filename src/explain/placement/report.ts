// What `explain pod` answers, as data: the same for people and for programs.

/** One thing that keeps a pod from a node. */
export interface Blocker {
  /** The Filter plugin that rejects. */
  readonly plugin: string
  /** Upstream's reasons. */
  readonly reasons: readonly string[]
  /** What is asked for, what is there, and what is missing: `cpu 3`, `cpu 900m`, `cpu 2100m`. */
  readonly wanted?: string
  readonly has?: string
  readonly missing?: string
  /** How far off, as a share of what is wanted; 1 where it cannot be measured. */
  readonly distance: number
}

/** A node that rejects the pod; the first blocker is the one that the scheduler names. */
export interface RejectedNode {
  readonly node: string
  readonly blockers: readonly Blocker[]
}

/** A node that fits, with the score of each plugin after normalisation. */
export interface FeasibleNode {
  readonly node: string
  readonly scores: Readonly<Record<string, { readonly raw: number; readonly norm: number }>>
  readonly total: number
}

/** Why a pod is where it is, or why it is nowhere. */
export interface PodPlacement {
  readonly apiVersion: 'seatrial.dev/v1'
  readonly kind: 'PodPlacement'
  readonly namespace: string
  readonly name: string
  readonly scheduler: string
  /** Where it runs; absent while it waits. */
  readonly node?: string
  /** What the scheduler says when it decides now, without the pod itself. */
  readonly message?: string
  /** The whole pod was rejected before any node was looked at. */
  readonly preFilter?: { readonly plugin: string; readonly reasons: readonly string[] }
  /** Score plugins with their weight, in order. */
  readonly weights: Readonly<Record<string, number>>
  readonly feasible: readonly FeasibleNode[]
  readonly rejected: readonly RejectedNode[]
  /** Nodes with the highest total. */
  readonly ties: readonly string[]
  /** The rejecting node that comes nearest: fewest blockers, then the least that is missing. */
  readonly nearest?: { readonly node: string; readonly changes: readonly string[] }
}
