import { describe, expect, it } from 'vitest'
import type { ReplicaSet } from '../../kube/generated/types.ts'
import { basicCanaryCounts } from './basic-canary.ts'
import { newReplicas } from './new-replicas.ts'
import { routedCanaryCounts } from './routed-canary.ts'
import type { Rollout, RolloutStatus, RolloutStrategy } from './types.ts'

function replicaSet(name: string, size: number, available = size): ReplicaSet {
  return {
    apiVersion: 'apps/v1',
    kind: 'ReplicaSet',
    metadata: { name, labels: { 'rollouts-pod-template-hash': name } },
    spec: { replicas: size, selector: {} },
    status: { replicas: size, availableReplicas: available },
  }
}

function rollout(replicas: number, strategy: RolloutStrategy, status: RolloutStatus): Rollout {
  return {
    apiVersion: 'argoproj.io/v1alpha1',
    kind: 'Rollout',
    metadata: { name: 'app' },
    spec: { replicas, strategy },
    status: { stableRS: 'stable', currentPodHash: 'new', ...status },
  }
}

describe('a canary without traffic routing', () => {
  it.each([
    // 10 pods, 10 %: one canary beside nine.
    { weight: 10, maxSurge: 1, maxUnavailable: 1, want: { canary: 1, stable: 9 } },
    // 30 %, nothing may be missing: the stable set shrinks once the three are available.
    { weight: 30, maxSurge: 3, maxUnavailable: 0, want: { canary: 3, stable: 10 } },
    // 30 %, no surge: the stable set makes room first.
    { weight: 30, maxSurge: 0, maxUnavailable: 5, want: { canary: 0, stable: 7 } },
  ])('goes towards $weight %', ({ weight, maxSurge, maxUnavailable, want }) => {
    const canary = { maxSurge, maxUnavailable, steps: [{ setWeight: weight }] }
    const sets = { newSet: replicaSet('new', 0), stable: replicaSet('stable', 10), older: [] }
    expect(basicCanaryCounts(rollout(10, { canary }, {}), sets)).toEqual(want)
  })
})

describe('a canary with traffic routing', () => {
  const canary = { trafficRouting: {}, steps: [{ setWeight: 20 }] }

  it('leaves the stable set as it is', () => {
    expect(routedCanaryCounts(rollout(10, { canary }, {}), undefined)).toEqual({
      canary: 2,
      stable: 10,
    })
  })

  it('with dynamicStableScale keeps stable pods for the traffic they still get', () => {
    const dynamic = { ...canary, dynamicStableScale: true }
    const weights = { canary: { weight: 5 }, stable: { weight: 95 } }
    expect(routedCanaryCounts(rollout(10, { canary: dynamic }, {}), weights)).toEqual({
      canary: 2,
      stable: 10,
    })
  })
})

describe('the new ReplicaSet of a blue-green rollout', () => {
  const blueGreen = { activeService: 'a', previewReplicaCount: 2 }
  const sets = [replicaSet('new', 0), replicaSet('stable', 5)]
  const [newSet] = sets as [ReplicaSet, ReplicaSet]
  const active = { blueGreen: { activeSelector: 'stable' } }

  it.each([
    { name: 'is a preview first', status: active, want: 2 },
    { name: 'is full on a full promotion', status: { ...active, promoteFull: true }, want: 5 },
    { name: 'is full once active', status: { blueGreen: { activeSelector: 'new' } }, want: 5 },
  ])('$name', ({ status, want }) => {
    expect(newReplicas(rollout(5, { blueGreen }, status), newSet, sets)).toBe(want)
  })
})
