import { expect, it } from 'vitest'
import { controllerManagerOutage } from './controller-manager-outage.ts'
import { nodeLoss } from './node-loss.ts'
import { clusterWithWeb, conditionOf, nodeOfWeb, podsOf, scaleWeb, servingNow } from './testing.ts'

it('nothing is replaced and no node turns NotReady until it is back', () => {
  const world = clusterWithWeb()
  const node = nodeOfWeb(world)
  controllerManagerOutage.apply(world)
  nodeLoss.apply(world, { node })
  scaleWeb(world, 4)
  world.runFor(900_000)
  expect(podsOf(world)).toHaveLength(1)
  expect(conditionOf(world, node, 'Ready')).toBe('True')
  controllerManagerOutage.recover(world)
  world.runFor(30_000)
  expect(podsOf(world)).toHaveLength(4)
  world.runFor(400_000)
  expect(conditionOf(world, node, 'Ready')).toBe('Unknown')
  expect(servingNow(world)).toBe(4)
})

it('a silent node has its grace period from the start of the new process on', () => {
  const world = clusterWithWeb()
  const node = nodeOfWeb(world)
  nodeLoss.apply(world, { node })
  controllerManagerOutage.apply(world)
  world.runFor(600_000)
  controllerManagerOutage.recover(world)
  // 15 s of the old lease, then the grace period.
  world.runFor(60_000)
  expect(conditionOf(world, node, 'Ready')).toBe('True')
  world.runFor(20_000)
  expect(conditionOf(world, node, 'Ready')).toBe('Unknown')
})

it('a new process leads when the lease of the one before has run out', () => {
  const world = clusterWithWeb()
  controllerManagerOutage.apply(world)
  world.runFor(600_000)
  controllerManagerOutage.recover(world)
  expect(controllerManagerOutage.canApply(world).ok).toBe(false)
  scaleWeb(world, 4)
  world.runFor(14_900)
  expect(podsOf(world)).toHaveLength(1)
  world.runFor(5000)
  expect(podsOf(world)).toHaveLength(4)
  expect(controllerManagerOutage.canApply(world).ok).toBe(true)
})

it('cannot strike twice at a time', () => {
  const world = clusterWithWeb()
  controllerManagerOutage.apply(world)
  expect(controllerManagerOutage.canApply(world).ok).toBe(false)
})
