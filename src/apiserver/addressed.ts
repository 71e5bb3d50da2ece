// A request body and the URL it was sent to must mean the same object.
// Upstream: apiserver pkg/endpoints/handlers/rest.go (checkName), pkg/registry/rest/meta.go,
// v0.36.3.

import type { KubeObject } from '../kube/object.ts'
import { type Kind, kindKeyOf, kinds } from '../kube/kinds.ts'
import type { ApiStatus } from '../kube/status.ts'
import { ofOtherKind } from './decoding.ts'
import type { Address } from './request.ts'
import { badRequest } from './responses.ts'

/** The refusal of a body that was sent to the address of another kind. */
export function ofAnotherKind(given: KubeObject, address: Address): ApiStatus | undefined {
  return kindKeyOf(given) === address.kind
    ? undefined
    : ofOtherKind(given, kinds.get(address.kind) ?? custom(address.kind))
}

/** The refusal of a body that was sent to the address of something else of its kind. */
export function misaddressed(
  given: KubeObject,
  { namespace, name }: Pick<Address, 'name' | 'namespace'>,
): ApiStatus | undefined {
  const { name: own = '', namespace: within = '' } = given.metadata ?? {}
  if (namespace !== undefined && within !== '' && within !== namespace) {
    return badRequest(
      'the namespace of the provided object does not match the namespace sent on the request',
    )
  }
  if (name === undefined || own === name) return undefined
  return badRequest(
    own === ''
      ? `the name of the object (${name} based on URL) was undeterminable: name must be provided`
      : `the name of the object (${own}) does not match the name on the URL (${name})`,
  )
}

/** A kind of which no more than its key is known. */
function custom(key: string): Kind {
  const [kind = key] = key.split('.')
  return {
    key,
    kind,
    group: key.slice(kind.length + 1),
    versions: [],
    plural: '',
    namespaced: true,
  }
}
