// Creating missing pods and deleting surplus ones, and waiting until the cache shows it.
// Upstream: pkg/controller/replicaset/replica_set.go (manageReplicas), v1.36.3.

import { deletionOrder } from '../../kube/deletion-order.ts'
import type { Pod, ReplicaSet } from '../../kube/generated/types.ts'
import { selectorMatcher } from '../../kube/label-selector.ts'
import { controllerOf, keyOf } from '../../kube/object.ts'
import {
  expectationsKey,
  expectCreations,
  expectDeletions,
  forgetCreations,
  forgetDeletion,
} from '../expectations.ts'
import type { Api, Part } from '../framework.ts'
import { createPod, deletePod, podFromTemplate, slowStartBatch } from '../pod-control.ts'
import { replicatedOf } from './replicated.ts'

/** A ReplicaSet pauses after creating or deleting this many pods until it has seen them. */
const burstReplicas = 500

function* createMissing(api: Api, replicaSet: ReplicaSet, count: number): Part<string | undefined> {
  const key = keyOf(replicaSet.metadata)
  yield* api.remember(expectationsKey(key), expectCreations(count, yield* api.now()))
  const template = podFromTemplate(replicaSet.spec?.template ?? {}, replicaSet)
  const { successes, error } = yield* slowStartBatch(count, function* () {
    const outcome = yield* createPod(api, replicaSet, template)
    // In a namespace that is going away all creations fail, and none is worth another try.
    return outcome.namespaceTerminating === true ? undefined : outcome.error
  })
  if (successes < count) yield* forgetCreations(api, key, count - successes)
  return error
}

/** Pods of all ReplicaSets with the same controller: where they pile up, some go first. */
function* relatedPods(api: Api, replicaSet: ReplicaSet): Part<readonly Pod[]> {
  const controller = controllerOf(replicaSet.metadata)
  if (controller === undefined) return []
  const { kind, asSet } = replicatedOf(replicaSet)
  const siblings = yield* api.ownedBy(kind, controller.uid)
  const { namespace = '' } = replicaSet.metadata
  const related = new Set<Pod>()
  for (const sibling of siblings) {
    if (controllerOf(sibling.metadata)?.uid !== controller.uid) continue
    const selector = asSet(sibling).spec?.selector
    const labels = selector?.matchLabels ?? {}
    const pods = yield* api.read(lister => lister.labelled<Pod>('Pod', namespace, labels))
    const selects = selectorMatcher(selector)
    for (const pod of pods) if (selects(pod.metadata.labels)) related.add(pod)
  }
  return [...related]
}

function* podsToDelete(
  api: Api,
  replicaSet: ReplicaSet,
  { pods, count }: { readonly pods: readonly Pod[]; readonly count: number },
): Part<readonly Pod[]> {
  if (count >= pods.length) return pods
  const related = yield* relatedPods(api, replicaSet)
  return deletionOrder(pods, related, yield* api.now()).slice(0, count)
}

function* deleteSurplus(
  api: Api,
  replicaSet: ReplicaSet,
  { pods, count }: { readonly pods: readonly Pod[]; readonly count: number },
): Part<string | undefined> {
  const key = keyOf(replicaSet.metadata)
  const doomed = yield* podsToDelete(api, replicaSet, { pods, count })
  const podKeys = doomed.map(pod => keyOf(pod.metadata))
  yield* api.remember(expectationsKey(key), expectDeletions(podKeys, yield* api.now()))
  let firstError: string | undefined
  for (const pod of doomed) {
    const { error, notFound } = yield* deletePod(api, replicaSet, pod)
    if (error === undefined) continue
    yield* forgetDeletion(api, key, keyOf(pod.metadata))
    if (notFound !== true) firstError ??= error
  }
  return firstError
}

/** Brings the number of active pods to spec.replicas; answers the first error. */
export function* manageReplicas(
  api: Api,
  replicaSet: ReplicaSet,
  pods: readonly Pod[],
): Part<string | undefined> {
  const diff = pods.length - (replicaSet.spec?.replicas ?? 1)
  if (diff < 0) return yield* createMissing(api, replicaSet, Math.min(-diff, burstReplicas))
  if (diff === 0) return undefined
  return yield* deleteSurplus(api, replicaSet, { pods, count: Math.min(diff, burstReplicas) })
}
