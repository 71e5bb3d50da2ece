import { describe, expect, it } from 'vitest'
import { nodeFromPool, readyConditions } from './node-object.ts'
import { nodeName, type NodePool } from './pool.ts'

const details = { nowMs: 0, kubeletVersion: 'v1.36.3', ordinal: 300 }
const pool: NodePool = { name: 'workers', count: 3, cpu: '4', memory: '16Gi' }

describe('nodeFromPool', () => {
  it('names nodes from 1', () => {
    expect([0, 1].map(index => nodeName(pool, index))).toEqual(['workers-1', 'workers-2'])
  })

  it('deals the zones out in turn', () => {
    const zoned = { ...pool, zones: ['a', 'b'] }
    const zones = [0, 1, 2].map(
      index => nodeFromPool(zoned, index, details).metadata.labels?.['topology.kubernetes.io/zone'],
    )
    expect(zones).toEqual(['a', 'b', 'a'])
  })

  it('takes what is reserved off the allocatable, but never below zero', () => {
    const { status } = nodeFromPool(
      { ...pool, reserved: { cpu: '100m', memory: '20Gi' } },
      0,
      details,
    )
    expect(status?.allocatable).toMatchObject({ cpu: '3900m', memory: '0', pods: '110' })
    expect(status?.capacity).toMatchObject({ cpu: '4', memory: '16Gi' })
  })

  it('lets labels of the pool win', () => {
    const labels = { 'kubernetes.io/arch': 'arm64', team: 'a' }
    expect(nodeFromPool({ ...pool, labels }, 0, details).metadata.labels).toMatchObject(labels)
  })
})

describe('readyConditions', () => {
  it('keep the transition time where nothing turned, and foreign conditions', () => {
    const first = readyConditions(0)
    const silent = first.map(condition =>
      condition.type === 'Ready' ? { ...condition, status: 'Unknown' } : condition,
    )
    const foreign = { type: 'NetworkUnavailable', status: 'False' }
    const again = readyConditions(60_000, [...silent, foreign])
    const since = again.map(({ type, lastTransitionTime }) => [type, lastTransitionTime])
    expect(since).toEqual([
      ['MemoryPressure', '1970-01-01T00:00:00Z'],
      ['DiskPressure', '1970-01-01T00:00:00Z'],
      ['PIDPressure', '1970-01-01T00:00:00Z'],
      ['Ready', '1970-01-01T00:01:00Z'],
      ['NetworkUnavailable', undefined],
    ])
  })
})
