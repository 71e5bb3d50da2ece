// Who owns whom, as the garbage collector asks it.
// Upstream: pkg/controller/garbagecollector/{graph,graph_builder}.go, v1.36.3. Upstream keeps a
// graph of its own; here owner references in the caches are that graph.

import { kindKey, kinds } from '../../kube/kinds.ts'
import { keyFrom, keyOf, type KubeObject, type OwnerReference } from '../../kube/object.ts'
import type { Lister } from '../framework.ts'

export const orphanFinalizer = 'orphan'
export const foregroundFinalizer = 'foregroundDeletion'

/** An object as a queue key: kind, place and life. */
export interface Item {
  readonly kind: string
  readonly key: string
  readonly uid: string
}

export function itemKey({ kind, key, uid }: Item): string {
  return `${kind}|${key}|${uid}`
}

export function parseItem(text: string): Item {
  const [kind = '', key = '', uid = ''] = text.split('|')
  return { kind, key, uid }
}

export function itemOf(kind: string, object: KubeObject): Item {
  return { kind, key: keyOf(object.metadata), uid: object.metadata.uid ?? '' }
}

/** Where an owner of `object` would be. */
export function ownerItem(object: KubeObject, owner: OwnerReference): Item {
  const kind = kindKey(owner.apiVersion, owner.kind)
  const namespaced = kinds.get(kind)?.namespaced ?? true
  const key = keyFrom(namespaced ? object.metadata.namespace : undefined, owner.name)
  return { kind, key, uid: owner.uid }
}

export function hasFinalizer(object: KubeObject, finalizer: string): boolean {
  return object.metadata.finalizers?.includes(finalizer) === true
}

/** True while the object waits for its dependents to go before it goes itself. */
export function isDeletingDependents(object: KubeObject): boolean {
  return (
    object.metadata.deletionTimestamp !== undefined && hasFinalizer(object, foregroundFinalizer)
  )
}

export interface Dependent {
  readonly item: Item
  readonly object: KubeObject
}

/** Kinds that the garbage collector looks through for dependents. */
export const collectedKinds: readonly string[] = [...kinds.keys()].filter(
  kind => kind !== 'Binding' && kind !== 'Event',
)

/** All objects that name `uid` as an owner, by kind and key. */
export function dependentsOf(lister: Lister, uid: string): readonly Dependent[] {
  const dependents: Dependent[] = []
  for (const kind of collectedKinds) {
    for (const object of lister.ownedBy(kind, uid)) {
      dependents.push({ item: itemOf(kind, object), object })
    }
  }
  return dependents
}

/** Dependents that hold up the deletion of their owner `uid`. */
export function blocks(dependent: Dependent, uid: string): boolean {
  const owners = dependent.object.metadata.ownerReferences ?? []
  return owners.some(owner => owner.uid === uid && owner.blockOwnerDeletion === true)
}
