// Merges an apply configuration into an object, as server-side apply would, without ownership.
// Upstream: k8s.io/apiserver v0.36.3 pkg/admission/plugin/policy/mutating/patch/smd.go.

import type { KubeObject } from '../../kube/object.ts'
import { atomOf, type Described } from '../../kube/ownership/atoms.ts'
import { mergedTyped } from '../../kube/ownership/merge.ts'
import { typedProblems } from '../../kube/ownership/validate.ts'
import { isArray, isObject, type JsonObject, type Patched } from '../../kube/patch/json.ts'
import { schemaOf } from '../../kube/schema.ts'

/** Atomic places that hold a list, a map or a struct: changing a part would drop the rest. */
function atomicPaths(place: Described, value: unknown, path: string): string[] {
  const atom = atomOf(place, value)
  if (atom.kind === 'list' && isArray(value)) {
    const inner = value.flatMap((each, at) => atomicPaths(atom.element, each, `${path}[${at}]`))
    return atom.atomic ? [path, ...inner] : inner
  }
  if (atom.kind !== 'map' || !isObject(value)) return []
  const inner = Object.keys(value).flatMap(name => {
    const field = atom.field(name)
    return field.named ? atomicPaths(field.place, value[name], `${path}.${name}`) : []
  })
  return atom.atomic ? [path, ...inner] : inner
}

function listed(problems: readonly string[]): string {
  if (problems.length === 1) return problems[0] as string
  return `errors:\n${problems.map(problem => `  ${problem}`).join('\n')}`
}

/** The object with the configuration merged into it. */
export function applyConfiguration(object: KubeObject, patch: JsonObject): Patched {
  const type = schemaOf(object.apiVersion, object.kind)
  const place = type && { type }
  const problems = typedProblems(place, patch)
  if (problems.length > 0) {
    const error = `failed to convert patch object to typed object: ${listed(problems)}`
    return { ok: false, error }
  }
  const atomic = place === undefined ? [] : atomicPaths(place, patch, '')
  if (atomic.length > 0) {
    const what = 'may not mutate atomic arrays, maps or structs'
    const error = `invalid ApplyConfiguration: ${what}: ${atomic.join(', ')}`
    return { ok: false, error }
  }
  return { ok: true, value: mergedTyped(place, object, patch) }
}
