// Which changes wake which Deployments.
// Upstream: pkg/controller/deployment/deployment_controller.go (event handlers), v1.36.3.

import type { Deployment, Pod, ReplicaSet } from '../../kube/generated/types.ts'
import { selectorMatches } from '../../kube/label-selector.ts'
import { controllerOf, keyFrom, keyOf } from '../../kube/object.ts'
import { sameValue } from '../equality.ts'
import type { Lister, ObjectChange, Watch, WatchContext } from '../framework.ts'
import { controllerKey } from '../owners.ts'

/** Deployments whose selector matches an orphaned ReplicaSet. */
function matching(lister: Lister, { metadata }: ReplicaSet): readonly string[] {
  if (Object.keys(metadata.labels ?? {}).length === 0) return []
  return lister
    .list<Deployment>('Deployment', metadata.namespace)
    .filter(
      ({ spec }) =>
        !sameValue(spec?.selector, {}) && selectorMatches(spec?.selector, metadata.labels),
    )
    .map(found => keyOf(found.metadata))
}

function ownerKeys(lister: Lister, set: ReplicaSet | undefined): readonly string[] {
  const key = set && controllerKey(lister, set, 'Deployment')
  return key === undefined ? [] : [key]
}

function keysOfReplicaSet({ before, after }: ObjectChange, { lister }: WatchContext) {
  const old = before as ReplicaSet | undefined
  const current = after as ReplicaSet | undefined
  if (current === undefined) return ownerKeys(lister, old)
  const controller = controllerOf(current.metadata)
  if (old === undefined) {
    if (controller !== undefined) return ownerKeys(lister, current)
    return current.metadata.deletionTimestamp === undefined ? matching(lister, current) : []
  }
  const controllerChanged = !sameValue(controller, controllerOf(old.metadata))
  const former = controllerChanged ? ownerKeys(lister, old) : []
  if (controller !== undefined) return [...former, ...ownerKeys(lister, current)]
  const labelsChanged = !sameValue(old.metadata.labels, current.metadata.labels)
  return labelsChanged || controllerChanged ? [...former, ...matching(lister, current)] : former
}

/** A Recreate Deployment goes on when the last of its pods is gone. */
function keysOfPod({ before, after }: ObjectChange, { lister }: WatchContext): readonly string[] {
  if (after !== undefined || before === undefined) return []
  const owner = controllerOf((before as Pod).metadata)
  if (owner?.kind !== 'ReplicaSet') return []
  const set = lister.get<ReplicaSet>('ReplicaSet', keyFrom(before.metadata.namespace, owner.name))
  if (set?.metadata.uid !== owner.uid) return []
  const key = set && controllerKey(lister, set, 'Deployment')
  const found = key === undefined ? undefined : lister.get<Deployment>('Deployment', key)
  if (key === undefined || found?.spec?.strategy?.type !== 'Recreate') return []
  const sets = lister.ownedBy<ReplicaSet>('ReplicaSet', found.metadata.uid ?? '')
  const left = sets.some(({ metadata }) => lister.ownedBy('Pod', metadata.uid ?? '').length > 0)
  return left ? [] : [key]
}

export const watches: readonly Watch[] = [
  { kind: 'Deployment', keys: ({ key }) => [key] },
  { kind: 'ReplicaSet', keys: keysOfReplicaSet },
  { kind: 'Pod', owner: 'ReplicaSet', keys: keysOfPod },
]
