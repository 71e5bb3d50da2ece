import { describe, expect, it } from 'vitest'
import { SchedulerCache } from './cache.ts'
import type { Node, Pod } from './framework.ts'
import { node, pod } from './plugin-testing.ts'

const zone = 'topology.kubernetes.io/zone'
const inZone = (name: string, where: string): Node => node(name, { [zone]: where })

const on = (name: string, nodeName: string): Pod =>
  pod(name, {
    nodeName,
    containers: [{ name: 'app', resources: { requests: { cpu: '1' } } }],
  })

function cacheOf(...nodes: readonly Node[]): SchedulerCache {
  const cache = new SchedulerCache()
  for (const one of nodes) cache.setNode(one)
  return cache
}

const names = (cache: SchedulerCache): string[] => cache.snapshot().nodes.map(({ name }) => name)
const cpuOf = (cache: SchedulerCache, name: string): number | undefined =>
  cache.snapshot().byName.get(name)?.requested.milliCpu

describe('order of nodes', () => {
  it('takes one node of each zone in turn, zones as they appeared', () => {
    const nodes = [inZone('a1', 'a'), inZone('a2', 'a'), inZone('b1', 'b'), node('n1')]
    expect(names(cacheOf(...nodes))).toEqual(['a1', 'b1', 'n1', 'a2'])
  })

  it('notices that a node changed its zone only when a node comes or goes', () => {
    const cache = cacheOf(inZone('a1', 'a'), inZone('a2', 'a'), inZone('b1', 'b'))
    expect(names(cache)).toEqual(['a1', 'b1', 'a2'])
    cache.setNode(inZone('a1', 'b'))
    expect(names(cache)).toEqual(['a1', 'b1', 'a2'])
    cache.setNode(node('n1'))
    expect(names(cache)).toEqual(['a2', 'b1', 'n1', 'a1'])
  })
})

describe('pods', () => {
  it('count on their node until they are removed', () => {
    const cache = cacheOf(node('n1'))
    cache.setPod(on('p', 'n1'))
    expect(cpuOf(cache, 'n1')).toBe(1000)
    cache.setPod({ ...on('p', 'n1'), status: { phase: 'Running' } })
    expect(cpuOf(cache, 'n1')).toBe(1000)
    cache.removePod('uid-p')
    expect(cpuOf(cache, 'n1')).toBe(0)
  })

  it('are confirmed as they are bound: elsewhere, and with parts that were not assumed', () => {
    const cache = cacheOf(node('n1'), node('n2'))
    const assumed = on('p', 'n1')
    cache.assume(assumed)
    cache.setPod({ ...assumed, spec: { ...assumed.spec, nodeName: 'n2' } } as Pod)
    expect([cpuOf(cache, 'n1'), cpuOf(cache, 'n2')]).toEqual([0, 1000])
    const overhead = { cpu: '250m' }
    cache.setPod({ ...assumed, spec: { ...assumed.spec, nodeName: 'n2', overhead } } as Pod)
    expect(cpuOf(cache, 'n2')).toBe(1250)
    cache.setPod({ ...assumed, spec: { ...assumed.spec, nodeName: 'n2' } } as Pod)
    expect(cpuOf(cache, 'n2')).toBe(1000)
  })

  it('are forgotten while assumed, not once confirmed', () => {
    const cache = cacheOf(node('n1'))
    cache.assume(on('p', 'n1'))
    expect(cache.isAssumed('uid-p')).toBe(true)
    cache.forget('uid-p')
    expect(cpuOf(cache, 'n1')).toBe(0)
    cache.assume(on('p', 'n1'))
    cache.setPod(on('p', 'n1'))
    cache.forget('uid-p')
    expect(cpuOf(cache, 'n1')).toBe(1000)
  })

  it('are counted even if they are seen before their node', () => {
    const cache = new SchedulerCache()
    cache.setPod(on('p', 'n1'))
    expect(names(cache)).toEqual([])
    cache.setNode(node('n1'))
    expect(cpuOf(cache, 'n1')).toBe(1000)
  })

  it('of a node that left and came back are still there', () => {
    const cache = cacheOf(node('n1'), node('n2'))
    cache.setPod(on('p', 'n1'))
    cache.removeNode('n1')
    expect(names(cache)).toEqual(['n2'])
    cache.setNode(node('n1'))
    expect(names(cache)).toEqual(['n2', 'n1'])
    expect(cpuOf(cache, 'n1')).toBe(1000)
  })
})

it('a fork and its parent never see each other, unchanged nodes are shared', () => {
  const parent = cacheOf(node('n1'), node('n2'))
  parent.setPod(on('p', 'n1'))
  const before = parent.snapshot()
  const fork = parent.fork()
  fork.setPod(on('q', 'n2'))
  fork.setNode(node('n3'))
  parent.removePod('uid-p')
  expect([cpuOf(fork, 'n1'), cpuOf(fork, 'n2'), names(fork)]).toEqual([
    1000,
    1000,
    ['n1', 'n2', 'n3'],
  ])
  expect([cpuOf(parent, 'n1'), cpuOf(parent, 'n2'), names(parent)]).toEqual([0, 0, ['n1', 'n2']])
  expect(before.byName.get('n1')?.requested.milliCpu).toBe(1000)
  expect(fork.snapshot().byName.get('n1')).toBe(before.byName.get('n1'))
})

it('knows how common an image was when the node last changed', () => {
  const having = (name: string): Node => ({
    ...node(name),
    status: { images: [{ names: ['web'], sizeBytes: 1 }] },
  })
  const cache = cacheOf(having('n1'))
  cache.snapshot()
  cache.setNode(having('n2'))
  const common = (name: string): number | undefined =>
    cache.snapshot().byName.get(name)?.imageStates.get('web')?.numNodes
  expect([common('n1'), common('n2')]).toEqual([1, 2])
  cache.setPod(on('p', 'n1'))
  expect(common('n1')).toBe(2)
})
