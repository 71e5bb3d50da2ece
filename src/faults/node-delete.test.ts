import { expect, it } from 'vitest'
import { nodeDelete } from './node-delete.ts'
import { clusterWithWeb, conditionOf, nodeOfWeb, podsOf, servingNow } from './testing.ts'

it('its pods are collected and replaced; the node registers again on recovery', () => {
  const world = clusterWithWeb()
  const node = nodeOfWeb(world)
  nodeDelete.apply(world, { node })
  world.runFor(120_000)
  expect(world.store.get('Node', node)).toBeUndefined()
  expect(podsOf(world).map(({ spec }) => spec?.nodeName)).not.toContain(node)
  expect(servingNow(world)).toBe(1)
  nodeDelete.recover(world, { node })
  world.runFor(60_000)
  expect(conditionOf(world, node, 'Ready')).toBe('True')
  expect(world.store.get('Node', node)?.spec).not.toMatchObject({ taints: [{}] })
})
