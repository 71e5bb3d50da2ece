// Which share of the traffic a canary gets: decided here, and told in the status; what a router
// makes of it is not modelled. Port of argo-rollouts v1.8.3 rollout/trafficrouting.go.

import type { Part } from '../../controllers/framework.ts'
import type { ReplicaSet } from '../../kube/generated/types.ts'
import { isAtDesiredCounts } from './new-replicas.ts'
import { availableOf, hashOf } from './replica-sets.ts'
import { ensureTarget, rollingBackFrom } from './services.ts'
import { currentSetWeight, currentStep, isGiven, maxTrafficWeight } from './steps.ts'
import { isFullyPromoted, type Sync } from './sync.ts'
import { replicasOf, type Rollout, type TrafficWeights, type WeightDestination } from './types.ts'

const settings: ReadonlySet<string> = new Set(['managedRoutes', 'maxTrafficWeight'])

/** The routers that a Rollout names: istio, nginx, plugins, ... */
export function routersOf({ spec }: Rollout): readonly string[] {
  const routing = spec?.strategy?.canary?.trafficRouting ?? {}
  return Object.keys(routing).filter(key => !settings.has(key) && routing[key] !== undefined)
}

/** reconcileTrafficRouting. */
export function* routeTraffic(sync: Sync): Part<void> {
  const { rollout, newSet, stable } = sync
  if (routersOf(rollout).length === 0) {
    sync.weights = undefined
    return
  }
  const from = rollingBackFrom(sync)
  const weight = yield* desiredWeight(sync, from)
  const all = maxTrafficWeight(rollout)
  if (!hasPodsFor(sync, stable, all - weight)) return
  const { canaryService, stableService } = sync.canary ?? {}
  const weights = {
    canary: destination(weight, from ?? hashOf(newSet), canaryService),
    stable: destination(all - weight, hashOf(stable), stableService),
  }
  tellWeights(sync, weights)
  sync.weights = weights
}

function destination(weight: number, hash: string, service = ''): WeightDestination {
  return {
    weight,
    ...(hash !== '' && { podTemplateHash: hash }),
    ...(service !== '' && { serviceName: service }),
  }
}

function tellWeights(sync: Sync, { canary }: TrafficWeights): void {
  const before = sync.status.canary?.weights
  if (before?.canary.weight === canary.weight) return
  const way = before === undefined ? '' : `from ${before.canary.weight} `
  sync.tell('Normal', 'TrafficWeightUpdated', `Traffic weight updated ${way}to ${canary.weight}`)
}

/** checkReplicasAvailable. */
function hasPodsFor({ rollout }: Sync, set: ReplicaSet | undefined, weight: number): boolean {
  if (set === undefined) return false
  return availableOf(set) >= Math.trunc((weight * replicasOf(rollout)) / 100)
}

function* desiredWeight(sync: Sync, from: string | undefined): Part<number> {
  const { rollout, newSet, stable, status, canary } = sync
  if (from !== undefined) return backWeight(sync)
  if (isFullyPromoted(rollout)) return 0
  const isDynamic = canary?.dynamicStableScale === true
  if (sync.pauses.isAborted) {
    const weight = backWeight(sync)
    if (!isDynamic || weight === 0) {
      yield* ensureTarget(sync, canary?.canaryService, stable, true)
    }
    return weight
  }
  if (availableOf(newSet) === 0) return 0
  if (status.promoteFull === true) {
    if (!isDynamic) return status.canary?.weights?.canary.weight ?? 0
    return Math.trunc((maxTrafficWeight(rollout) * availableOf(newSet)) / replicasOf(rollout))
  }
  return stepWeight(sync)
}

/** The weight of the current step, or of the one before while its pods are not there. */
function stepWeight({ rollout, newSet, stable, others, canary }: Sync): number {
  const { index } = currentStep(rollout)
  if (index === undefined) return 0
  if (isAtDesiredCounts(rollout, { newSet, stable, older: others })) {
    return currentSetWeight(rollout)
  }
  const before = (canary?.steps ?? []).slice(0, index).findLast(each => isGiven(each.setWeight))
  return before?.setWeight ?? 0
}

/** calculateDesiredWeightOnAbortOrStableRollback: what the stable pods cannot take yet. */
function backWeight({ rollout, canary, stable, status }: Sync): number {
  if (canary?.dynamicStableScale !== true) return 0
  const all = maxTrafficWeight(rollout)
  const taken = Math.trunc((all * availableOf(stable)) / replicasOf(rollout))
  const weight = Math.max(0, all - taken)
  return Math.min(weight, status.canary?.weights?.canary.weight ?? weight)
}
