import { describe, expect, it } from 'vitest'
import { fittingPools } from './fitting-pools.ts'
import type { NodePool } from './pool.ts'

const pool: NodePool = { name: 'w', count: 2, cpu: '4', memory: '8Gi' }
const taint = (key: string) => ({ key, effect: 'NoSchedule' as const })

describe('pools whose nodes the API server takes', () => {
  it('are the very same when nothing is amiss', () => {
    const pools = [{ ...pool, labels: { disk: 'ssd' }, taints: [taint('a')], zones: ['z1'] }]
    expect(fittingPools(pools)).toEqual({ pools, faults: [] })
    expect(fittingPools(pools).pools).toBe(pools)
  })

  const table: readonly {
    readonly name: string
    readonly given: Partial<NodePool>
    readonly want: Partial<NodePool>
    readonly what: string
  }[] = [
    {
      name: 'a label',
      given: { labels: { 'a:b': 'c', d: 'e' } },
      want: { labels: { d: 'e' } },
      what: 'the label a:b=c',
    },
    {
      name: 'a value of a label',
      given: { labels: { a: '-' } },
      want: { labels: {} },
      what: 'the label a=-',
    },
    {
      name: 'a taint',
      given: { taints: [taint('-a'), taint('b')] },
      want: { taints: [taint('b')] },
      what: 'the taint -a=:NoSchedule',
    },
    {
      name: 'a zone',
      given: { zones: ['_x', 'y'] },
      want: { zones: ['y'] },
      what: 'the zone _x',
    },
    { name: 'a region', given: { region: 'a b' }, want: {}, what: 'the region a b' },
  ]
  it.each(table)('lose $name that is refused', ({ given, want, what }) => {
    const { pools, faults } = fittingPools([{ ...pool, ...given }])
    expect(pools).toEqual([{ ...pool, ...want }])
    expect(faults.map(fault => fault.what)).toEqual([`${what} is refused`])
    expect(faults[0]?.why).toContain('alphanumeric')
  })

  it('lose a second pool of one name', () => {
    const { pools, faults } = fittingPools([pool, { ...pool, cpu: '8' }])
    expect(pools).toEqual([pool])
    expect(faults[0]?.why).toBe('nodes "w-1" already exists')
  })
})
