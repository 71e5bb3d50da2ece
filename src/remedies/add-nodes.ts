// More nodes, where there are too few domains or too little room.

import { variedPool } from '../trials/platform.ts'
import type { PoolSpec } from '../trials/spec.ts'
import { type Ask, countText, numberOf, type Proposal, type Remedy } from './framework.ts'

/** How many nodes more than the arithmetic asks for are tried as well. */
const extraMax = 2

export const addNodes = {
  name: 'add-nodes',
  doc: 'Adds nodes to the largest pool that takes ordinary pods.',
  kind: 'fix',
  handles: ({ code, facts }) =>
    code === 'resources-short' ||
    (code === 'replicas-exceed-domains' && facts['topologyKey'] === 'kubernetes.io/hostname'),
  propose: ask => {
    const { platform, cause } = ask
    if (platform.pools.length === 0) return []
    const pool = variedPool(platform)
    // Of nodes whose size nobody said, more say little.
    if (cause.code === 'resources-short' && pool.assumed?.includes('size') === true) return []
    const least = leastOf(ask)
    const adds = Array.from({ length: extraMax + 1 }, (_, extra) => least + extra)
    return adds.map((add): Proposal => {
      const count = pool.count + add
      return {
        summary: `add ${countText(add, 'node')}: pool ${pool.name} ${pool.count} → ${count}`,
        cost: `${countText(add, 'node')} more${limitText(pool, count)}`,
        fields: [],
        pools: [{ pool: pool.name, count }],
      }
    })
  },
} satisfies Remedy

/** An autoscaler that may not make as many by itself. */
function limitText({ max }: PoolSpec, count: number): string {
  return max === undefined || max >= count ? '' : `; its autoscaler stops at ${max} today`
}

function leastOf({ cause }: Ask): number {
  const [needed = 0, domains = 0] = ['needed', 'domains'].map(name => numberOf(cause, name))
  return Math.max(1, needed - domains)
}
