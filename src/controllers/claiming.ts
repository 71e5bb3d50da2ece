// Adopting orphans that match a selector and releasing owned objects that no longer do.
// Upstream: pkg/controller/controller_ref_manager.go, v1.36.3.

import type { ApiResponse } from '../apiserver/request.ts'
import { kindKeyOf } from '../kube/kinds.ts'
import { controllerOf, type KubeObject } from '../kube/object.ts'
import { aggregateText, errorText, isInvalid, isNotFound } from './failures.ts'
import type { Api, Part } from './framework.ts'
import { controllerRefOf } from './pod-control.ts'

export interface Claim<T extends KubeObject> {
  readonly owner: KubeObject
  readonly candidates: readonly T[]
  readonly matches: (candidate: T) => boolean
}

export interface Claimed<T extends KubeObject> {
  readonly claimed: readonly T[]
  /** Set when an adoption or release failed; the controller should try again later. */
  readonly error?: string
}

/** The strategic patch that makes `owner` the controller of `object`. */
export function adoptionPatch(owner: KubeObject, object: KubeObject): unknown {
  return { metadata: { uid: object.metadata.uid, ownerReferences: [controllerRefOf(owner)] } }
}

/** The strategic patch that removes `owner` from the owners of `object`. */
export function releasePatch(owner: KubeObject, object: KubeObject): unknown {
  const ownerReferences = [{ $patch: 'delete', uid: owner.metadata.uid }]
  return { metadata: { uid: object.metadata.uid, ownerReferences } }
}

/** Why `owner` may not adopt now: it is gone or being deleted. Asked live, past the cache. */
export function* adoptionObstacle(api: Api, owner: KubeObject): Part<string | undefined> {
  const { namespace, name = '', uid } = owner.metadata
  const fresh = yield* api.getLive(kindKeyOf(owner), namespace, name)
  const prefix = "can't recheck DeletionTimestamp: "
  if (!fresh.ok) return prefix + errorText(fresh)
  const found = fresh.object.metadata
  const id = `${namespace ?? ''}/${name}`
  if (found.uid !== uid) {
    return `${prefix}original ${owner.kind} ${id} is gone: got uid ${found.uid}, wanted ${uid}`
  }
  if (found.deletionTimestamp === undefined) return undefined
  return `${id} has just been deleted at ${found.deletionTimestamp}`
}

type Decision = 'keep' | 'ignore' | 'adopt' | 'release'

function decide<T extends KubeObject>(claim: Claim<T>, candidate: T): Decision {
  const { owner } = claim
  const deleting = owner.metadata.deletionTimestamp !== undefined
  const controller = controllerOf(candidate.metadata)
  if (controller !== undefined) {
    if (controller.uid !== owner.metadata.uid) return 'ignore'
    if (claim.matches(candidate)) return 'keep'
    return deleting ? 'ignore' : 'release'
  }
  if (deleting || candidate.metadata.deletionTimestamp !== undefined) return 'ignore'
  if (candidate.metadata.namespace !== owner.metadata.namespace) return 'ignore'
  return claim.matches(candidate) ? 'adopt' : 'ignore'
}

function adoptError<T extends KubeObject>(candidate: T, obstacle: string): string {
  const { namespace = '', name = '', uid = '' } = candidate.metadata
  return `can't adopt ${candidate.kind} ${namespace}/${name} (${uid}): ${obstacle}`
}

function releaseFailed(response: ApiResponse): boolean {
  return !response.ok && !isNotFound(response) && !isInvalid(response)
}

interface Kept {
  readonly uid: string | undefined
  readonly selector: unknown
}

/** Lists all of which their owner keeps. */
const keptLists = new WeakMap<readonly KubeObject[], Kept>()

function isKept<T extends KubeObject>({ owner, candidates }: Claim<T>): boolean {
  const kept = keptLists.get(candidates)
  return (
    kept !== undefined && kept.uid === owner.metadata.uid && kept.selector === selectorOf(owner)
  )
}

function selectorOf({ spec }: KubeObject): unknown {
  return (spec as { readonly selector?: unknown } | undefined)?.selector
}

/** The candidates that `owner` controls after adopting and releasing. */
export function* claimObjects<T extends KubeObject>(api: Api, claim: Claim<T>): Part<Claimed<T>> {
  // The same objects under the same selector: nothing to decide. A kept list needs no request.
  if (isKept(claim)) return { claimed: claim.candidates }
  const claimed: T[] = []
  const errors: string[] = []
  let asked = false
  let keeps = 0
  let obstacle: string | undefined
  for (const candidate of claim.candidates) {
    const decision = decide(claim, candidate)
    if (decision === 'keep') {
      claimed.push(candidate)
      keeps += 1
    }
    if (decision === 'release') {
      const patch = releasePatch(claim.owner, candidate)
      const response = yield* api.patch(candidate, 'strategic', patch)
      if (!response.ok && releaseFailed(response)) errors.push(errorText(response))
    }
    if (decision !== 'adopt') continue
    if (!asked) obstacle = yield* adoptionObstacle(api, claim.owner)
    asked = true
    if (obstacle !== undefined) {
      errors.push(adoptError(candidate, obstacle))
      continue
    }
    const patch = adoptionPatch(claim.owner, candidate)
    const response = yield* api.patch(candidate, 'strategic', patch)
    if (response.ok) claimed.push(candidate)
    else if (!isNotFound(response)) errors.push(errorText(response))
  }
  const { owner, candidates } = claim
  if (keeps === candidates.length && keeps > 0) {
    keptLists.set(candidates, { uid: owner.metadata.uid, selector: selectorOf(owner) })
    return { claimed: candidates }
  }
  return errors.length === 0 ? { claimed } : { claimed, error: aggregateText(errors) }
}
