import { expect, it } from 'vitest'
import type { World } from '../engine/world.ts'
import { loop } from './loop.ts'
import { lifeWith, observed, podLife, stillWorld, workloadLife } from './testing.ts'

function write(world: World, spec: object): void {
  const object = {
    apiVersion: 'apps/v1',
    kind: 'Deployment',
    metadata: { name: 'web', namespace: 'default' },
    spec,
  }
  world.submit({ kind: 'Deployment', key: 'default/web', object }, 'test')
  world.advanceTo(world.nowMs + 5000)
}

it('two writers who set the count in turn make a loop', () => {
  const world = stillWorld()
  for (let turn = 0; turn < 5; turn += 1) {
    write(world, { replicas: 1 })
    write(world, { replicas: 3 })
  }
  const life = lifeWith({ workloads: [workloadLife()] })
  expect(loop.judge(observed({ world }), life)).toMatchObject([
    { verdict: 'loop', field: 'spec.replicas', n: 9, seconds: 10, message: '1 and 3' },
  ])
})

it('a template that changes all the time is a loop, a few rollouts are none', () => {
  const world = stillWorld()
  const life = lifeWith({ workloads: [workloadLife()] })
  for (let turn = 0; turn < 7; turn += 1) write(world, { template: { turn } })
  expect(loop.judge(observed({ world }), life)).toEqual([])
  write(world, { template: { turn: 8 } })
  expect(loop.judge(observed({ world }), life)).toMatchObject([{ field: 'spec.template', n: 8 }])
})

it('far more pods than wanted are a loop', () => {
  const pods = Array.from({ length: 21 }, () => podLife())
  const life = lifeWith({ workloads: [workloadLife({ pods })] })
  expect(loop.judge(observed(), life)).toMatchObject([{ verdict: 'loop', n: 21 }])
  const few = lifeWith({ workloads: [workloadLife({ pods: pods.slice(0, 19) })] })
  expect(loop.judge(observed(), few)).toEqual([])
})
