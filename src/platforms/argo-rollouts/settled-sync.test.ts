import { describe, expect, it } from 'vitest'
import type { ReplicaSet } from '../../kube/generated/types.ts'
import { desiredReplicas } from './conditions.ts'
import {
  type CacheWrite,
  type ReplicaSetWrite,
  type RolloutsVersion,
  type SyncOutcome,
  syncSettled,
  type WriteResult,
} from './settled-sync.ts'
import { podHashLabel, type Rollout, type RolloutStatus, type RolloutStrategy } from './types.ts'

const now = '2026-01-01T00:00:00Z'
const labels = { app: 'web', [podHashLabel]: 'abc' }
const selector = { matchLabels: { app: 'web' } }

function set(size: number, pods = size): ReplicaSet {
  return {
    metadata: { name: 'web-abc', labels, annotations: { [desiredReplicas]: String(size) } },
    spec: { replicas: size, selector: { matchLabels: labels } },
    status: { replicas: pods, readyReplicas: pods, availableReplicas: pods },
  } as unknown as ReplicaSet
}

function rollout(
  replicas: number,
  strategy: RolloutStrategy,
  conditions: RolloutStatus['conditions'] = [],
): Rollout {
  return {
    apiVersion: 'argoproj.io/v1alpha1',
    kind: 'Rollout',
    metadata: { name: 'web', namespace: 'default', generation: 2 },
    spec: { replicas, selector, strategy, template: { metadata: { labels: { app: 'web' } } } },
    status: { observedGeneration: '2', stableRS: 'abc', currentPodHash: 'abc', conditions },
  } as unknown as Rollout
}

interface Run {
  readonly asked: readonly (ReplicaSetWrite | CacheWrite)['type'][]
  readonly outcome: SyncOutcome
}

/** Updates beyond the first `accepted` are refused. */
function run(
  version: RolloutsVersion,
  given: { rollout: Rollout; replicaSet: ReplicaSet; nowMs?: number },
  accepted = 1,
): Run {
  const sync = syncSettled({ nowMs: Date.parse(now), activeSelector: 'abc', ...given }, version)
  const asked: Run['asked'][number][] = []
  let step = sync.next()
  while (step.done !== true) {
    const { type, replicaSet } = step.value
    asked.push(type)
    const isRefused = type === 'update' && asked.filter(each => each === type).length > accepted
    const result: WriteResult = isRefused
      ? { ok: false, error: 'conflict' }
      : { ok: true, replicaSet }
    step = sync.next(type === 'cache' ? undefined : result)
  }
  return { asked, outcome: step.value }
}

describe('syncSettled', () => {
  it('writes the new size once for a canary, twice for blue-green', () => {
    const canary = { rollout: rollout(5, { canary: {} }), replicaSet: set(7) }
    expect(run('v1.8.3', canary).asked).toEqual(['update'])
    const blueGreen = {
      rollout: rollout(5, { blueGreen: { activeService: 'a' } }),
      replicaSet: set(7),
    }
    const { asked, outcome } = run('v1.8.3', blueGreen)
    expect(asked).toEqual(['update', 'update'])
    expect(outcome).toMatchObject({ ok: false })
    expect(!outcome.ok && outcome.error).toMatch(/in reconcileNewReplicaSet: .*web-abc: conflict$/)
  })

  it('answers a conflict as each version does', () => {
    const given = { rollout: rollout(5, { canary: {} }), replicaSet: set(7) }
    expect(run('v1.6.6', given).asked).toEqual(['update', 'cache'])
    expect(run('v1.6.6', given, 0).outcome.ok).toBe(false)
    expect(run('v1.7.2', given, 0).asked).toEqual(['update', 'patch', 'cache'])
    expect(run('v1.8.3', given, 0).outcome.ok).toBe(false)
  })

  it('is healthy with all pods', () => {
    const { outcome } = run('v1.8.3', { rollout: rollout(3, { canary: {} }), replicaSet: set(3) })
    expect(outcome.ok && outcome.status.phase).toBe('Healthy')
    const types = outcome.ok && (outcome.status.conditions ?? []).map(({ type }) => type)
    expect(types).toEqual(['Healthy', 'Progressing', 'Available', 'Completed'])
  })

  it('is degraded once it made no progress for too long', () => {
    const times = { lastTransitionTime: now, lastUpdateTime: now }
    const condition = { status: 'True', reason: 'ReplicaSetUpdated', message: '', ...times }
    const given = rollout(3, { canary: {} }, [{ type: 'Progressing', ...condition }])
    const counts = { replicas: 2, updatedReplicas: 2, readyReplicas: 2, availableReplicas: 2 }
    const status = { ...given.status, ...counts }
    const replicaSet = set(3, 2)
    const first = run('v1.8.3', { rollout: { ...given, status }, replicaSet })
    expect(first.outcome.ok && first.outcome.status.phase).toBe('Progressing')
    const settled = first.outcome.ok ? first.outcome.status : {}
    const nowMs = Date.parse(now) + 601_000
    const second = run('v1.8.3', { rollout: { ...given, status: settled }, replicaSet, nowMs })
    expect(second.outcome.ok && second.outcome.status).toMatchObject({
      phase: 'Degraded',
      message: 'ProgressDeadlineExceeded: ReplicaSet "web-abc" has timed out progressing.',
    })
  })
})
