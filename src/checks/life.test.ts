import { expect, it } from 'vitest'
import { faults } from '../faults/registry.ts'
import type { Fault } from '../faults/fault.ts'
import type { World } from '../engine/world.ts'
import { apply, clusterWithWeb, scaleWeb, web } from '../faults/testing.ts'
import { lifeOf } from './life.ts'

/** A run with scaling, a loss, and a second workload; `look` is called in the middle. */
function story(look: (world: World) => void): World {
  const world = clusterWithWeb(3)
  look(world)
  const fork = world.fork()
  look(fork)
  const loss = faults.get('node-loss') as Fault
  loss.apply(fork, { node: 'n-1' })
  fork.runFor(100_000)
  look(fork)
  scaleWeb(fork, 5)
  const other = web(2)
  apply(fork, { ...other, metadata: { ...other.metadata, name: 'other' } })
  fork.runFor(300_000)
  look(fork)
  loss.recover(fork, { node: 'n-1' })
  fork.runFor(60_000)
  return fork
}

it('what was read before changes nothing of what is read later', () => {
  const readOnce = lifeOf(story(() => {}))
  const readOften = lifeOf(story(lifeOf))
  expect(readOften).toEqual(readOnce)
  expect(readOften.workloads.map(({ ref }) => ref.name)).toEqual(['other', 'web'])
})

it('in a fork, what nothing happened to is the very same', () => {
  const world = clusterWithWeb(3)
  const before = lifeOf(world)
  const fork = world.fork()
  const loss = faults.get('node-loss') as Fault
  loss.apply(fork, { node: 'n-1' })
  fork.runFor(10_000)
  const after = lifeOf(fork)
  const moved = after.pods.filter(pod => !before.pods.includes(pod))
  expect(moved.map(({ node }) => node)).toEqual(['n-1'])
})

it('two forks of one run do not see each other', () => {
  const world = clusterWithWeb(3)
  lifeOf(world)
  const [left, right] = [world.fork(), world.fork()]
  scaleWeb(left, 6)
  left.runFor(30_000)
  scaleWeb(right, 1)
  right.runFor(30_000)
  expect(lifeOf(left).workloads[0]?.pods).toHaveLength(6)
  expect(lifeOf(right).workloads[0]?.pods).toHaveLength(3)
  expect(lifeOf(right).workloads[0]?.wanted).toBe(1)
  expect(lifeOf(world).workloads[0]?.wanted).toBe(3)
})
