// Zones that a platform takes for granted: where a pod demands a zone label and nothing says which
// zones there are, the nodes are taken to lie in three zones in turn, as regional clusters do.

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

function demandsZone(object: KubeObject): boolean {
  const spec = podSpecOf(object)
  const spread = listOf(spec['topologySpreadConstraints']).filter(
    ({ whenUnsatisfiable }) => whenUnsatisfiable === 'DoNotSchedule',
  )
  const podAffinity = fieldsOf(fieldsOf(spec['affinity'])['podAffinity'])
  const required = listOf(podAffinity['requiredDuringSchedulingIgnoredDuringExecution'])
  return [...spread, ...required].some(({ topologyKey }) => topologyKey === zoneLabel)
}
