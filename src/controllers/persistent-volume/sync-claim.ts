// Finding a volume for a claim, or somebody who makes one.
// Upstream: pkg/controller/volume/persistentvolume/pv_controller.go (syncClaim), v1.36.3.

import { compareStrings } from '../../base/compare.ts'
import type {
  PersistentVolume,
  PersistentVolumeClaim,
  Pod,
  StorageClass,
} from '../../kube/generated/types.ts'
import { parseTime } from '../../kube/time.ts'
import { errorText } from '../failures.ts'
import { type Api, done, type Part, type ReconcileResult } from '../framework.ts'
import { bind, setClaimStatus } from './binding.ts'
import {
  bestMatch,
  bindCompleted,
  bindsLate,
  boundByController,
  claimClass,
  hasAnnotation,
  isBoundTo,
  misfit,
  selectedNode,
  storageProvisioner,
  storageProvisionerBeta,
} from './claims.ts'

const defaultClass = 'storageclass.kubernetes.io/is-default-class'

function* classOf(api: Api, claim: PersistentVolumeClaim): Part<StorageClass | undefined> {
  const name = claimClass(claim)
  return name === '' ? undefined : yield* api.get<StorageClass>('StorageClass', name)
}

/**
 * Names of the pods of the claim that have no node yet. A claim and its pod usually come together,
 * the claim first, and upstream looks at a new claim before the pod is there.
 */
function* waitingPods(api: Api, claim: PersistentVolumeClaim): Part<readonly string[]> {
  const { namespace, name, creationTimestamp = '' } = claim.metadata
  const isNew = (yield* api.now()) - parseTime(creationTimestamp) < 1000
  const all = yield* api.list<Pod>('Pod', namespace)
  const pods = isNew
    ? all.filter(({ metadata }) => (metadata.creationTimestamp ?? '') < creationTimestamp)
    : all
  const uses = (pod: Pod) =>
    pod.spec?.volumes?.some(volume => volume.persistentVolumeClaim?.claimName === name) === true
  return pods
    .filter(pod => (pod.spec?.nodeName ?? '') === '' && uses(pod))
    .map(pod => pod.metadata.name ?? '')
}

function* tellWaiting(api: Api, claim: PersistentVolumeClaim): Part<void> {
  const pods = yield* waitingPods(api, claim)
  if (pods.length === 0) {
    const message = 'waiting for first consumer to be created before binding'
    yield* api.event(claim, 'Normal', 'WaitForFirstConsumer', message)
    return
  }
  const subject = pods.length > 1 ? `pods ${pods.join(',')}` : `pod ${pods[0]}`
  yield* api.event(claim, 'Normal', 'WaitForPodScheduled', `waiting for ${subject} to be scheduled`)
}

/** The class that claims without one get: the newest of those marked as default. */
function* assignDefaultClass(
  api: Api,
  claim: PersistentVolumeClaim,
): Part<ReconcileResult | undefined> {
  if (claim.spec?.storageClassName !== undefined || claimClass(claim) !== '') return undefined
  const classes = yield* api.list<StorageClass>('StorageClass')
  const [found] = classes
    .filter(({ metadata }) => metadata.annotations?.[defaultClass] === 'true')
    .sort((a, b) =>
      compareStrings(b.metadata.creationTimestamp ?? '', a.metadata.creationTimestamp ?? ''),
    )
  if (found === undefined) return undefined
  const spec = { ...claim.spec, storageClassName: found.metadata.name ?? '' }
  const response = yield* api.update({ ...claim, spec })
  return response.ok ? done : { error: errorText(response) }
}

/** Names the provisioner on the claim and waits for it. */
function* provision(
  api: Api,
  claim: PersistentVolumeClaim,
  storageClass: StorageClass | undefined,
): Part<ReconcileResult> {
  if (storageClass === undefined) {
    const message = `storageclass.storage.k8s.io "${claimClass(claim)}" not found`
    yield* api.event(claim, 'Warning', 'ProvisioningFailed', message)
    return done
  }
  const { provisioner } = storageClass
  if (provisioner.startsWith('kubernetes.io/')) {
    const message = `no volume plugin matched name: ${provisioner}`
    yield* api.event(claim, 'Warning', 'ProvisioningFailed', message)
    return done
  }
  if (claim.metadata.annotations?.[storageProvisioner] !== provisioner) {
    const annotations = {
      ...claim.metadata.annotations,
      [storageProvisioner]: provisioner,
      [storageProvisionerBeta]: provisioner,
    }
    const response = yield* api.update({ ...claim, metadata: { ...claim.metadata, annotations } })
    if (!response.ok) return { error: errorText(response) }
  }
  const message =
    `Waiting for a volume to be created either by the external provisioner '${provisioner}' or ` +
    'manually by the system administrator. If volume creation is delayed, please verify that ' +
    'the provisioner is running and correctly registered.'
  yield* api.event(claim, 'Normal', 'ExternalProvisioning', message)
  return done
}

function* syncUnnamed(api: Api, claim: PersistentVolumeClaim): Part<ReconcileResult> {
  const storageClass = yield* classOf(api, claim)
  const late = bindsLate(storageClass)
  const volume = bestMatch(claim, yield* api.list<PersistentVolume>('PersistentVolume'), late)
  if (volume !== undefined) return yield* bind(api, volume, claim)
  const assigned = yield* assignDefaultClass(api, claim)
  if (assigned !== undefined) return assigned
  if (late && !hasAnnotation(claim, selectedNode)) {
    yield* tellWaiting(api, claim)
  } else if (claimClass(claim) !== '') {
    return yield* provision(api, claim, storageClass)
  } else {
    const message = 'no persistent volumes available for this claim and no storage class is set'
    yield* api.event(claim, 'Normal', 'FailedBinding', message)
  }
  return yield* setClaimStatus(api, claim, 'Pending', undefined)
}

function* syncNamed(api: Api, claim: PersistentVolumeClaim): Part<ReconcileResult> {
  const name = claim.spec?.volumeName ?? ''
  const volume = yield* api.get<PersistentVolume>('PersistentVolume', name)
  if (volume === undefined) return yield* setClaimStatus(api, claim, 'Pending', undefined)
  if (volume.spec?.claimRef !== undefined) {
    if (isBoundTo(volume, claim)) return yield* bind(api, volume, claim)
    const message = `volume "${name}" already bound to a different claim.`
    yield* api.event(claim, 'Warning', 'FailedBinding', message)
    if (hasAnnotation(claim, boundByController)) return { error: message }
    return yield* setClaimStatus(api, claim, 'Pending', undefined)
  }
  const problem = misfit(volume, claim)
  if (problem === undefined) return yield* bind(api, volume, claim)
  const message = `Cannot bind to requested volume "${name}": ${problem}`
  yield* api.event(claim, 'Warning', 'VolumeMismatch', message)
  return yield* setClaimStatus(api, claim, 'Pending', undefined)
}

function* lose(
  api: Api,
  claim: PersistentVolumeClaim,
  reason: string,
  message: string,
): Part<ReconcileResult> {
  const news = claim.status?.phase !== 'Lost'
  const result = yield* setClaimStatus(api, claim, 'Lost', undefined)
  if (news) yield* api.event(claim, 'Warning', reason, message)
  return result
}

function* syncBound(api: Api, claim: PersistentVolumeClaim): Part<ReconcileResult> {
  const { volumeName = '' } = claim.spec ?? {}
  const lost = 'Data on the volume is lost!'
  if (volumeName === '') {
    const message = `Bound claim has lost reference to PersistentVolume. ${lost}`
    return yield* lose(api, claim, 'ClaimLost', message)
  }
  const volume = yield* api.get<PersistentVolume>('PersistentVolume', volumeName)
  if (volume === undefined) {
    const message = `Bound claim has lost its PersistentVolume. ${lost}`
    return yield* lose(api, claim, 'ClaimLost', message)
  }
  const reference = volume.spec?.claimRef
  if (reference === undefined || reference.uid === claim.metadata.uid) {
    return yield* bind(api, volume, claim)
  }
  const message = 'Two claims are bound to the same volume, this one is bound incorrectly'
  return yield* lose(api, claim, 'ClaimMisbound', message)
}

/** One look at a claim. */
export function* syncClaim(api: Api, claim: PersistentVolumeClaim): Part<ReconcileResult> {
  if (hasAnnotation(claim, bindCompleted)) return yield* syncBound(api, claim)
  return (claim.spec?.volumeName ?? '') === ''
    ? yield* syncUnnamed(api, claim)
    : yield* syncNamed(api, claim)
}
