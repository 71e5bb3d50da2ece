// The Services of a Rollout: which there are, and which ReplicaSet they select.
// Port of argo-rollouts v1.8.3 rollout/service.go.

import { isNotFound } from '../../controllers/failures.ts'
import type { Part } from '../../controllers/framework.ts'
import type { ReplicaSet, Service } from '../../kube/generated/types.ts'
import { keyOf, type KubeObject } from '../../kube/object.ts'
import { writeBack } from './cache.ts'
import { availableOf, hashOf, isAvailable } from './replica-sets.ts'
import { accepted, isFullyPromoted, type Sync } from './sync.ts'
import { podHashLabel, replicasOf, type Rollout } from './types.ts'

const managedBy = 'argo-rollouts.argoproj.io/managed-by-rollouts'

interface NamedService {
  /** Where below spec.strategy. */
  readonly path: string
  readonly name: string
}

/** The Services that the strategy names, in the order in which the controller asks for them. */
export function namedServices({ spec }: Rollout): readonly NamedService[] {
  const { blueGreen, canary } = spec?.strategy ?? {}
  const named =
    blueGreen === undefined
      ? [
          { path: 'canary.stableService', name: canary?.stableService ?? '' },
          { path: 'canary.canaryService', name: canary?.canaryService ?? '' },
        ]
      : [
          { path: 'blueGreen.activeService', name: blueGreen.activeService ?? '' },
          { path: 'blueGreen.previewService', name: blueGreen.previewService ?? '' },
        ]
  return named.filter(({ name }) => name !== '')
}

/** The hash of the pods that a Service selects; empty when it selects by none. */
export function selectedHash(service: Service | undefined): string {
  return service?.spec?.selector?.[podHashLabel] ?? ''
}

/** switchServiceSelector. */
export function* switchSelector(sync: Sync, service: Service, hash: string): Part<void> {
  const { api, rollout, process } = sync
  const isManaged = service.metadata.annotations?.[managedBy] !== undefined
  const old = selectedHash(service)
  if (isManaged && old === hash) return
  const annotations = { [managedBy]: rollout.metadata.name ?? '' }
  const patch = {
    ...(!isManaged && { metadata: { annotations } }),
    spec: { selector: { [podHashLabel]: hash } },
  }
  const answer = yield* api.patch(service as Service & KubeObject, 'strategic', patch)
  if (isNotFound(answer)) return
  accepted(answer)
  const name = service.metadata.name ?? ''
  const message = `Switched selector for service '${name}' from '${old}' to '${hash}'`
  sync.tell('Normal', 'SwitchService', message)
  // Upstream changes the selector of the very object that is in its cache.
  const selector = { ...service.spec?.selector, [podHashLabel]: hash }
  const object = { ...service, spec: { ...service.spec, selector } } as Service & KubeObject
  sync.services.set(name, object)
  yield* writeBack(api, process, { kind: 'Service', key: keyOf(object.metadata), object })
}

/** reconcileStableAndCanaryService. */
export function* switchCanaryServices(sync: Sync): Part<void> {
  const { canary, stable, newSet, pauses } = sync
  yield* ensureTarget(sync, canary?.stableService, stable)
  if (pauses.isAborted && canary?.trafficRouting === undefined) {
    yield* ensureTarget(sync, canary?.canaryService, stable)
  } else if (rollingBackFrom(sync) === undefined) {
    yield* ensureTarget(sync, canary?.canaryService, newSet)
  }
}

/**
 * isDynamicallyRollingBackToStable: the hash that traffic still goes to while the stable
 * ReplicaSet, which is the new one again, has not all of its pods back.
 */
export function rollingBackFrom({ rollout, canary, status, newSet }: Sync): string | undefined {
  if (!isFullyPromoted(rollout) || canary?.trafficRouting === undefined) return undefined
  if (canary.dynamicStableScale !== true) return undefined
  const hash = status.canary?.weights?.canary.podTemplateHash
  if (status.canary?.weights === undefined || hash === hashOf(newSet)) return undefined
  return availableOf(newSet) < replicasOf(rollout) ? (hash ?? '') : undefined
}

/** ensureSVCTargets: not to pods that are not there yet, unless `isForced`. */
export function* ensureTarget(
  sync: Sync,
  name: string | undefined,
  set: ReplicaSet | undefined,
  isForced = false,
): Part<void> {
  const service = sync.services.get(name ?? '')
  if (set === undefined || service === undefined) return
  if (selectedHash(service) === hashOf(set)) return
  const isAdopted = service.metadata.annotations?.[managedBy] === undefined
  if (!isForced && isAdopted && !isAvailable(set)) return
  if (!isForced && availableOf(set) === 0) return
  yield* switchSelector(sync, service, hashOf(set))
}

/** isReplicaSetReferenced: the status, or a Service, still names it. */
export function isReferenced({ status, rollout, services }: Sync, set: ReplicaSet): boolean {
  const hash = hashOf(set)
  const { weights } = status.canary ?? {}
  const named = [
    status.stableRS,
    status.currentPodHash,
    status.blueGreen?.activeSelector,
    status.blueGreen?.previewSelector,
    weights?.canary.podTemplateHash,
    weights?.stable.podTemplateHash,
    ...namedServices(rollout).map(({ name }) => selectedHash(services.get(name))),
  ]
  return hash !== '' && named.includes(hash)
}
