// The PersistentVolumeClaims of a StatefulSet's pods and who owns them under its retention policy.
// Upstream: pkg/controller/statefulset/{stateful_pod_control,stateful_set_utils}.go, v1.36.3.

import type { PersistentVolumeClaim, Pod, StatefulSet } from '../../kube/generated/types.ts'
import { keyFrom, keyOf, type KubeObject, type OwnerReference } from '../../kube/object.ts'
import { aggregateText, errorText, isAlreadyExists } from '../failures.ts'
import type { Api, Part } from '../framework.ts'
import { controllerRefOf } from '../pod-control.ts'
import { claimName, isInRange, ordinalOf } from './identity.ts'

/** The claims that `pod` needs, one for each template. */
export function claimsFor(set: StatefulSet, pod: Pod): readonly PersistentVolumeClaim[] {
  const ordinal = ordinalOf(pod)
  return (set.spec?.volumeClaimTemplates ?? []).map(template => {
    const labels = { ...template.metadata?.labels, ...set.spec?.selector?.matchLabels }
    const metadata = {
      ...template.metadata,
      name: claimName(set, template, ordinal),
      namespace: set.metadata.namespace ?? '',
      ...(Object.keys(labels).length > 0 && { labels }),
    }
    return { ...template, apiVersion: 'v1', kind: 'PersistentVolumeClaim', metadata }
  })
}

function* existing(
  api: Api,
  claim: PersistentVolumeClaim,
): Part<PersistentVolumeClaim | undefined> {
  return yield* api.get<PersistentVolumeClaim>('PersistentVolumeClaim', keyOf(claim.metadata))
}

function* createClaim(
  api: Api,
  set: StatefulSet,
  pod: Pod,
  claim: PersistentVolumeClaim,
): Part<string | undefined> {
  const response = yield* api.create(claim)
  const names = `Pod ${pod.metadata.name} in StatefulSet ${set.metadata.name}`
  const claimText = `Create Claim ${claim.metadata.name}`
  if (response.ok) {
    yield* api.event(set, 'Normal', 'SuccessfulCreate', `${claimText} ${names} success`)
    return undefined
  }
  const text = errorText(response)
  if (!isAlreadyExists(response)) {
    const message = `${claimText} for ${names} failed error: ${text}`
    yield* api.event(set, 'Warning', 'FailedCreate', message)
  }
  return `failed to create PVC ${claim.metadata.name}: ${text}`
}

/** Creates the missing claims of `pod`; a claim that is being deleted is an error. */
export function* createClaims(api: Api, set: StatefulSet, pod: Pod): Part<string | undefined> {
  const errors: string[] = []
  for (const claim of claimsFor(set, pod)) {
    const found = yield* existing(api, claim)
    if (found === undefined) {
      const error = yield* createClaim(api, set, pod, claim)
      if (error !== undefined) errors.push(error)
    } else if (found.metadata.deletionTimestamp !== undefined) {
      errors.push(`pvc ${claim.metadata.name} is being deleted`)
    }
  }
  return errors.length === 0 ? undefined : aggregateText(errors)
}

interface Policy {
  readonly deletedWithSet: boolean
  readonly deletedWhenScaled: boolean
}

function policyOf(set: StatefulSet): Policy {
  const policy = set.spec?.persistentVolumeClaimRetentionPolicy
  return {
    deletedWithSet: policy?.whenDeleted === 'Delete',
    deletedWhenScaled: policy?.whenScaled === 'Delete',
  }
}

type Owners = readonly OwnerReference[]

function refersTo(ref: OwnerReference, object: KubeObject): boolean {
  return (
    ref.apiVersion === object.apiVersion &&
    ref.kind === object.kind &&
    ref.name === object.metadata.name
  )
}

/** An owner of that kind and name but another uid: left over from an earlier life. */
function hasStaleOwner(owners: Owners, object: KubeObject): boolean {
  const ref = owners.find(owner => refersTo(owner, object))
  return ref !== undefined && ref.uid !== (object.metadata.uid ?? '')
}

function hasOwner(owners: Owners, object: KubeObject): boolean {
  return owners.some(owner => owner.uid === object.metadata.uid)
}

/** Something else controls the claim, or an earlier life of the set or the pod does. */
function hasUnexpectedController(owners: Owners, set: StatefulSet, pod: Pod): boolean {
  const { deletedWithSet, deletedWhenScaled } = policyOf(set)
  if (!deletedWithSet && !deletedWhenScaled) return false
  return owners.some(owner => {
    if (refersTo(owner, set)) return owner.uid !== set.metadata.uid
    if (refersTo(owner, pod)) return owner.uid !== pod.metadata.uid
    return owner.controller === true
  })
}

/** The owner that the policy asks for: the set, the condemned pod, or nobody. */
function wantedOwner(set: StatefulSet, pod: Pod): KubeObject | undefined {
  const { deletedWithSet, deletedWhenScaled } = policyOf(set)
  if (!deletedWhenScaled) return deletedWithSet ? set : undefined
  if (!isInRange(set, pod)) return pod
  return deletedWithSet ? set : undefined
}

/** False when the owners of a claim are not those that the retention policy asks for. */
export function ownersUpToDate(owners: Owners, set: StatefulSet, pod: Pod): boolean {
  // What an earlier life of set or pod owns is not touched.
  if (hasStaleOwner(owners, set) || hasStaleOwner(owners, pod)) return true
  const ours = hasOwner(owners, set) || hasOwner(owners, pod)
  if (hasUnexpectedController(owners, set, pod)) return !ours
  const uids = [set.metadata.uid, pod.metadata.uid]
  const nonController = owners.some(owner => uids.includes(owner.uid) && owner.controller !== true)
  if (nonController) return false
  const wanted = wantedOwner(set, pod)
  if (hasOwner(owners, set) !== (wanted === set)) return false
  // With a policy that keeps claims on both occasions a pod may own nothing either.
  return hasOwner(owners, pod) === (wanted === pod)
}

function wantedOwners(owners: Owners, set: StatefulSet, pod: Pod): Owners {
  const others = owners.filter(owner => !refersTo(owner, set) && !refersTo(owner, pod))
  if (hasUnexpectedController(owners, set, pod)) return others
  const wanted = wantedOwner(set, pod)
  if (wanted === undefined || hasOwner(others, wanted)) return others
  return [...others, controllerRefOf(wanted)]
}

function claimKeys(set: StatefulSet, pod: Pod): readonly string[] {
  const ordinal = ordinalOf(pod)
  return (set.spec?.volumeClaimTemplates ?? []).map(template =>
    keyFrom(set.metadata.namespace, claimName(set, template, ordinal)),
  )
}

/** True when all claims of `pod` that exist have the owners that the policy asks for. */
export function* claimsMatchPolicy(api: Api, set: StatefulSet, pod: Pod): Part<boolean> {
  for (const key of claimKeys(set, pod)) {
    const claim = yield* api.get<PersistentVolumeClaim>('PersistentVolumeClaim', key)
    if (claim === undefined) continue
    if (!ownersUpToDate(claim.metadata.ownerReferences ?? [], set, pod)) return false
  }
  return true
}

/** Gives the claims of `pod` the owners that the policy asks for. */
export function* updateClaimOwners(api: Api, set: StatefulSet, pod: Pod): Part<string | undefined> {
  for (const key of claimKeys(set, pod)) {
    const claim = yield* api.get<PersistentVolumeClaim>('PersistentVolumeClaim', key)
    if (claim === undefined) continue
    const { name, ownerReferences: owners = [] } = claim.metadata
    if (hasUnexpectedController(owners, set, pod)) {
      const message =
        `PersistentVolumeClaim ${name} has a conflicting OwnerReference that acts as a ` +
        'manging controller, the retention policy is ignored for this claim'
      yield* api.event(set, 'Warning', 'ConflictingController', message)
    }
    if (ownersUpToDate(owners, set, pod)) continue
    const { ownerReferences: _, ...rest } = claim.metadata
    const next = wantedOwners(owners, set, pod)
    const metadata = next.length === 0 ? rest : { ...rest, ownerReferences: next }
    const response = yield* api.update({ ...claim, metadata })
    if (response.ok) continue
    return `could not update claim ${name} for delete policy ownerRefs: ${errorText(response)}`
  }
  return undefined
}

/** A claim that still belongs to the former pod of this name must go before a new pod comes. */
export function* hasStaleClaim(api: Api, set: StatefulSet, pod: Pod): Part<boolean> {
  if (!policyOf(set).deletedWhenScaled) return false
  for (const key of claimKeys(set, pod)) {
    const claim = yield* api.get<PersistentVolumeClaim>('PersistentVolumeClaim', key)
    if (hasStaleOwner(claim?.metadata.ownerReferences ?? [], pod)) return true
  }
  return false
}
