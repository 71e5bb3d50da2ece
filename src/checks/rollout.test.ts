import { describe, expect, it } from 'vitest'
import type { KubeObject } from '../kube/object.ts'
import { isComplete, rolloutOk, rolloutStuck } from './rollout.ts'
import { deployment, lifeWith, observed, stillWorld, workloadLife } from './testing.ts'

const full = { replicas: 2, updatedReplicas: 2, availableReplicas: 2 }
const half = { replicas: 3, updatedReplicas: 1, availableReplicas: 2 }
const timedOut = {
  ...half,
  conditions: [
    { type: 'Progressing', status: 'False', reason: 'ProgressDeadlineExceeded', message: 'late' },
  ],
}

function object(kind: string, spec: object, status: object): KubeObject {
  return { apiVersion: 'apps/v1', kind, metadata: { name: 'x' }, spec, status }
}

describe('isComplete', () => {
  const cases = [
    { name: 'all new and available', given: deployment(full), want: true },
    { name: 'an old pod is left', given: deployment({ ...full, replicas: 3 }), want: false },
    {
      name: 'a set whose revision has become current',
      given: object(
        'StatefulSet',
        { replicas: 1 },
        { readyReplicas: 1, currentRevision: 'a', updateRevision: 'a' },
      ),
      want: true,
    },
    {
      name: 'a set half-way',
      given: object(
        'StatefulSet',
        { replicas: 1 },
        { readyReplicas: 1, currentRevision: 'a', updateRevision: 'b' },
      ),
      want: false,
    },
    {
      name: 'a set with a partition needs only the ordinals above it',
      given: object(
        'StatefulSet',
        { replicas: 3, updateStrategy: { rollingUpdate: { partition: 2 } } },
        { readyReplicas: 3, updatedReplicas: 1, currentRevision: 'a', updateRevision: 'b' },
      ),
      want: true,
    },
    {
      name: 'a DaemonSet with one node to go',
      given: object(
        'DaemonSet',
        {},
        { desiredNumberScheduled: 2, updatedNumberScheduled: 1, numberAvailable: 2 },
      ),
      want: false,
    },
  ]
  it.each(cases)('$name', ({ given, want }) => {
    expect(isComplete(given)).toBe(want)
  })
})

/** A run in which the template changed, and the Deployment ended with this status. */
function rolled(status: object, quiet = true) {
  const world = stillWorld()
  const key = 'default/web'
  const write = (after: KubeObject): unknown =>
    world.submit({ kind: 'Deployment', key, object: after }, 'test')
  write(deployment(full))
  const startRevision = world.store.revision
  const last = deployment(status, { stamp: 1 })
  write(last)
  const life = lifeWith({ workloads: [workloadLife({ object: last })] })
  return { observation: observed({ world, startRevision, quiet }), life }
}

describe('rollout-stuck', () => {
  it('is a deadline that passed, with its reason and text', () => {
    const { observation, life } = rolled(timedOut)
    expect(rolloutStuck.judge(observation, life)).toMatchObject([
      { verdict: 'rollout-stuck', reason: 'ProgressDeadlineExceeded', message: 'late' },
    ])
  })

  it('is a new revision half-way while all is at rest', () => {
    const { observation, life } = rolled(half)
    expect(rolloutStuck.judge(observation, life)).toHaveLength(1)
  })

  it('is not said while something still happens', () => {
    const { observation, life } = rolled(half, false)
    expect(rolloutStuck.judge(observation, life)).toEqual([])
  })

  it('is not said of a workload that nobody changed', () => {
    const life = lifeWith({ workloads: [workloadLife({ object: deployment(half) })] })
    expect(rolloutStuck.judge(observed(), life)).toEqual([])
  })
})

it('rollout-ok is a new revision that reached the last pod', () => {
  const done = rolled(full)
  expect(rolloutOk.judge(done.observation, done.life)).toMatchObject([{ verdict: 'rollout-ok' }])
  const open = rolled(half)
  expect(rolloutOk.judge(open.observation, open.life)).toEqual([])
})
