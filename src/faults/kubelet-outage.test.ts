import { expect, it } from 'vitest'
import { kubeletOutage } from './kubelet-outage.ts'
import { clusterWithWeb, conditionOf, nodeOfWeb, podsOf, servingNow } from './testing.ts'

it('a restart within the grace period is noticed by nobody', () => {
  const world = clusterWithWeb()
  const node = nodeOfWeb(world)
  const before = podsOf(world)
  kubeletOutage.apply(world, { node })
  world.runFor(20_000)
  kubeletOutage.recover(world, { node })
  world.runFor(60_000)
  expect(conditionOf(world, node, 'Ready')).toBe('True')
  expect(servingNow(world)).toBe(1)
  expect(podsOf(world)[0]?.metadata.uid).toBe(before[0]?.metadata.uid)
})

it('a longer one turns the node NotReady although its pods serve until they are evicted', () => {
  const world = clusterWithWeb()
  const node = nodeOfWeb(world)
  kubeletOutage.apply(world, { node })
  world.runFor(45_000)
  expect(servingNow(world)).toBe(1)
  world.runFor(60_000)
  expect(conditionOf(world, node, 'Ready')).toBe('Unknown')
  world.runFor(300_000)
  expect(podsOf(world).filter(pod => pod.metadata.deletionTimestamp === undefined)).toHaveLength(1)
  expect(servingNow(world)).toBe(1)
})
