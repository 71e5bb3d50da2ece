// One sync of a Rollout whose only ReplicaSet is the new, the stable and the active one, or is to
// be: what a changed replica count does to it. Port of argo-rollouts v1.6.0, v1.6.6, v1.7.2, v1.8.3
// rollout/{sync,canary,bluegreen}.go, which differ in how they write the ReplicaSet.

import type { ReplicaSet } from '../../kube/generated/types.ts'
import { formatLabelSelector } from '../../kube/label-selector-text.ts'
import { desiredReplicas, withConditions, withPhase } from './conditions.ts'
import { stepHash } from './hashes.ts'
import { newReplicas } from './new-replicas.ts'
import { hashOf, sizeOf } from './replica-sets.ts'
import { replicasOf, type Rollout, type RolloutStatus } from './types.ts'

export type RolloutsVersion = 'v1.6.0' | 'v1.6.6' | 'v1.7.2' | 'v1.8.3'

export interface SettledInput {
  readonly rollout: Rollout
  /** As the controller's cache has it. */
  readonly replicaSet: ReplicaSet
  /** The pod template hashes in the selectors of the Services. */
  readonly activeSelector?: string
  readonly previewSelector?: string
  readonly nowMs: number
}

/** An update is refused when its version is old; a patch never is. */
export interface ReplicaSetWrite {
  readonly type: 'update' | 'patch'
  readonly replicaSet: ReplicaSet
}

/** The controller puts the object into its own cache, whatever has arrived there since. */
export interface CacheWrite {
  readonly type: 'cache'
  readonly replicaSet: ReplicaSet
}

export type WriteResult =
  | { readonly ok: true; readonly replicaSet: ReplicaSet }
  | { readonly ok: false; readonly error: string }

export type SyncOutcome =
  | { readonly ok: true; readonly status: RolloutStatus }
  | { readonly ok: false; readonly error: string }

export type Sync<T> = Generator<ReplicaSetWrite | CacheWrite, T, WriteResult | undefined>

class SyncError extends Error {}

/** Asks for writes; gives the status that the Rollout is to have. */
export function* syncSettled(input: SettledInput, version: RolloutsVersion): Sync<SyncOutcome> {
  try {
    const wants = input.replicaSet.metadata.annotations?.[desiredReplicas]
    const isScaling =
      sizeOf(input.replicaSet) > 0 &&
      wants !== undefined &&
      Number(wants) !== replicasOf(input.rollout)
    const status = isScaling
      ? yield* syncReplicasOnly(input, version)
      : yield* syncAll(input, version)
    return { ok: true, status: persisted(input.rollout, status) }
  } catch (error) {
    if (!(error instanceof SyncError)) throw error
    return { ok: false, error: error.message }
  }
}

function persisted(rollout: Rollout, status: RolloutStatus): RolloutStatus {
  const observedGeneration = String(rollout.metadata.generation ?? 0)
  return withPhase(rollout, { ...status, observedGeneration })
}

function* syncReplicasOnly(input: SettledInput, version: RolloutsVersion): Sync<RolloutStatus> {
  const { rollout, replicaSet } = input
  const kind = rollout.spec?.strategy?.blueGreen === undefined ? 'Canary' : 'BlueGreen'
  yield* within(
    `failed to reconcile${kind}ReplicaSets in syncReplicasOnly: `,
    reconcileReplicaSets(input, version),
  )
  const { replicas = 0, availableReplicas = 0 } = replicaSet.status ?? {}
  return { ...rollout.status, HPAReplicas: replicas, availableReplicas }
}

function* within<T>(doing: string, sync: Sync<T>): Sync<T> {
  try {
    return yield* sync
  } catch (error) {
    throw error instanceof SyncError ? new SyncError(doing + error.message) : error
  }
}

/** Blue-green scales the stable ReplicaSet and then the new one, from the same cached copy. */
function* reconcileReplicaSets(input: SettledInput, version: RolloutsVersion): Sync<void> {
  const { rollout, replicaSet } = input
  const failed = 'failed to scaleReplicaSetAndRecordEvent in'
  const hasStable = (rollout.status?.stableRS ?? '') !== ''
  if (rollout.spec?.strategy?.blueGreen !== undefined && hasStable) {
    const scaling = scale(input, replicasOf(rollout), version)
    yield* within(`${failed} reconcileBlueGreenStableReplicaSet: `, scaling)
  }
  const size = newReplicas(rollout, replicaSet, [replicaSet]) ?? replicasOf(rollout)
  yield* within(`${failed} reconcileNewReplicaSet: `, scale(input, size, version))
}

function* scale(
  { rollout, replicaSet }: SettledInput,
  size: number,
  version: RolloutsVersion,
): Sync<void> {
  const { annotations } = replicaSet.metadata
  const desired = String(replicasOf(rollout))
  if (sizeOf(replicaSet) === size && annotations?.[desiredReplicas] === desired) return
  const wanted: ReplicaSet = {
    ...replicaSet,
    metadata: {
      ...replicaSet.metadata,
      annotations: { ...annotations, [desiredReplicas]: desired },
    },
    spec: { ...replicaSet.spec, replicas: size } as NonNullable<ReplicaSet['spec']>,
  }
  yield* within(
    'failed to scaleReplicaSet in scaleReplicaSetAndRecordEvent: ',
    writes[version](wanted),
  )
}

/** How each version writes. */
const writes: Readonly<Record<RolloutsVersion, (wanted: ReplicaSet) => Sync<void>>> = {
  *'v1.6.0'(wanted) {
    yield* updated(wanted)
  },
  /** Puts what it wrote into its cache. */
  *'v1.6.6'(wanted) {
    yield { type: 'cache', replicaSet: yield* updated(wanted) }
  },
  /** After a conflict writes all the same, and puts that into its cache. */
  *'v1.7.2'(wanted) {
    const result = (yield { type: 'update', replicaSet: wanted }) as WriteResult
    if (result.ok) return
    const patched = (yield { type: 'patch', replicaSet: wanted }) as WriteResult
    if (!patched.ok) throw new SyncError(patched.error)
    yield { type: 'cache', replicaSet: patched.replicaSet }
  },
  /** Leaves its cache to the watch. */
  *'v1.8.3'(wanted) {
    const result = (yield { type: 'update', replicaSet: wanted }) as WriteResult
    if (result.ok) return
    const doing = 'failed to updateReplicaSet in scaleReplicaSet: '
    const name = wanted.metadata.name ?? ''
    const what = `error updating replicaset in updateReplicaSet ${name}`
    throw new SyncError(`${doing}${what}: ${result.error}`)
  },
}

function* updated(wanted: ReplicaSet): Sync<ReplicaSet> {
  const result = (yield { type: 'update', replicaSet: wanted }) as WriteResult
  const name = wanted.metadata.name ?? ''
  if (!result.ok) throw new SyncError(`error updating replicaset ${name}: ${result.error}`)
  return result.replicaSet
}

function* syncAll(input: SettledInput, version: RolloutsVersion): Sync<RolloutStatus> {
  if (!areStepsNew(input.rollout)) yield* reconcileReplicaSets(input, version)
  const { rollout, replicaSet, nowMs } = input
  const { replicas = 0, readyReplicas = 0, availableReplicas = 0 } = replicaSet.status ?? {}
  const { collisionCount, conditions = [] } = rollout.status ?? {}
  const currentStepIndex = stepIndex(rollout, hashOf(replicaSet))
  const isBlueGreen = rollout.spec?.strategy?.blueGreen !== undefined
  const isActive = isBlueGreen && input.activeSelector === hashOf(replicaSet)
  const status: RolloutStatus = {
    HPAReplicas: replicas,
    availableReplicas,
    blueGreen: isBlueGreen ? selectorsOf(input) : {},
    canary: {},
    conditions,
    currentPodHash: hashOf(replicaSet),
    readyReplicas,
    replicas,
    selector: formatLabelSelector(isActive ? replicaSet.spec?.selector : rollout.spec?.selector),
    stableRS: stableOf(input),
    updatedReplicas: replicas,
    ...(collisionCount !== undefined && { collisionCount }),
    ...(!isBlueGreen && { currentStepHash: stepHash(rollout) }),
    ...(currentStepIndex !== undefined && { currentStepIndex }),
  }
  return withConditions(status, { rollout, replicaSet, nowMs })
}

/** A canary whose steps are not those of its status (none at first) only learns of them. */
function areStepsNew(rollout: Rollout): boolean {
  const { canary, blueGreen } = rollout.spec?.strategy ?? {}
  if (canary === undefined || blueGreen !== undefined) return false
  return (rollout.status?.currentStepHash ?? '') !== stepHash(rollout)
}

/** shouldFullPromote: the first ReplicaSet is the stable one from its first full sync on. */
function stableOf({ rollout, replicaSet, activeSelector = '' }: SettledInput): string {
  const hash = hashOf(replicaSet)
  const { stableRS = '' } = rollout.status ?? {}
  if (areStepsNew(rollout)) return stableRS
  const isBlueGreen = rollout.spec?.strategy?.blueGreen !== undefined
  const isPromoted = stableRS === '' || (isBlueGreen && ['', hash].includes(activeSelector))
  return isPromoted ? hash : stableRS
}

/** Steps are for updates: a first ReplicaSet, or the stable one, is beyond all of them. */
function stepIndex(rollout: Rollout, hash: string): number | undefined {
  const { stableRS = '', currentStepIndex } = rollout.status ?? {}
  const steps = rollout.spec?.strategy?.canary?.steps?.length ?? 0
  if (areStepsNew(rollout)) {
    if (steps === 0) return undefined
    return stableRS === hash ? steps : 0
  }
  return stableRS === '' && steps > 0 ? steps : currentStepIndex
}

function selectorsOf({ activeSelector, previewSelector }: SettledInput) {
  return {
    ...(activeSelector !== undefined && { activeSelector }),
    ...(previewSelector !== undefined && { previewSelector }),
  }
}
