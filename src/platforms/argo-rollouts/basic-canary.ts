// How many pods the new and the stable ReplicaSet of a canary without traffic routing get.
// Port of argo-rollouts v1.8.3 utils/replicaset/canary.go CalculateReplicaCountsForBasicCanary.

import type { ReplicaSet } from '../../kube/generated/types.ts'
import { availableOf, maxSurge, maxUnavailable, sizeOf, sizeSum } from './replica-sets.ts'
import { canaryGoal, maxTrafficWeight } from './steps.ts'
import { replicasOf, type Rollout } from './types.ts'

export interface CanaryCounts {
  readonly canary: number
  readonly stable: number
}

export interface CanarySets {
  readonly newSet: ReplicaSet | undefined
  readonly stable: ReplicaSet | undefined
  readonly older: readonly ReplicaSet[]
}

/** Grows within the surge, stable first; shrinks within the missing pods, older ones first. */
export function basicCanaryCounts(rollout: Rollout, sets: CanarySets): CanaryCounts {
  const { newSet, stable, older } = sets
  const hasStable =
    stable !== undefined && (newSet === undefined || newSet.metadata.name !== stable.metadata.name)
  const wanted = hasStable ? wantedCounts(rollout) : { canary: replicasOf(rollout), stable: 0 }
  const most = replicasOf(rollout) + maxSurge(rollout)
  const current = sizeSum([...older, newSet, ...(hasStable ? [stable] : [])])
  const grown = grownCounts(sets, wanted, { hasStable, room: most - current })
  if (sizeSum(older) > 0) return grown
  return shrunkCounts(sets, grown, {
    wanted,
    hasStable,
    most,
    least: replicasOf(rollout) - maxUnavailable(rollout),
  })
}

interface Room {
  readonly hasStable: boolean
  readonly room: number
}

function grownCounts(
  { newSet, stable }: CanarySets,
  wanted: CanaryCounts,
  { hasStable, room }: Room,
): CanaryCounts {
  let left = room
  let stableCount = hasStable ? sizeOf(stable) : 0
  let canary = sizeOf(newSet)
  if (hasStable && stableCount < wanted.stable && left > 0) {
    const added = Math.min(left, wanted.stable - stableCount)
    stableCount += added
    left -= added
  }
  if (newSet !== undefined && canary < wanted.canary && left > 0) {
    canary = Math.min(canary + left, wanted.canary)
  }
  return { canary, stable: stableCount }
}

interface Bounds {
  readonly wanted: CanaryCounts
  readonly hasStable: boolean
  readonly most: number
  readonly least: number
}

function shrunkCounts(
  { newSet, stable }: CanarySets,
  counts: CanaryCounts,
  { wanted, hasStable, most, least }: Bounds,
): CanaryCounts {
  // Pods of the set that is to shrink count even when they are not available.
  const isIncreasing = newSet === undefined || wanted.canary >= sizeOf(newSet)
  const removable = removableOf(newSet, !isIncreasing) + removableOf(stable, isIncreasing)
  if (removable <= least) return counts
  const surplus = removable - least
  if (!isIncreasing) {
    const drained = drainedCount(newSet, wanted.canary, surplus, counts.canary)
    const within = withinLimits(
      { set: newSet, count: drained },
      { set: stable, count: counts.stable },
      { most, least },
    )
    return { canary: within.drained, stable: within.adjusted }
  }
  if (!hasStable) return counts
  const drained = drainedCount(stable, wanted.stable, surplus, counts.stable)
  const within = withinLimits(
    { set: stable, count: drained },
    { set: newSet, count: counts.canary },
    { most, least },
  )
  return { canary: within.adjusted, stable: within.drained }
}

/** GetReplicasForScaleDown. */
function removableOf(set: ReplicaSet | undefined, ignoreAvailability: boolean): number {
  if (set === undefined) return 0
  const isShrinking = sizeOf(set) < availableOf(set)
  return isShrinking || ignoreAvailability ? sizeOf(set) : availableOf(set)
}

function drainedCount(
  set: ReplicaSet | undefined,
  wanted: number,
  surplus: number,
  count: number,
): number {
  if (set === undefined || sizeOf(set) <= wanted) return count
  return Math.max(wanted, sizeOf(set) - surplus)
}

interface Counted {
  readonly set: ReplicaSet | undefined
  readonly count: number
}

/** adjustReplicaWithinLimits: the set that drains gives way before the other one does. */
function withinLimits(
  drain: Counted,
  adjust: Counted,
  { most, least }: Pick<Bounds, 'most' | 'least'>,
): { readonly drained: number; readonly adjusted: number } {
  if (adjust.set === undefined) return { drained: drain.count, adjusted: adjust.count }
  const over = Math.max(0, adjust.count + drain.count - most)
  const reduced = adjust.count - over
  const ofDrain = drain.set === undefined ? 0 : Math.min(availableOf(drain.set), drain.count)
  const available = ofDrain + Math.min(availableOf(adjust.set), reduced)
  const lost = Math.max(0, availableOf(adjust.set) - reduced)
  const missing = Math.max(0, least - available)
  const adjusted = reduced + Math.min(lost, missing)
  return { drained: drain.count - Math.max(0, adjusted + drain.count - most), adjusted }
}

interface Option {
  readonly canary: number
  readonly total: number
}

/** The counts nearest to the weight; a weight between none and all leaves both at least one pod. */
function wantedCounts(rollout: Rollout): CanaryCounts {
  const replicas = replicasOf(rollout)
  const { weight } = canaryGoal(rollout)
  const all = maxTrafficWeight(rollout)
  const surge = maxSurge(rollout)
  if (replicas === 0) return { canary: 0, stable: 0 }
  const exact = (replicas * weight) / all
  const [up, down] = [Math.ceil(exact), Math.floor(exact)]
  const isZeroAllowed = weight === all || weight === 0 || (replicas === 1 && surge === 0)
  const options: Option[] = []
  if (up < replicas || isZeroAllowed) options.push({ canary: up, total: replicas })
  const isDownAllowed = down !== 0 || isZeroAllowed
  if (!isTied(weight, all, replicas) && isDownAllowed) {
    options.push({ canary: down, total: replicas })
  }
  if (surge > 0) {
    options.push({ canary: up, total: replicas + 1 })
    if (!isTied(weight, all, replicas + 1) && isDownAllowed) {
      options.push({ canary: down, total: replicas + 1 })
    }
  }
  const distance = ({ canary, total }: Option): number => Math.abs((canary * all) / total - weight)
  const best = options.reduce<Option | undefined>(
    (found, option) => (found === undefined || distance(option) < distance(found) ? option : found),
    undefined,
  )
  if (best === undefined) return { canary: 0, stable: replicas }
  return { canary: best.canary, stable: best.total - best.canary }
}

/** Whether rounding up and rounding down are equally far from the weight. */
function isTied(weight: number, all: number, total: number): boolean {
  const exact = total * (weight / all)
  return exact - Math.trunc(exact) === 0.5
}
