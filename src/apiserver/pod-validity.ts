// Pods made from one template differ in the name of their token volume only: the first is
// validated in full, the others are compared with it.

import type { Container, PodSpec, Volume, VolumeMount } from '../kube/generated/types.ts'

/** Spec as it was requested → the spec that admission made of it and validation accepted. */
const accepted = new WeakMap<object, PodSpec>()

/** How the names of volumes with the token of an account begin; the rest is drawn. */
export const tokenPrefix = 'kube-api-access-'

/** Whether a pod that was requested with the same spec has been accepted as `admitted` is now. */
export function isKnownValid(requested: unknown, admitted: PodSpec): boolean {
  if (typeof requested !== 'object' || requested === null) return false
  const before = accepted.get(requested)
  return before !== undefined && sameButToken(before, admitted)
}

/** Remembers the outcome of a full validation. */
export function rememberValid(requested: unknown, admitted: PodSpec): void {
  if (typeof requested === 'object' && requested !== null) accepted.set(requested, admitted)
}

function sameButToken(a: PodSpec, b: PodSpec): boolean {
  for (const key in a) {
    const field = key as keyof PodSpec
    if (a[field] === b[field]) continue
    if (field === 'volumes') {
      if (!sameLists(a.volumes, b.volumes, sameVolume)) return false
    } else if (field === 'containers' || field === 'initContainers') {
      if (!sameLists(a[field], b[field], sameContainer)) return false
    } else {
      return false
    }
  }
  for (const key in b) if (!(key in a)) return false
  return true
}

function sameLists<T>(
  a: readonly T[] | undefined,
  b: readonly T[] | undefined,
  same: (a: T, b: T) => boolean,
): boolean {
  if (a === undefined || b === undefined || a.length !== b.length) return false
  for (let index = 0; index < a.length; index += 1) {
    const left = a[index] as T
    const right = b[index] as T
    if (left !== right && !same(left, right)) return false
  }
  return true
}

function isToken({ name }: Volume | VolumeMount): boolean {
  return name.startsWith(tokenPrefix)
}

function sameVolume(a: Volume, b: Volume): boolean {
  return a.projected !== undefined && a.projected === b.projected && isToken(a) && isToken(b)
}

function sameContainer(a: Container, b: Container): boolean {
  for (const key in a) {
    const field = key as keyof Container
    if (a[field] === b[field]) continue
    if (field !== 'volumeMounts') return false
    if (!sameLists(a.volumeMounts, b.volumeMounts, sameMount)) return false
  }
  for (const key in b) if (!(key in a)) return false
  return true
}

function sameMount(a: VolumeMount, b: VolumeMount): boolean {
  return a.mountPath === b.mountPath && a.readOnly === b.readOnly && isToken(a) && isToken(b)
}
