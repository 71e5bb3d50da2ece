// Zones that a platform takes for granted: where a pod demands a zone label and nothing says which
// zones there are, the nodes are taken to lie in three zones in turn, as regional clusters do.

import type { KubeObject } from '../kube/object.ts'
import type { PodSpec } from '../kube/generated/types.ts'
import type { PoolSpec } from './spec.ts'

export const zoneLabel = 'topology.kubernetes.io/zone'
const assumedZones: readonly string[] = ['a', 'b', 'c']

/** The pools, with zones where the objects demand some and no pool has any. */
export function withAssumedZones(
  pools: readonly PoolSpec[],
  objects: readonly KubeObject[],
): { readonly pools: readonly PoolSpec[]; readonly assumed: number } {
  const known = pools.some(
    ({ zones = [], labels = {} }) => zones.length > 0 || labels[zoneLabel] !== undefined,
  )
  const demanding = known ? 0 : objects.filter(demandsZone).length
  if (demanding === 0) return { pools, assumed: 0 }
  return { pools: pools.map(pool => ({ ...pool, zones: assumedZones })), assumed: demanding }
}

interface Templated {
  readonly template?: { readonly spec?: PodSpec | null } | null
  readonly jobTemplate?: { readonly spec?: Templated | null } | null
}

function podSpecOf({ kind, spec }: KubeObject): PodSpec | undefined {
  if (kind === 'Pod') return spec as PodSpec | undefined
  const outer = (spec ?? undefined) as Templated | undefined
  const inner = outer?.jobTemplate?.spec ?? outer
  return inner?.template?.spec ?? undefined
}

function demandsZone(object: KubeObject): boolean {
  const spec = podSpecOf(object)
  const spread = (spec?.topologySpreadConstraints ?? []).filter(
    ({ whenUnsatisfiable }) => whenUnsatisfiable === 'DoNotSchedule',
  )
  const { podAffinity } = spec?.affinity ?? {}
  const required = podAffinity?.requiredDuringSchedulingIgnoredDuringExecution ?? []
  return [...spread, ...required].some(({ topologyKey }) => topologyKey === zoneLabel)
}
