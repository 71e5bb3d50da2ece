// From an object to the queue key of its controller.
// Upstream: resolveControllerRef of pkg/controller/{deployment,replicaset,statefulset}, v1.36.3.

import { controllerOf, keyFrom, type KubeObject } from '../kube/object.ts'
import type { Api, Lister, Part } from './framework.ts'

/** The key of the object of `kind` that controls `object`, if the cache holds that very one. */
export function controllerKey(
  lister: Lister,
  object: KubeObject,
  kind: string,
): string | undefined {
  const owner = controllerOf(object.metadata)
  if (owner?.kind !== kind) return undefined
  const key = keyFrom(object.metadata.namespace, owner.name)
  return lister.get(kind, key)?.metadata.uid === owner.uid ? key : undefined
}

const controlledIn = new WeakMap<readonly KubeObject[], readonly KubeObject[]>()

/** Those that the owner controls. All of a list name one owner; the answer is kept with the list. */
function controlledBy<T extends KubeObject>(uid: string, owned: readonly T[]): readonly T[] {
  const known = controlledIn.get(owned)
  if (known !== undefined) return known as readonly T[]
  const controlled = owned.filter(object => controllerOf(object.metadata)?.uid === uid)
  const all = controlled.length === owned.length ? owned : controlled
  controlledIn.set(owned, all)
  return all
}

/** Objects of `kind` that `owner` controls, then those of its namespace without a controller. */
export function* ownedAndOrphans<T extends KubeObject>(
  api: Api,
  kind: string,
  owner: KubeObject,
): Part<readonly T[]> {
  const uid = owner.metadata.uid ?? ''
  const owned = yield* api.ownedBy<T>(kind, uid)
  const controlled = controlledBy(uid, owned)
  const { namespace = '' } = owner.metadata
  const orphans = yield* api.read(lister => lister.orphans<T>(kind, namespace))
  return orphans.length === 0 ? controlled : [...controlled, ...orphans]
}
