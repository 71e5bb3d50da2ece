// Pools whose nodes the API server takes: what it would refuse is named and left out.

import { labelKeyErrors, labelValueErrors } from '../kube/formats.ts'
import { nodeName, type NodePool, type PoolTaint } from './pool.ts'

/** Something of a pool that no node may have. */
export interface PoolFault<P extends NodePool> {
  readonly pool: P
  readonly what: string
  /** In the API server's words. */
  readonly why: string
}

export interface FittingPools<P extends NodePool> {
  readonly pools: readonly P[]
  readonly faults: readonly PoolFault<P>[]
}

/** The pools without labels, taints and zones that are refused, and without a second of a name. */
export function fittingPools<P extends NodePool>(pools: readonly P[]): FittingPools<P> {
  const faults: PoolFault<P>[] = []
  const taken = new Set<string>()
  const fitting: P[] = []
  for (const pool of pools) {
    const names = Array.from({ length: pool.count }, (_, index) => nodeName(pool, index))
    const twice = names.find(name => taken.has(name))
    if (twice !== undefined) {
      const why = `nodes "${twice}" already exists`
      faults.push({ pool, what: `another pool has a node ${twice} already`, why })
      continue
    }
    for (const name of names) taken.add(name)
    const tell = (what: string, why: string): void => void faults.push({ pool, what, why })
    fitting.push(withFittingParts(pool, tell))
  }
  return { pools: faults.length === 0 ? pools : fitting, faults }
}

function withFittingParts<P extends NodePool>(
  pool: P,
  tell: (what: string, why: string) => void,
): P {
  const fits = (what: string, key: string, value = ''): boolean => {
    const [error] = [...labelKeyErrors(key), ...labelValueErrors(value)]
    if (error !== undefined) tell(`${what} is refused`, error)
    return error === undefined
  }
  const { labels, taints, zones, region, instanceType, ...rest } = pool
  const wanted = Object.entries(labels ?? {}).filter(([key, value]) =>
    fits(`the label ${key}=${value}`, key, value),
  )
  const isTaint = ({ key, value, effect }: PoolTaint): boolean =>
    fits(`the taint ${key}=${value ?? ''}:${effect}`, key, value)
  return {
    ...rest,
    ...(labels && { labels: Object.fromEntries(wanted) }),
    ...(taints && { taints: taints.filter(isTaint) }),
    ...(zones && { zones: zones.filter(zone => fits(`the zone ${zone}`, 'zone', zone)) }),
    ...(region !== undefined && fits(`the region ${region}`, 'region', region) && { region }),
    ...(instanceType !== undefined &&
      fits(`the instance type ${instanceType}`, 'type', instanceType) && { instanceType }),
  } as unknown as P
}
