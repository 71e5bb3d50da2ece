// The kind that someone may have meant who wrote one that no API server has: a slip of the pen in
// the kind or in its group, or a version that is served no more.

import { editDistance } from '../base/nearest.ts'
import { groupOf, kinds } from '../kube/kinds.ts'
import type { KubeObject } from '../kube/object.ts'
import { fieldsOf } from '../trials/written.ts'

/** A kind as a manifest would have to name it. */
export interface KnownKind {
  readonly kind: string
  readonly group: string
  /** `apps/v1`; the bare group when no version is known. */
  readonly apiVersion: string
}

const builtIn: readonly KnownKind[] = [...kinds.values()].map(({ kind, group, versions }) => {
  const version = versions[0] ?? 'v1'
  return { kind, group, apiVersion: group === '' ? version : `${group}/${version}` }
})

/** Kinds that CustomResourceDefinitions among the objects bring along. */
export function definedKinds(objects: readonly KubeObject[]): readonly KnownKind[] {
  return objects.flatMap(({ kind, spec }) => {
    if (kind !== 'CustomResourceDefinition') return []
    const { names, group, versions } = fieldsOf(spec)
    const { kind: defined } = fieldsOf(names)
    if (typeof defined !== 'string' || typeof group !== 'string') return []
    const { name } = fieldsOf(Array.isArray(versions) ? versions[0] : undefined)
    const apiVersion = typeof name === 'string' ? `${group}/${name}` : group
    return [{ kind: defined, group, apiVersion }]
  })
}

/** The nearest kind that exists, as `Deployment (apps/v1)`; undefined when none is near. */
export function kindMeant(
  { apiVersion, kind }: KubeObject,
  defined: readonly KnownKind[],
): string | undefined {
  const group = groupOf(apiVersion)
  const known = [...builtIn, ...defined]
  const exact = known.find(each => each.kind === kind && each.group === group)
  if (exact !== undefined) return exact.apiVersion === apiVersion ? undefined : text(exact)
  let best: { readonly known: KnownKind; readonly distance: number } | undefined
  for (const each of known) {
    const [byGroup, byKind] = [editDistance(group, each.group), editDistance(kind, each.kind)]
    if (byGroup > slipsIn(each.group) || byKind > slipsIn(each.kind)) continue
    const distance = byGroup + byKind
    if (best === undefined || distance < best.distance) best = { known: each, distance }
  }
  return best === undefined ? undefined : text(best.known)
}

/** One wrong letter in six: short names lie too close together for more. */
function slipsIn(name: string): number {
  return name === '' ? 0 : Math.max(1, Math.trunc(name.length / 6))
}

function text({ kind, apiVersion }: KnownKind): string {
  return `${kind} (${apiVersion})`
}
