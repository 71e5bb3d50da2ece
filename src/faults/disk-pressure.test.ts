import { expect, it } from 'vitest'
import { diskPressure } from './disk-pressure.ts'
import { clusterWithWeb, conditionOf, nodeOfWeb, podsOf, scaleWeb, servingNow } from './testing.ts'

it('the node takes no new pods while it lasts, and keeps those it has', () => {
  const world = clusterWithWeb()
  const node = nodeOfWeb(world)
  diskPressure.apply(world, { node, pods: 0 })
  world.runFor(10_000)
  expect(conditionOf(world, node, 'DiskPressure')).toBe('True')
  scaleWeb(world, 7)
  world.runFor(10_000)
  expect(podsOf(world).filter(({ spec }) => spec?.nodeName === node)).toHaveLength(1)
  expect(servingNow(world)).toBe(7)
  diskPressure.recover(world, { node })
  world.runFor(10_000)
  scaleWeb(world, 12)
  world.runFor(10_000)
  expect(podsOf(world).filter(({ spec }) => spec?.nodeName === node).length).toBeGreaterThan(1)
})
