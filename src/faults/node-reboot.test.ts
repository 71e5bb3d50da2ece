import { expect, it } from 'vitest'
import { nodeReboot } from './node-reboot.ts'
import { clusterWithWeb, conditionOf, nodeOfWeb, podsOf, servingNow } from './testing.ts'

it('the same pods start anew when the machine is back', () => {
  const world = clusterWithWeb()
  const node = nodeOfWeb(world)
  const { uid } = podsOf(world)[0]?.metadata ?? {}
  nodeReboot.apply(world, { node })
  world.runFor(90_000)
  expect(servingNow(world)).toBe(0)
  nodeReboot.recover(world, { node })
  world.runFor(10)
  expect(servingNow(world)).toBe(0)
  world.runFor(10_000)
  expect(servingNow(world)).toBe(1)
  expect(conditionOf(world, node, 'Ready')).toBe('True')
  expect(podsOf(world).map(({ metadata }) => metadata.uid)).toEqual([uid])
  expect(podsOf(world)[0]?.status?.containerStatuses?.[0]?.restartCount).toBe(1)
})
