import { expect, it } from 'vitest'
import { createCluster } from '../cluster/cluster.ts'
import type { World } from '../engine/world.ts'
import { controlPlaneLost, type ControlPlaneLoss, controlPlaneTopic } from './control-plane.ts'
import type { Check, ClusterLife, Observation } from './verdict.ts'

function lost(loss: ControlPlaneLoss, isDown = true): { world: World; startMs: number } {
  const world = createCluster({ kubernetes: '1.36', nodes: [] })
  world.runFor(1000)
  const startMs = world.nowMs
  world.note('kube-apiserver', controlPlaneTopic, loss)
  if (isDown) world.takeDown('kube-apiserver', 'stopped')
  world.runFor(60_000)
  return { world, startMs }
}

function judged({ world, startMs }: { world: World; startMs: number }) {
  const observation = { world, startMs, endMs: world.nowMs } as Observation
  const check: Check = controlPlaneLost
  return check.judge(observation, {} as ClusterLife)
}

it('votes that are too few are a lost quorum, with the numbers', () => {
  const [verdict] = judged(lost({ left: 1, needed: 2, members: 3, votes: true }))
  expect(verdict).toMatchObject({ verdict: 'quorum-lost', n: 1, of: 3, seconds: 60, open: true })
  expect(verdict?.message).toMatch(/^1 of 3 servers is left, 2 are needed/)
})

it('the only server is down, voting with itself or not', () => {
  for (const votes of [true, false]) {
    const [verdict] = judged(lost({ left: 0, needed: 1, members: 1, votes }))
    expect(verdict).toMatchObject({ verdict: 'down', n: 0, of: 1, open: true })
    expect(verdict?.message).toMatch(/^0 of 1 servers are left, 1 is needed/)
  }
})

it('says nothing once the API server is up again, or of a loss before the trial', () => {
  const loss = { left: 1, needed: 2, members: 3, votes: true }
  expect(judged(lost(loss, false))).toEqual([])
  const { world, startMs } = lost(loss)
  expect(judged({ world, startMs: startMs + 1 })).toEqual([])
})
