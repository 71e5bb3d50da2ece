import { expect, it } from 'vitest'
import { clusterWithWeb, conditionOf } from './testing.ts'
import { zoneLoss } from './zone-loss.ts'

it('every node of the zone is lost and comes back, others are not touched', () => {
  const world = clusterWithWeb()
  zoneLoss.apply(world, { zone: 'b' })
  world.runFor(60_000)
  const ready = () => ['n-1', 'n-2', 'n-3'].map(node => conditionOf(world, node, 'Ready'))
  expect(ready()).toEqual(['True', 'Unknown', 'True'])
  zoneLoss.recover(world, { zone: 'b' })
  world.runFor(60_000)
  expect(ready()).toEqual(['True', 'True', 'True'])
})

it.each([
  { zone: 'z', what: 'there is no zone "z"' },
  { zone: undefined, what: 'zone-loss does not say which zone' },
])('says which zones there are: $what', ({ zone, what }) => {
  const answer = zoneLoss.canApply(clusterWithWeb(), zone === undefined ? {} : { zone })
  expect(answer.problems[0]).toMatchObject({ what, todo: 'name one of: a, b, c' })
})
