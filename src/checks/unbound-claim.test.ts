import { expect, it } from 'vitest'
import { lifeWith, observed, podLife, stillWorld } from './testing.ts'
import { unboundClaim } from './unbound-claim.ts'

const pod = {
  apiVersion: 'v1',
  kind: 'Pod',
  metadata: { name: 'web-1', namespace: 'default' },
  spec: { volumes: [{ name: 'x', persistentVolumeClaim: { claimName: 'data' } }] },
}

function judged(phase: string, pods = [podLife({ pod })]): unknown {
  const world = stillWorld()
  const object = {
    apiVersion: 'v1',
    kind: 'PersistentVolumeClaim',
    metadata: { name: 'data', namespace: 'default' },
    status: { phase },
  }
  world.submit({ kind: 'PersistentVolumeClaim', key: 'default/data', object }, 'test')
  return unboundClaim.judge(observed({ world }), lifeWith({ pods }))
}

it('a claim that a pod mounts and that stays without a volume is pending for ever', () => {
  expect(judged('Pending')).toMatchObject([
    { verdict: 'pending-forever', object: { name: 'data' }, owner: { name: 'web' } },
  ])
})

it('one that is bound, or that nobody mounts, is not', () => {
  expect(judged('Bound')).toEqual([])
  expect(judged('Pending', [])).toEqual([])
  expect(judged('Pending', [podLife({ pod, goneMs: 5000 })])).toEqual([])
})
