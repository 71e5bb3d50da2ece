import { expect, it } from 'vitest'
import { apiServerOutage } from './api-server-outage.ts'
import { controllerManagerOutage } from './controller-manager-outage.ts'
import { nodeLoss } from './node-loss.ts'
import { clusterWithWeb, conditionOf, podsOf, scaleWeb, servingNow } from './testing.ts'

it('requests fail, pods serve on, and afterwards nothing has been forgotten', () => {
  const world = clusterWithWeb(2)
  scaleWeb(world, 3)
  apiServerOutage.apply(world)
  const revision = world.store.revision
  expect(scaleWeb(world, 5)).toBe(false)
  world.runFor(900_000)
  expect(world.store.revision).toBe(revision)
  expect(servingNow(world)).toBe(2)
  apiServerOutage.recover(world)
  world.runFor(60_000)
  expect(servingNow(world)).toBe(3)
  const ready = ['n-1', 'n-2', 'n-3'].map(node => conditionOf(world, node, 'Ready'))
  expect(ready).toEqual(['True', 'True', 'True'])
  expect(podsOf(world)).toHaveLength(3)
})

it('of less than ten seconds costs nobody the lead, a longer one does', () => {
  const short = clusterWithWeb()
  const long = short.fork()
  for (const [world, lastsMs] of [
    [short, 9000],
    [long, 11_000],
  ] as const) {
    apiServerOutage.apply(world)
    world.runFor(lastsMs)
    apiServerOutage.recover(world)
    scaleWeb(world, 3)
    world.runFor(10_000)
  }
  expect(podsOf(short)).toHaveLength(3)
  expect(podsOf(long)).toHaveLength(1)
  long.runFor(20_000)
  expect(podsOf(long)).toHaveLength(3)
})

it('that strikes while others wait for their election makes them wait again', () => {
  const world = clusterWithWeb()
  controllerManagerOutage.apply(world)
  controllerManagerOutage.recover(world)
  world.runFor(10_000)
  apiServerOutage.apply(world)
  world.runFor(5000)
  apiServerOutage.recover(world)
  scaleWeb(world, 3)
  world.runFor(14_000)
  expect(podsOf(world)).toHaveLength(1)
  world.runFor(6000)
  expect(podsOf(world)).toHaveLength(3)
})

it('leaves a component down that has an outage of its own', () => {
  const world = clusterWithWeb()
  controllerManagerOutage.apply(world)
  apiServerOutage.apply(world)
  world.runFor(10_000)
  apiServerOutage.recover(world)
  expect(world.isDown('kube-controller-manager')).toBe(true)
})

it('of a node nothing can be recorded meanwhile', () => {
  const world = clusterWithWeb()
  apiServerOutage.apply(world)
  expect(nodeLoss.canApply(world, { node: 'n-1' }).ok).toBe(false)
})
