import { expect, it } from 'vitest'
import { overload } from './overload.ts'
import { clusterWithWeb, conditionOf, scaleWeb, servingNow } from './testing.ts'

const nodes = ['n-1', 'n-2', 'n-3']

function lost(world: ReturnType<typeof clusterWithWeb>): readonly string[] {
  return nodes.filter(name => conditionOf(world, name, 'Ready') !== 'True')
}

it('what four cores can bear stays, and nothing changes', () => {
  const world = clusterWithWeb(6)
  overload.apply(world, { cpu: '2' })
  world.runFor(1_800_000)
  expect([lost(world), servingNow(world)]).toEqual([[], 6])
})

it('one pod too many on a node takes it down, and its pods take down the others', () => {
  const world = clusterWithWeb(6)
  overload.apply(world, { cpu: '2' })
  scaleWeb(world, 7)
  world.runFor(120_000)
  expect(lost(world)).toHaveLength(1)
  world.runFor(3_600_000)
  expect([lost(world), servingNow(world)]).toEqual([nodes, 0])
})

it('a load that is over takes no further node down, and those that panicked stay off', () => {
  const world = clusterWithWeb(6)
  overload.apply(world, { cpu: '2' })
  scaleWeb(world, 7)
  world.runFor(120_000)
  overload.recover(world, { cpu: '2' })
  world.runFor(3_600_000)
  expect([lost(world).length, servingNow(world)]).toEqual([1, 7])
})

it('a load of another image is none of these pods', () => {
  const world = clusterWithWeb(6)
  overload.apply(world, { cpu: '50', image: 'other:1' })
  world.runFor(600_000)
  expect(lost(world)).toEqual([])
})

it('wants to know how much', () => {
  const world = clusterWithWeb()
  expect(overload.canApply(world, {}).problems).toMatchObject([{ code: 'ST0321' }])
  expect(overload.canApply(world, { cpu: 'much' }).ok).toBe(false)
})
