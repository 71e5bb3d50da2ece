import { expect, it } from 'vitest'
import { lifeOf } from '../checks/life.ts'
import { createCluster, request } from '../cluster/cluster.ts'
import type { World } from '../engine/world.ts'
import type { KubeObject } from '../kube/object.ts'
import { nodeFromPool } from '../nodes/node-object.ts'
import { nodeLoss } from './node-loss.ts'

const pool = { name: 'n', count: 2, cpu: '4', memory: '8Gi' }
const nodes = [0, 1].map(index =>
  nodeFromPool(pool, index, { nowMs: 0, kubeletVersion: 'v1.36.0', ordinal: index }),
) as unknown as readonly KubeObject[]

function cluster(): World {
  const world = createCluster({ kubernetes: '1.36', nodes })
  world.run({ untilMs: world.nowMs + 5000 })
  return world
}

function readyOf(world: World, name: string): string | undefined {
  const { status } = world.store.get('Node', name) as unknown as {
    status?: { conditions?: readonly { type: string; status: string }[] }
  }
  return status?.conditions?.find(({ type }) => type === 'Ready')?.status
}

it('silences a node until it is heard again, and the control plane believes both', () => {
  const world = cluster()
  const lostMs = world.nowMs
  nodeLoss.apply(world, { node: 'n-1' })
  world.runFor(120_000)
  expect(readyOf(world, 'n-1')).toBe('Unknown')
  expect(readyOf(world, 'n-2')).toBe('True')
  nodeLoss.recover(world, { node: 'n-1' })
  world.runFor(30_000)
  expect(readyOf(world, 'n-1')).toBe('True')
  expect(lifeOf(world).silences.get('n-1')).toEqual([{ fromMs: lostMs, toMs: lostMs + 120_000 }])
})

it('lets pods go on after the recovery', () => {
  const world = cluster()
  const metadata = { name: 'p', namespace: 'default' }
  const spec = { nodeName: 'n-1', containers: [{ name: 'c', image: 'i' }] }
  nodeLoss.apply(world, { node: 'n-1' })
  request(world, { verb: 'create', object: { apiVersion: 'v1', kind: 'Pod', metadata, spec } })
  world.runFor(20_000)
  const phase = (): unknown => {
    const pod = world.store.get('Pod', 'default/p') as { status?: { phase?: string } } | undefined
    return pod?.status?.phase
  }
  expect(phase()).toBe('Pending')
  nodeLoss.recover(world, { node: 'n-1' })
  world.runFor(20_000)
  expect(phase()).toBe('Running')
})

it('says which nodes there are when the named one is not', () => {
  const answer = nodeLoss.canApply(cluster(), { node: 'nowhere' })
  expect(answer.ok).toBe(false)
  expect(answer.problems[0]?.todo).toContain('n-1, n-2')
})
