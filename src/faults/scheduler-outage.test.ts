import { expect, it } from 'vitest'
import { schedulerOutage } from './scheduler-outage.ts'
import { clusterWithWeb, podsOf, scaleWeb, servingNow } from './testing.ts'

it('new pods wait for a node until it is back', () => {
  const world = clusterWithWeb()
  schedulerOutage.apply(world)
  scaleWeb(world, 4)
  world.runFor(600_000)
  expect(podsOf(world).filter(({ spec }) => (spec?.nodeName ?? '') === '')).toHaveLength(3)
  schedulerOutage.recover(world)
  world.runFor(25_000)
  expect(servingNow(world)).toBe(4)
})
