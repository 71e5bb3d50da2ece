// Pools of an installer's hosts: one for equal hosts, under the names that the inventory gives.

import type { Location } from '../../../base/problem.ts'
import type { PoolTaint } from '../../../nodes/pool.ts'
import type { PoolSpec } from '../../../trials/spec.ts'
import type { Host } from '../inventory/model.ts'

/** The size that nothing in an inventory tells. */
export const nodeSize = { cpu: '4', memory: '8Gi' } as const

/** What tells nodes of one installer apart, besides their names. */
export interface NodeParts {
  readonly labels: Readonly<Record<string, string>>
  readonly taints?: readonly PoolTaint[]
  readonly pods?: number
}

/** A host that becomes a node: the name of its kind of pool, and what it is like. */
export interface PoolMember {
  readonly host: Host
  readonly pool: string
  readonly parts: NodeParts
  /** The name of the node where it is not that of the host. */
  readonly nodeName?: string
}

/** Pools of members that are equal but for their names; `instanceType` names the installer. */
export function poolsOfEqual(
  members: readonly PoolMember[],
  instanceType: string,
): readonly PoolSpec[] {
  const pools = new Map<string, { first: PoolMember; names: (string | undefined)[] }>()
  const taken = new Set<string>()
  for (const member of members) {
    const key = JSON.stringify([member.pool, member.parts])
    const pool = pools.get(key) ?? { first: member, names: [] }
    pools.set(key, pool)
    pool.names.push(nodeNameOf(member.nodeName ?? member.host.name, taken))
  }
  const counts = new Map<string, number>()
  return [...pools.values()].map(({ first, names }) => {
    const index = (counts.get(first.pool) ?? 0) + 1
    counts.set(first.pool, index)
    const name = first.pool.toLowerCase().replaceAll('_', '-')
    const known = names.filter(each => each !== undefined)
    const at: Location | undefined = first.host.at[0]
    return {
      name: index === 1 ? name : `${name}-${index}`,
      count: names.length,
      ...nodeSize,
      instanceType,
      ...first.parts,
      ...(known.length === names.length ? { nodeNames: known } : {}),
      ...(at === undefined ? {} : { location: at }),
    }
  })
}

const effects: ReadonlySet<string> = new Set(['NoSchedule', 'PreferNoSchedule', 'NoExecute'])

/** The taint that `key=value:Effect` means, or undefined. */
export function taintOf(text: string): PoolTaint | undefined {
  const match = /^([^=:]+)(?:=([^:]*))?:(\w+)$/.exec(text)
  const [, key, value, effect] = match ?? []
  if (key === undefined || effect === undefined || !effects.has(effect)) return undefined
  const rest = { key, effect: effect as PoolTaint['effect'] }
  return value === undefined || value === '' ? rest : { ...rest, value }
}

// A node is named after its machine; the name in the inventory stands for it where it can.
function nodeNameOf(host: string, taken: Set<string>): string | undefined {
  const name = host.toLowerCase()
  const isName = /^[a-z0-9](?:[a-z0-9.-]*[a-z0-9])?$/.test(name) && name.length <= 253
  if (!isName || taken.has(name)) return undefined
  taken.add(name)
  return name
}
