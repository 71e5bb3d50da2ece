// The same platform with fewer nodes in each pool, and with fewer pods of each workload.

import type { KubeObject } from '../../kube/object.ts'
import type { Platform } from '../platform.ts'
import type { Size } from './smallest.ts'

/** How large a platform is, for people. */
export interface PlatformSize {
  readonly nodes: number
  /** The most replicas of any workload, whoever asks for them. */
  readonly pods: number
}

type Counts = Readonly<Record<string, unknown>>

/** Fields of a kind that say how many pods there are to be. */
const countFields: Readonly<Record<string, readonly string[]>> = {
  Deployment: ['replicas'],
  StatefulSet: ['replicas'],
  HorizontalPodAutoscaler: ['minReplicas', 'maxReplicas'],
}

function countsOf({ kind = '', ...object }: KubeObject): readonly (readonly [string, number])[] {
  const spec = (object['spec'] ?? {}) as Counts
  return (countFields[kind] ?? []).map(field => {
    const count = spec[field]
    return [field, typeof count === 'number' ? count : 1] as const
  })
}

/** Nodes of each pool, then `pods`: what may be made smaller, in that order. */
export function sizeOf({ pools, objects }: Platform): Size {
  const counts = objects.flatMap(({ object }) => countsOf(object).map(([, count]) => count))
  const nodes = pools.map(({ name, count }) => [`pool ${name}`, count] as const)
  return { ...Object.fromEntries(nodes), pods: Math.max(1, ...counts) }
}

/** A pool may be left without a node. */
export function leastSize({ pools }: Platform): Size {
  return Object.fromEntries(pools.map(({ name }) => [`pool ${name}`, 0]))
}

/** The platform with so many nodes in each pool, and no workload with more pods than that. */
export function resized(platform: Platform, size: Size): Platform {
  const pools = platform.pools.map(pool => {
    const { [`pool ${pool.name}`]: count = pool.count } = size
    return { ...pool, count }
  })
  const { pods = 1 } = size
  const objects = platform.objects.map(item => {
    const { object } = item
    const fewer = countsOf(object).filter(([, count]) => count > pods)
    if (fewer.length === 0) return item
    const changed = Object.fromEntries(fewer.map(([field]) => [field, pods]))
    const spec = { ...(object['spec'] as Counts), ...changed }
    return { ...item, object: { ...object, spec } }
  })
  return { ...platform, pools, objects }
}

/** A size in the numbers that matter to people. */
export function toldSize({ pods = 1, ...pools }: Size): PlatformSize {
  return { nodes: Object.values(pools).reduce((sum, count) => sum + count, 0), pods }
}
