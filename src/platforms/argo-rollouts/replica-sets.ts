// Sums and lookups over the ReplicaSets of a Rollout.
// Port of argo-rollouts v1.8.3 utils/replicaset/replicaset.go.

import type { ReplicaSet } from '../../kube/generated/types.ts'
import { type IntOrString, scaleIntOrPercent } from '../../kube/int-or-percent.ts'
import { podHashLabel, replicasOf, type Rollout } from './types.ts'

type Sets = readonly (ReplicaSet | undefined)[]

/** spec.replicas of a ReplicaSet; the API server has set it. */
export function sizeOf(set: ReplicaSet | undefined): number {
  return set === undefined ? 0 : (set.spec?.replicas ?? 0)
}

export function availableOf(set: ReplicaSet | undefined): number {
  return set?.status?.availableReplicas ?? 0
}

export function sizeSum(sets: Sets): number {
  return sets.reduce((sum, set) => sum + sizeOf(set), 0)
}

export type Count = 'replicas' | 'readyReplicas' | 'availableReplicas'

/** The sum of one count of the statuses. */
export function statusSum(sets: Sets, count: Count): number {
  return sets.reduce((sum, set) => sum + (set?.status?.[count] ?? 0), 0)
}

/** The pod template hash in the labels. */
export function hashOf(set: ReplicaSet | undefined): string {
  return set?.metadata.labels?.[podHashLabel] ?? ''
}

/** GetReplicaSetByTemplateHash. */
export function setWithHash(
  sets: readonly ReplicaSet[],
  hash: string | undefined,
): ReplicaSet | undefined {
  return (hash ?? '') === '' ? undefined : sets.findLast(set => hashOf(set) === hash)
}

/** GetStableRS: the new ReplicaSet itself when that is the stable one. */
export function stableReplicaSet(
  { status }: Rollout,
  newSet: ReplicaSet | undefined,
  sets: Sets,
): ReplicaSet | undefined {
  const stable = status?.stableRS ?? ''
  if (stable === '') return undefined
  if (newSet !== undefined && hashOf(newSet) === stable) return newSet
  return sets.find(set => set !== undefined && hashOf(set) === stable)
}

/** Those that are neither the new nor the stable one. */
export function otherReplicaSets(
  newSet: ReplicaSet | undefined,
  stable: ReplicaSet | undefined,
  sets: Sets,
): readonly ReplicaSet[] {
  const taken = [newSet?.metadata.name, stable?.metadata.name]
  return sets.filter(
    (set): set is ReplicaSet => set !== undefined && !taken.includes(set.metadata.name),
  )
}

/** IsReplicaSetAvailable: it wants pods and has as many available. */
export function isAvailable(set: ReplicaSet | undefined): boolean {
  const size = sizeOf(set)
  return size !== 0 && availableOf(set) !== 0 && size <= availableOf(set)
}

/** The default of surge and missing pods: upstream takes a text without `%` as a percentage too. */
const quarter = '25'

/** GetValueFromIntOrPercent, the older of two functions; undefined where it fails. */
function scaled(value: IntOrString, total: number, roundUp: boolean): number | undefined {
  if (typeof value === 'number') return value
  const result = scaleIntOrPercent(`${value.replaceAll('%', '')}%`, total, roundUp)
  return result.ok ? result.value : undefined
}

/** Surge and missing pods that a canary may have; neither when one of the values is wrong. */
interface Fenceposts {
  readonly surge: number
  readonly unavailable: number
}

function fenceposts({ spec }: Rollout, replicas: number): Fenceposts {
  const canary = spec?.strategy?.canary
  const surge = scaled(canary?.maxSurge ?? quarter, replicas, true)
  const unavailable = scaled(canary?.maxUnavailable ?? quarter, replicas, false)
  if (surge === undefined || unavailable === undefined) return { surge: 0, unavailable: 0 }
  return { surge, unavailable: surge === 0 && unavailable === 0 ? 1 : unavailable }
}

/** MaxSurge: none for blue-green. */
export function maxSurge(rollout: Rollout): number {
  if (rollout.spec?.strategy?.canary === undefined) return 0
  return fenceposts(rollout, replicasOf(rollout)).surge
}

/** MaxUnavailable: at most all. */
export function maxUnavailable(rollout: Rollout): number {
  const replicas = replicasOf(rollout)
  if (replicas === 0) return 0
  const { canary, blueGreen } = rollout.spec?.strategy ?? {}
  const unavailable =
    canary === undefined
      ? (scaled(blueGreen?.maxUnavailable ?? quarter, replicas, false) ?? 0)
      : fenceposts(rollout, replicas).unavailable
  return Math.min(unavailable, replicas)
}
