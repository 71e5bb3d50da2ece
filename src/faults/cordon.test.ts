import { expect, it } from 'vitest'
import { cordon } from './cordon.ts'
import { clusterWithWeb, podsOf, scaleWeb } from './testing.ts'

it('nothing new lands on the node until it is uncordoned', () => {
  const world = clusterWithWeb(0)
  for (const node of ['n-1', 'n-2']) cordon.apply(world, { node })
  scaleWeb(world, 3)
  world.runFor(10_000)
  expect(new Set(podsOf(world).map(({ spec }) => spec?.nodeName))).toEqual(new Set(['n-3']))
  cordon.recover(world, { node: 'n-1' })
  scaleWeb(world, 6)
  world.runFor(10_000)
  const nodes = new Set(podsOf(world).map(({ spec }) => spec?.nodeName))
  expect([...nodes].sort()).toEqual(['n-1', 'n-3'])
})
