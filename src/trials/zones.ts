// Zones that a platform takes for granted: where a pod demands a zone label and nothing says which
// zones there are, the nodes are taken to lie in three zones in turn, as regional clusters do.

import { compareStrings } from '../base/compare.ts'
import type { World } from '../engine/world.ts'
import type { KubeObject } from '../kube/object.ts'
import type { PoolSpec } from './spec.ts'
import { fieldsOf, listOf, podSpecOf } from './written.ts'

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

/**
 * The zones that the nodes are in, with the nodes of each, sorted by name; none where zones were
 * only assumed or there is no second one that could take over.
 */
export function knownZones(
  { zonesAssumedFor = 0 }: { readonly zonesAssumedFor?: number },
  world: World,
): readonly (readonly [string, readonly string[]])[] {
  if (zonesAssumedFor > 0) return []
  const zones = new Map<string, string[]>()
  for (const { metadata } of world.store.list('Node')) {
    const zone = metadata.labels?.[zoneLabel]
    if (zone === undefined) continue
    zones.set(zone, [...(zones.get(zone) ?? []), metadata.name ?? ''])
  }
  if (zones.size < 2) return []
  return [...zones].sort(([a], [b]) => compareStrings(a, b))
}

function demandsZone(object: KubeObject): boolean {
  const spec = podSpecOf(object)
  const spread = listOf(spec['topologySpreadConstraints']).filter(
    ({ whenUnsatisfiable }) => whenUnsatisfiable === 'DoNotSchedule',
  )
  const podAffinity = fieldsOf(fieldsOf(spec['affinity'])['podAffinity'])
  const required = listOf(podAffinity['requiredDuringSchedulingIgnoredDuringExecution'])
  return [...spread, ...required].some(({ topologyKey }) => topologyKey === zoneLabel)
}
