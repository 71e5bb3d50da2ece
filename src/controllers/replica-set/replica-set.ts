// The ReplicaSet controller: keeps as many active pods as spec.replicas says.
// ReplicationControllers are kept the same way.
// Upstream: pkg/controller/replicaset/replica_set.go, v1.36.3.

import type { Pod, ReplicaSet } from '../../kube/generated/types.ts'
import { selectorMatcher } from '../../kube/label-selector.ts'
import { controllerOf } from '../../kube/object.ts'
import { isPodActive, isPodTerminating } from '../../kube/pod.ts'
import { nextAvailabilityMs } from '../availability.ts'
import { claimObjects } from '../claiming.ts'
import { type Expectations, expectationsKey, satisfied } from '../expectations.ts'
import { type Api, type Controller, done, type Part, type ReconcileResult } from '../framework.ts'
import { ownedAndOrphans } from '../owners.ts'
import { manageReplicas } from './manage.ts'
import { calculateStatus, updateStatus } from './status.ts'
import { type Replicated, replicaSets, replicationControllers } from './replicated.ts'
import { watchesOf } from './watches.ts'

/** When the next ready pod will have been ready for minReadySeconds. */
function availabilityCheck(
  replicaSet: ReplicaSet,
  pods: readonly Pod[],
  nowMs: number,
): ReconcileResult {
  const minReadySeconds = replicaSet.spec?.minReadySeconds ?? 0
  const { status } = replicaSet
  if (minReadySeconds <= 0) return done
  if ((status?.readyReplicas ?? 0) === (status?.availableReplicas ?? 0)) return done
  const nextMs = nextAvailabilityMs(pods, minReadySeconds, nowMs)
  return { requeueAfterMs: nextMs ?? minReadySeconds * 1000 }
}

interface Sync {
  readonly key: string
  readonly replicaSet: ReplicaSet
  /** Gate DeploymentReplicaSetTerminatingReplicas, on since 1.35. */
  readonly countsTerminating: boolean
}

function* sync(api: Api, { key, replicaSet, countsTerminating }: Sync): Part<ReconcileResult> {
  const expectations = yield* api.recall<Expectations>(expectationsKey(key))
  const needsSync = satisfied(expectations, yield* api.now())
  const { selector } = replicaSet.spec ?? {}
  const selects = selectorMatcher(selector)
  const matches = (pod: Pod) => selects(pod.metadata.labels)
  const all = yield* ownedAndOrphans<Pod>(api, 'Pod', replicaSet)
  const claim = yield* claimObjects(api, {
    owner: replicaSet,
    candidates: all.filter(isPodActive),
    matches,
  })
  if (claim.error !== undefined) return { error: claim.error }
  const { uid } = replicaSet.metadata
  const isOurs = (pod: Pod) => controllerOf(pod.metadata)?.uid === uid && matches(pod)
  const terminatingPods = countsTerminating
    ? all.filter(pod => isPodTerminating(pod) && isOurs(pod))
    : undefined
  const activePods = claim.claimed
  const deleting = replicaSet.metadata.deletionTimestamp !== undefined
  const error =
    needsSync && !deleting ? yield* manageReplicas(api, replicaSet, activePods) : undefined
  const nowMs = yield* api.now()
  const status = calculateStatus({ replicaSet, activePods, terminatingPods, error, nowMs })
  const written = yield* updateStatus(api, replicaSet, status)
  if (written.error !== undefined) return { error: written.error }
  if (error !== undefined) return { error }
  return availabilityCheck(written.replicaSet, activePods, nowMs)
}

interface Kept {
  readonly replicated: Replicated
  readonly countsTerminating: boolean
}

function* reconcile(key: string, api: Api, kept: Kept): Part<ReconcileResult> {
  const { replicated, countsTerminating } = kept
  const object = yield* api.get(replicated.kind, key)
  if (object !== undefined) {
    return yield* sync(api, { key, replicaSet: replicated.asSet(object), countsTerminating })
  }
  yield* api.remember(expectationsKey(key), undefined)
  return done
}

export const replicaSet = {
  name: 'replicaset-controller',
  doc: 'Keeps the number of active pods of a ReplicaSet equal to spec.replicas.',
  watches: watchesOf(replicaSets),
  ownWrites: ['Pod', 'ReplicaSet'],
  reconcile: (key, api) =>
    reconcile(key, api, { replicated: replicaSets, countsTerminating: true }),
} satisfies Controller

/** The same without status.terminatingReplicas, as before 1.35. */
export const replicaSetBefore135: Controller = {
  ...replicaSet,
  reconcile: (key, api) =>
    reconcile(key, api, { replicated: replicaSets, countsTerminating: false }),
}

/** Its status never says how many pods are terminating. */
export const replicationController = {
  name: 'replication-controller',
  doc: 'Keeps the number of active pods of a ReplicationController equal to spec.replicas.',
  watches: watchesOf(replicationControllers),
  ownWrites: ['Pod', 'ReplicationController'],
  reconcile: (key, api) =>
    reconcile(key, api, { replicated: replicationControllers, countsTerminating: false }),
} satisfies Controller
