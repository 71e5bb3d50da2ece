// Runs an operator as a controller: one queue of its custom resources. It reads its cache, makes
// one request after the other, and may be undone by others between any two of them.

import { controllerRefOf } from '../../controllers/pod-control.ts'
import { sameValue } from '../../controllers/equality.ts'
import { errorText, isAlreadyExists, isConflict, isNotFound } from '../../controllers/failures.ts'
import {
  type Api,
  type Controller,
  type Lister,
  type ObjectChange,
  type Part,
  type Reconcile,
  type Watch,
  done,
} from '../../controllers/framework.ts'
import { pathParts, setAt, valueAt } from '../../kube/field-path.ts'
import { kindKeyOf } from '../../kube/kinds.ts'
import { controllerOf, keyFrom, keyOf, type KubeObject } from '../../kube/object.ts'
import type { Kept, Operator } from './operator.ts'

const resyncMsDefault = 36_000_000

/** The store key of the kind that an operator acts on. */
export function resourceKeyOf({ kind, group }: Pick<Operator, 'kind' | 'group'>): string {
  return `${kind}.${group}`
}

/** Whether the operator reads this version of its kind. */
export function reads(operator: Operator, { apiVersion, kind }: KubeObject): boolean {
  const [group = '', version = ''] = apiVersion.split('/')
  return kind === operator.kind && group === operator.group && operator.versions.includes(version)
}

/** The controller that does what the operator does. */
export function operatorController(operator: Operator): Controller {
  const { name, doc, makes } = operator
  const kinds = [...new Set([...makes, 'Deployment'])]
  return {
    name,
    doc,
    watches: [
      { kind: resourceKeyOf(operator), keys: ({ key }) => [key] },
      ...kinds.map(kind => watchOf(operator, kind)),
    ],
    reconcile: (key, api) => reconcile(operator, key, api),
  }
}

function watchOf(operator: Operator, kind: string): Watch {
  return {
    kind,
    keys: (change, { lister }) => {
      if (kind === 'Deployment' && concernsItself(operator, change)) {
        return allResources(operator, lister)
      }
      return ownersOf(operator, change)
    },
  }
}

function concernsItself({ isItself }: Operator, { before, after }: ObjectChange): boolean {
  const now = after ?? before
  if (now === undefined || !isItself(now)) return false
  return before === undefined || after === undefined || isReady(before) !== isReady(after)
}

function allResources(operator: Operator, lister: Lister): readonly string[] {
  return lister.list(resourceKeyOf(operator)).map(({ metadata }) => keyOf(metadata))
}

function ownersOf(operator: Operator, { before, after }: ObjectChange): readonly string[] {
  const { metadata } = after ?? (before as KubeObject)
  const owner = controllerOf(metadata)
  const isOurs = owner?.kind === operator.kind && owner.apiVersion.split('/')[0] === operator.group
  return isOurs ? [keyFrom(metadata.namespace, owner.name)] : []
}

type Counted = KubeObject & { readonly status?: { readonly availableReplicas?: number } }

function isReady({ status }: Counted): boolean {
  return (status?.availableReplicas ?? 0) > 0
}

function* reconcile(operator: Operator, key: string, api: Api): Reconcile {
  const resource = yield* api.get(resourceKeyOf(operator), key)
  if (resource === undefined || resource.metadata.deletionTimestamp !== undefined) return done
  if (!reads(operator, resource)) return done
  const itself = (yield* api.list('Deployment')).find(operator.isItself)
  if (itself !== undefined && !isReady(itself)) return done
  const { kept, absent } = operator.wanted(resource, itself)
  for (const { kind, namespace, name } of absent) {
    const found = yield* api.get(kind, keyFrom(namespace, name))
    if (found === undefined || found.metadata.deletionTimestamp !== undefined) continue
    const answer = yield* api.delete(found)
    if (!answer.ok && !isNotFound(answer)) return { error: errorText(answer) }
  }
  for (const each of kept) {
    const error = yield* keep(api, resource, each)
    if (error !== undefined) return { error }
  }
  return { requeueAfterMs: operator.resyncMs ?? resyncMsDefault, standing: true }
}

/** Makes the object or puts its fields back; an error text where that was refused. */
function* keep(api: Api, resource: KubeObject, each: Kept): Part<string | undefined> {
  const { object } = each
  const found = yield* api.get(kindKeyOf(object), keyOf(object.metadata))
  if (found === undefined) {
    const answer = yield* api.create(owned(object, resource, each))
    return answer.ok || isAlreadyExists(answer) ? undefined : errorText(answer)
  }
  const restored = restoredFrom(found, each)
  if (restored === found) return undefined
  const answer = yield* api.update(restored)
  if (answer.ok || isNotFound(answer)) return undefined
  return isConflict(answer) ? 'the object has been modified' : errorText(answer)
}

function owned(object: KubeObject, resource: KubeObject, { isOwned = true }: Kept): KubeObject {
  if (!isOwned) return object
  const ownerReferences = [controllerRefOf(resource)]
  return { ...object, metadata: { ...object.metadata, ownerReferences } }
}

/** What is stored with every field put back that the operator cares about. */
export function restoredFrom(found: KubeObject, { object, reverts }: Kept): KubeObject {
  let restored = found
  for (const path of reverts) {
    const parts = pathParts(path)
    const wanted = valueAt(object, parts)
    if (sameValue(valueAt(restored, parts), wanted)) continue
    restored = setAt(restored, parts, wanted ?? null) as KubeObject
  }
  return restored
}
