import { expect, it } from 'vitest'
import { slowStart } from './slow-start.ts'
import { clusterWithWeb, scaleWeb, servingNow } from './testing.ts'

it('containers that start are ready so much later, until it is over', () => {
  const world = clusterWithWeb()
  slowStart.apply(world, { byMs: 60_000 })
  scaleWeb(world, 2)
  world.runFor(55_000)
  expect(servingNow(world)).toBe(1)
  world.runFor(10_000)
  expect(servingNow(world)).toBe(2)
  slowStart.recover(world, { byMs: 60_000 })
  scaleWeb(world, 3)
  world.runFor(10_000)
  expect(servingNow(world)).toBe(3)
})

it('wants to know by how much', () => {
  expect(slowStart.canApply(clusterWithWeb(), {}).ok).toBe(false)
})
