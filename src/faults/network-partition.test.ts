import { expect, it } from 'vitest'
import { networkPartition } from './network-partition.ts'
import { clusterWithWeb, nodeOfWeb, podsOf, servingNow } from './testing.ts'

it('its pods are not reached, and serve again without a restart', () => {
  const world = clusterWithWeb()
  const node = nodeOfWeb(world)
  networkPartition.apply(world, { node })
  world.runFor(120_000)
  expect(servingNow(world)).toBe(0)
  networkPartition.recover(world, { node })
  world.runFor(10_000)
  expect(servingNow(world)).toBe(1)
  expect(podsOf(world)[0]?.status?.containerStatuses?.[0]?.restartCount).toBe(0)
})

it('a pod deleted meanwhile stops with its grace period once the kubelet hears of it', () => {
  const world = clusterWithWeb()
  const node = nodeOfWeb(world)
  networkPartition.apply(world, { node })
  world.runFor(400_000)
  const old = podsOf(world).find(({ spec }) => spec?.nodeName === node)
  expect(old?.metadata.deletionTimestamp).toBeDefined()
  networkPartition.recover(world, { node })
  world.runFor(500)
  expect(podsOf(world).some(({ spec }) => spec?.nodeName === node)).toBe(true)
  world.runFor(5000)
  expect(podsOf(world).some(({ spec }) => spec?.nodeName === node)).toBe(false)
  expect(servingNow(world)).toBe(1)
})
