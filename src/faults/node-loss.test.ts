import { expect, it } from 'vitest'
import { lifeOf } from '../checks/life.ts'
import { nodeLoss } from './node-loss.ts'
import { clusterWithWeb, conditionOf, nodeOfWeb, podsOf, scaleWeb, servingNow } from './testing.ts'

it('silences a node until it is heard again, and the control plane believes both', () => {
  const world = clusterWithWeb()
  const lostMs = world.nowMs
  nodeLoss.apply(world, { node: 'n-1' })
  world.runFor(120_000)
  expect(conditionOf(world, 'n-1', 'Ready')).toBe('Unknown')
  expect(conditionOf(world, 'n-2', 'Ready')).toBe('True')
  nodeLoss.recover(world, { node: 'n-1' })
  world.runFor(30_000)
  expect(conditionOf(world, 'n-1', 'Ready')).toBe('True')
  expect(lifeOf(world).silences.get('n-1')).toEqual([{ fromMs: lostMs, toMs: lostMs + 120_000 }])
})

it('its pods serve nobody, and are replaced after grace period and toleration', () => {
  const world = clusterWithWeb()
  nodeLoss.apply(world, { node: nodeOfWeb(world) })
  world.runFor(300_000)
  expect(servingNow(world)).toBe(0)
  world.runFor(60_000)
  expect(servingNow(world)).toBe(1)
})

it('lets pods go on after the recovery', () => {
  const world = clusterWithWeb(0)
  for (const node of ['n-1', 'n-2', 'n-3']) nodeLoss.apply(world, { node })
  scaleWeb(world, 1)
  world.runFor(20_000)
  expect(podsOf(world)[0]?.status?.phase).toBe('Pending')
  for (const node of ['n-1', 'n-2', 'n-3']) nodeLoss.recover(world, { node })
  world.runFor(20_000)
  expect(podsOf(world)[0]?.status?.phase).toBe('Running')
})

it('says which nodes there are when the named one is not', () => {
  const answer = nodeLoss.canApply(clusterWithWeb(), { node: 'nowhere' })
  expect(answer.ok).toBe(false)
  expect(answer.problems[0]?.todo).toContain('n-1, n-2')
})
