// The shape of a remedy: which causes it knows and which changes it proposes, smallest first. It
// says nothing about whether they help; prove.ts finds out by running the trials again.

import type { Cause, Finding } from '../explain/report.ts'
import type { KubeObject, ObjectRef } from '../kube/object.ts'
import type { Platform } from '../trials/platform.ts'

/** One field of one object set to a value; null removes it. */
export interface FieldChange {
  readonly object: ObjectRef
  readonly path: string
  readonly value: unknown
}

/** Another number of nodes in a pool. */
export interface PoolChange {
  readonly pool: string
  readonly count: number
}

/** One thing that a person could do. */
export interface Proposal {
  /** What to do, in a few words: `spec.replicas: 2`. */
  readonly summary: string
  /** What it takes or gives up. */
  readonly cost?: string
  readonly fields: readonly FieldChange[]
  readonly pools: readonly PoolChange[]
}

/** What a remedy may look at. */
export interface Ask {
  readonly finding: Finding
  /** The cause that the remedy handles. */
  readonly cause: Cause
  readonly platform: Platform
  /** The workload of the finding as it is written, if it is. */
  readonly written: KubeObject | undefined
}

export interface Remedy {
  readonly name: string
  readonly doc: string
  /** A fix keeps the intent; a suggestion gives something up and says what. */
  readonly kind: 'fix' | 'suggestion'
  readonly handles: (cause: Cause) => boolean
  readonly propose: (ask: Ask) => readonly Proposal[]
}

/** The workload of a finding as changes name it. */
export function objectOf({ finding: { workload, object } }: Ask): ObjectRef {
  const { kind, namespace, name } = workload ?? object
  return namespace === undefined ? { kind, name } : { kind, namespace, name }
}

/** A number among the facts of a cause. */
export function numberOf({ facts }: Cause, name: string): number | undefined {
  const value = facts[name]
  return typeof value === 'number' ? value : undefined
}

/** `1 node`, `2 nodes`. */
export function countText(count: number, noun: string): string {
  return `${count} ${noun}${count === 1 ? '' : 's'}`
}
