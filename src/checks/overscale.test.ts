import { expect, it } from 'vitest'
import type { World } from '../engine/world.ts'
import { overscale } from './overscale.ts'
import { lifeWith, observed, stillWorld } from './testing.ts'

const autoscaler = {
  apiVersion: 'autoscaling/v2',
  kind: 'HorizontalPodAutoscaler',
  metadata: { name: 'web', namespace: 'default' },
  spec: { scaleTargetRef: { apiVersion: 'apps/v1', kind: 'Deployment', name: 'web' } },
}

function write(world: World, object: { kind: string }, writer = 'test', kind = object.kind): void {
  world.submit({ kind, key: 'default/web', object }, writer)
  world.advanceTo(world.nowMs + 1000)
}

function scaled(world: World, counts: readonly number[], writer = 'horizontal-pod-autoscaler') {
  for (const [index, replicas] of counts.entries()) {
    const object = {
      apiVersion: 'apps/v1',
      kind: 'Deployment',
      metadata: { name: 'web', namespace: 'default' },
      spec: { replicas },
    }
    write(world, object, index === 0 ? 'test' : writer)
  }
}

function judged(counts: readonly number[], load?: unknown, writer?: string) {
  const world = stillWorld()
  write(world, autoscaler)
  if (load !== undefined) {
    const object = { apiVersion: 'seatrial.dev/v1', kind: 'Load', metadata: { name: 'web' } }
    const metadata = { ...object.metadata, namespace: 'default' }
    write(world, { ...object, metadata, spec: load } as never, 'test', 'Load.seatrial.dev')
  }
  scaled(world, counts, writer)
  return overscale.judge(observed({ world }), lifeWith({}))
}

it('up and down again under the same load is too much', () => {
  expect(judged([1, 4, 6, 3], { byAge: { steps: [] } })).toMatchObject([
    { verdict: 'overscale', n: 6, of: 3, message: expect.stringContaining('from 1 to 6') },
  ])
})

it('up alone, down alone, or nothing is none', () => {
  for (const counts of [[1, 4, 6], [6, 3], [3]]) expect(judged(counts)).toEqual([])
})

it('a load that changes explains it', () => {
  expect(judged([1, 6, 3], { total: { steps: [] } })).toEqual([])
})

it('so does another writer of the count', () => {
  expect(judged([1, 6, 3], undefined, 'kubectl')).toEqual([])
})
