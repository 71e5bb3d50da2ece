import { expect, it } from 'vitest'
import type { World } from '../engine/world.ts'
import { memoryPressure } from './memory-pressure.ts'
import { clusterWithWeb, conditionOf, nodeOfWeb, podsOf, scaleWeb, servingNow } from './testing.ts'

function living(world: World, node: string): number {
  return podsOf(world).filter(
    ({ spec, status }) => spec?.nodeName === node && status?.phase !== 'Failed',
  ).length
}

it('the node takes no new pods while it lasts', () => {
  const world = clusterWithWeb()
  const node = nodeOfWeb(world)
  memoryPressure.apply(world, { node, pods: 0 })
  world.runFor(20_000)
  expect(conditionOf(world, node, 'MemoryPressure')).toBe('True')
  scaleWeb(world, 7)
  world.runFor(10_000)
  expect(living(world, node)).toBe(1)
  expect(servingNow(world)).toBe(7)
  memoryPressure.recover(world, { node })
  world.runFor(10_000)
  expect(conditionOf(world, node, 'MemoryPressure')).toBe('False')
  scaleWeb(world, 12)
  world.runFor(10_000)
  expect(living(world, node)).toBeGreaterThan(1)
})

it('its kubelet evicts one pod every ten seconds, and they are replaced elsewhere', () => {
  const world = clusterWithWeb(9)
  const node = nodeOfWeb(world)
  const before = living(world, node)
  memoryPressure.apply(world, { node, pods: 2 })
  world.runFor(15_000)
  expect(living(world, node)).toBe(before - 1)
  world.runFor(60_000)
  expect(living(world, node)).toBe(before - 2)
  expect(servingNow(world)).toBe(9)
  const evicted = podsOf(world).filter(({ status }) => status?.reason === 'Evicted')
  expect(evicted).toHaveLength(2)
  const told = world.traceFrom(0).filter(e => e.type === 'event' && e.reason === 'Evicted')
  expect(told).toHaveLength(2)
})

it('a node that is relieved keeps what it still has', () => {
  const world = clusterWithWeb(9)
  const node = nodeOfWeb(world)
  const before = living(world, node)
  memoryPressure.apply(world, { node, pods: 3 })
  world.runFor(5000)
  memoryPressure.recover(world, { node })
  world.runFor(60_000)
  expect(living(world, node)).toBe(before)
})
