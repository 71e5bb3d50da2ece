import { describe, expect, it } from 'vitest'
import type { Node, Pod } from '../../kube/generated/types.ts'
import { runCycle } from './descheduler.ts'
import { loadPolicy } from './policy.ts'
import type { CycleLog, DeschedulerWorld } from './world.ts'

const nowMs = Date.parse('2000-01-01T00:00:00Z')

function node(name: string): Node {
  const amounts = { cpu: '4', memory: '8Gi', pods: '110' }
  const conditions = [{ type: 'Ready', status: 'True' }]
  return {
    metadata: { name },
    status: { capacity: amounts, allocatable: amounts, conditions },
  } as unknown as Node
}

function pod(name: string, on: string, ageSeconds = 3600): Pod {
  const time = new Date(nowMs - ageSeconds * 1000).toISOString()
  const owner = { apiVersion: 'apps/v1', kind: 'ReplicaSet', name: 'web', uid: 'web' }
  return {
    metadata: {
      name,
      namespace: 'default',
      creationTimestamp: time,
      ownerReferences: [{ ...owner, controller: true }],
    },
    spec: { nodeName: on, containers: [{ name: 'web', image: 'web' }] },
    status: { phase: 'Running', startTime: time },
  } as unknown as Pod
}

function world(pods: readonly Pod[], more: Partial<DeschedulerWorld> = {}): DeschedulerWorld {
  return {
    nodes: [node('one'), node('two')],
    pods,
    namespaces: [],
    persistentVolumeClaims: [],
    priorityClasses: [],
    nowMs,
    evict: () => undefined,
    ...more,
  }
}

function policy(strategy: string, args: object, evictor: object = {}, more: object = {}): unknown {
  const point = strategy === 'RemoveDuplicates' ? 'balance' : 'deschedule'
  return {
    apiVersion: 'descheduler/v1alpha2',
    kind: 'DeschedulerPolicy',
    ...more,
    profiles: [
      {
        name: 'p',
        pluginConfig: [
          { name: 'DefaultEvictor', args: evictor },
          { name: strategy, args },
        ],
        plugins: { [point]: { enabled: [strategy] } },
      },
    ],
  }
}

function cycle(given: DeschedulerWorld, file: unknown): CycleLog {
  const loaded = loadPolicy(file, given, 'policy.yaml')
  if (!loaded.ok) throw new Error(loaded.error)
  const result = runCycle(given, loaded.policy)
  if (result.type !== 'done') throw new Error(JSON.stringify(result))
  return result.log
}

function evicted(log: CycleLog): (string | undefined)[] {
  return log.evictions.filter(each => !each.refused).map(each => each.pod.metadata.name)
}

describe('descheduler', () => {
  it('evicts what has lived too long, and says what it did', () => {
    const log = cycle(
      world([pod('old', 'one'), pod('new', 'one', 10)]),
      policy('PodLifeTime', { maxPodLifeTimeSeconds: 600 }),
    )
    expect(evicted(log)).toEqual(['old'])
    expect(log.events).toMatchObject([{ type: 'Normal', reason: 'PodLifeTime' }])
  })

  it('spreads duplicates over the nodes', () => {
    const pods = [pod('a', 'one'), pod('b', 'one'), pod('c', 'one'), pod('d', 'one')]
    expect(evicted(cycle(world(pods), policy('RemoveDuplicates', {})))).toHaveLength(2)
  })

  it('counts what a budget refuses as a failure', () => {
    const log = cycle(
      world([pod('old', 'one')], { evict: () => 'no disruptions left' }),
      policy('PodLifeTime', { maxPodLifeTimeSeconds: 600 }),
    )
    expect(evicted(log)).toEqual([])
    expect(log.failures).toMatchObject([
      { error: 'error when evicting pod (ignoring) "old": no disruptions left' },
    ])
  })

  it('stops at its limit', () => {
    const pods = [pod('a', 'one'), pod('b', 'one'), pod('c', 'two')]
    const file = policy(
      'PodLifeTime',
      { maxPodLifeTimeSeconds: 600 },
      {},
      {
        maxNoOfPodsToEvictPerNode: 1,
      },
    )
    expect(evicted(cycle(world(pods), file))).toHaveLength(2)
  })

  it('takes every pod for one without a budget when those are protected', () => {
    const file = policy(
      'PodLifeTime',
      { maxPodLifeTimeSeconds: 600 },
      {
        podProtections: { extraEnabled: ['PodsWithoutPDB'] },
      },
    )
    expect(evicted(cycle(world([pod('old', 'one')]), file))).toEqual([])
  })

  it('does nothing with fewer than two ready nodes', () => {
    const given = world([], { nodes: [node('one')] })
    const loaded = loadPolicy(policy('PodLifeTime', { maxPodLifeTimeSeconds: 600 }), given, 'p')
    expect(loaded.ok && runCycle(given, loaded.policy).type).toBe('skipped')
  })

  it('refuses a policy with an unknown version', () => {
    const loaded = loadPolicy({ apiVersion: 'descheduler/v1', kind: 'X' }, world([]), 'p')
    expect(loaded.ok).toBe(false)
  })
})
