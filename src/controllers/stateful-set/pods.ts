// Creating, correcting and deleting the pods of a StatefulSet, with the events that tell of it.
// Upstream: pkg/controller/statefulset/stateful_pod_control.go, v1.36.3.

import type { Pod, StatefulSet } from '../../kube/generated/types.ts'
import { keyOf } from '../../kube/object.ts'
import { errorText, isAlreadyExists, isConflict, isNotFound } from '../failures.ts'
import type { Api, Part } from '../framework.ts'
import { claimsMatchPolicy, createClaims, updateClaimOwners } from './claims.ts'
import { identityMatches, storageMatches, withIdentity, withStorage } from './identity.ts'

type Verb = 'Create' | 'Update' | 'Delete'

interface PodEvent {
  readonly verb: Verb
  readonly pod: Pod
  readonly error?: string | undefined
}

function* recordPodEvent(api: Api, set: StatefulSet, { verb, pod, error }: PodEvent): Part<void> {
  const what = `${verb} Pod ${pod.metadata.name} in StatefulSet ${set.metadata.name}`
  if (error === undefined) {
    yield* api.event(set, 'Normal', `Successful${verb}`, `${what} successful`)
  } else {
    yield* api.event(set, 'Warning', `Failed${verb}`, `${what} failed error: ${error}`)
  }
}

/** Creates the pod's claims, then the pod. Answers an error text. */
export function* createStatefulPod(api: Api, set: StatefulSet, pod: Pod): Part<string | undefined> {
  const claimError = yield* createClaims(api, set, pod)
  if (claimError !== undefined) {
    yield* recordPodEvent(api, set, { verb: 'Create', pod, error: claimError })
    return claimError
  }
  const response = yield* api.create(pod)
  if (isAlreadyExists(response) && !response.ok) return errorText(response)
  const ownerError = yield* updateClaimOwners(api, set, pod)
  if (ownerError !== undefined) {
    yield* recordPodEvent(api, set, { verb: 'Update', pod, error: ownerError })
    return ownerError
  }
  const error = response.ok ? undefined : errorText(response)
  yield* recordPodEvent(api, set, { verb: 'Create', pod, error })
  return error
}

/** Deletes the pod; one that is gone already counts as deleted. */
export function* deleteStatefulPod(api: Api, set: StatefulSet, pod: Pod): Part<string | undefined> {
  const response = yield* api.delete(pod)
  const error = response.ok || isNotFound(response) ? undefined : errorText(response)
  yield* recordPodEvent(api, set, { verb: 'Delete', pod, error })
  return error
}

/** For a pending pod: claims that somebody deleted come back. */
export function* createMissingClaims(
  api: Api,
  set: StatefulSet,
  pod: Pod,
): Part<string | undefined> {
  const claimError = yield* createClaims(api, set, pod)
  if (claimError !== undefined) return claimError
  const error = yield* updateClaimOwners(api, set, pod)
  if (error !== undefined) yield* recordPodEvent(api, set, { verb: 'Update', pod, error })
  return error
}

interface Correction {
  readonly pod: Pod
  readonly changed: boolean
  readonly error?: string
}

function* corrected(api: Api, set: StatefulSet, pod: Pod): Part<Correction> {
  let next = identityMatches(set, pod) ? pod : withIdentity(set, pod)
  if (!storageMatches(set, next)) {
    next = withStorage(set, next)
    const error = yield* createClaims(api, set, next)
    if (error !== undefined) return { pod: next, changed: true, error }
  }
  if (yield* claimsMatchPolicy(api, set, next)) return { pod: next, changed: next !== pod }
  const error = yield* updateClaimOwners(api, set, next)
  return error === undefined ? { pod: next, changed: true } : { pod: next, changed: true, error }
}

const conflictRetries = 4

/** Brings identity, volumes and claim owners of a living pod in line with the set. */
export function* updateStatefulPod(api: Api, set: StatefulSet, pod: Pod): Part<string | undefined> {
  let current = pod
  for (let attempt = 1; ; attempt++) {
    const next = yield* corrected(api, set, current)
    if (next.error !== undefined) {
      yield* recordPodEvent(api, set, { verb: 'Update', pod: current, error: next.error })
      return next.error
    }
    if (!next.changed) return undefined
    const response = yield* api.update(next.pod)
    const error = response.ok ? undefined : errorText(response)
    if (error === undefined || !isConflict(response) || attempt === conflictRetries) {
      yield* recordPodEvent(api, set, { verb: 'Update', pod: current, error })
      return error
    }
    const cached = yield* api.get<Pod>('Pod', keyOf(pod.metadata))
    if (cached !== undefined) current = cached
  }
}
