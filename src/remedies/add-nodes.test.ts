import { expect, it } from 'vitest'
import type { PoolSpec } from '../trials/spec.ts'
import { addNodes } from './add-nodes.ts'
import { cause, proposed } from './testing.ts'

const pool: PoolSpec = { name: 'workers', count: 2, cpu: '4', memory: '8Gi' }
const taints = [{ key: 'a', effect: 'NoSchedule' as const }]
const key = 'kubernetes.io/hostname'
const tooFew = cause('replicas-exceed-domains', { topologyKey: key, needed: 4, domains: 2 })

it('adds as many as are missing, then one more, in the pool that takes ordinary pods', () => {
  const pools = [{ ...pool, name: 'control', count: 5, taints }, pool]
  const found = proposed(addNodes, { causes: [tooFew], pools })
  expect(found?.map(each => each.pools)).toEqual([
    [{ pool: 'workers', count: 4 }],
    [{ pool: 'workers', count: 5 }],
    [{ pool: 'workers', count: 6 }],
  ])
  expect(found?.[0]?.summary).toBe('add 2 nodes: pool workers 2 → 4')
})

it.each([
  {
    name: 'zones that are too few',
    causes: [cause('replicas-exceed-domains', { topologyKey: 'z' })],
  },
  { name: 'a label that no node has', causes: [cause('node-affinity-unmet')] },
])('knows no help for $name', ({ causes }) => {
  expect(proposed(addNodes, { causes, pools: [pool] })).toBeUndefined()
})

it('says where an autoscaler stops', () => {
  const found = proposed(addNodes, { causes: [tooFew], pools: [{ ...pool, min: 2, max: 4 }] })
  expect(found?.map(({ cost }) => cost).slice(0, 2)).toEqual([
    '2 nodes more',
    '3 nodes more; its autoscaler stops at 4 today',
  ])
})

it('adds nothing to nodes whose size nobody said', () => {
  const pools = [{ ...pool, assumed: ['size' as const] }]
  expect(proposed(addNodes, { causes: [cause('resources-short')], pools })).toEqual([])
})
