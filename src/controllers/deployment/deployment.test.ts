// Scenarios of the Deployment controller with the ReplicaSet controller beside it.

import { describe, expect, it } from 'vitest'
import type { Deployment, Pod, ReplicaSet } from '../../kube/generated/types.ts'
import { replicaSet, replicaSetBefore135 } from '../replica-set/replica-set.ts'
import { FakeCluster, refusal } from '../testing.ts'
import { deployment, deploymentBefore135 } from './deployment.ts'

interface Options {
  readonly replicas?: number
  readonly image?: string
  readonly strategy?: unknown
  readonly spec?: Readonly<Record<string, unknown>>
}

function web({ replicas = 3, image = 'web:1', strategy, spec }: Options = {}): Deployment {
  const rolling = {
    type: 'RollingUpdate',
    rollingUpdate: { maxSurge: '25%', maxUnavailable: '25%' },
  }
  return {
    apiVersion: 'apps/v1',
    kind: 'Deployment',
    metadata: { name: 'web', namespace: 'default' },
    spec: {
      replicas,
      selector: { matchLabels: { app: 'web' } },
      strategy: strategy ?? rolling,
      revisionHistoryLimit: 10,
      progressDeadlineSeconds: 600,
      template: {
        metadata: { labels: { app: 'web' } },
        spec: { containers: [{ name: 'main', image }] },
      },
      ...spec,
    },
  } as unknown as Deployment
}

function cluster(): FakeCluster {
  return new FakeCluster(deployment, replicaSet)
}

/** Makes every living pod Running and Ready on a node; removes those that are being deleted. */
function runPods(fake: FakeCluster, isReady: (pod: Pod) => boolean = () => true): void {
  for (const pod of fake.list<Pod>('Pod')) {
    const key = `default/${pod.metadata.name}`
    if (pod.metadata.deletionTimestamp !== undefined) fake.remove('Pod', key)
    else if (pod.status?.phase === 'Pending' && isReady(pod)) {
      const condition = {
        type: 'Ready',
        status: 'True',
        lastTransitionTime: '2026-01-01T00:00:00Z',
      }
      fake.change<Pod>('Pod', key, before => ({
        ...before,
        spec: { ...before.spec, nodeName: 'n1' } as NonNullable<Pod['spec']>,
        status: { phase: 'Running', conditions: [condition] } as NonNullable<Pod['status']>,
      }))
    }
  }
}

function rollOut(fake: FakeCluster, rounds = 20): void {
  for (let round = 0; round < rounds; round++) {
    fake.settle()
    runPods(fake)
  }
  fake.settle()
}

function setImage(fake: FakeCluster, image: string): void {
  fake.change<Deployment>('Deployment', 'default/web', before => ({
    ...before,
    spec: {
      ...before.spec,
      template: {
        ...before.spec?.template,
        spec: { containers: [{ name: 'main', image }] },
      },
    } as unknown as NonNullable<Deployment['spec']>,
  }))
}

function setSpec(fake: FakeCluster, spec: Readonly<Record<string, unknown>>): void {
  fake.change<Deployment>('Deployment', 'default/web', before => ({
    ...before,
    spec: { ...before.spec, ...spec } as unknown as NonNullable<Deployment['spec']>,
  }))
}

function stored(fake: FakeCluster): Deployment {
  return fake.get<Deployment>('Deployment', 'default/web') as Deployment
}

function condition(fake: FakeCluster, type: string) {
  return stored(fake).status?.conditions?.find(one => one.type === type)
}

/** Sizes of the ReplicaSets by revision. */
function sizes(fake: FakeCluster): Record<string, number | undefined> {
  return Object.fromEntries(
    fake
      .list<ReplicaSet>('ReplicaSet')
      .map(set => [
        set.metadata.annotations?.['deployment.kubernetes.io/revision'],
        set.spec?.replicas,
      ]),
  )
}

function eventsOf(trace: readonly string[], reason: string): string[] {
  return trace
    .filter(line => line.includes(` ${reason}: `))
    .map(line => line.replace(/web-[a-z0-9]+/g, 'web-HASH'))
}

describe('a new Deployment', () => {
  it('creates its ReplicaSet, notes the revision, and is refused its second status write', () => {
    const fake = cluster()
    fake.add(web())
    expect(fake.reconcile(deployment, 'default/web').error).toContain('cannot be fulfilled')
    const name = fake.list('ReplicaSet')[0]?.metadata.name
    expect(fake.takeTrace()).toEqual([
      `create ReplicaSet ${name}`,
      `Normal ScalingReplicaSet: Scaled up replica set ${name} from 0 to 3`,
      'update Deployment web/status',
    ])
    expect(stored(fake).metadata.annotations).toEqual({ 'deployment.kubernetes.io/revision': '1' })
    expect(condition(fake, 'Progressing')).toMatchObject({
      status: 'True',
      reason: 'NewReplicaSetCreated',
      message: `Created new replica set "${name}"`,
    })
  })

  it('ends complete, with the counters of its pods', () => {
    const fake = cluster()
    fake.add(web())
    rollOut(fake)
    expect(stored(fake).status).toMatchObject({
      observedGeneration: 1,
      replicas: 3,
      updatedReplicas: 3,
      readyReplicas: 3,
      availableReplicas: 3,
      terminatingReplicas: 0,
    })
    expect(stored(fake).status).not.toHaveProperty('unavailableReplicas')
    expect(condition(fake, 'Available')?.reason).toBe('MinimumReplicasAvailable')
    expect(condition(fake, 'Progressing')?.reason).toBe('NewReplicaSetAvailable')
  })

  it('before 1.35 counts no terminating pods', () => {
    const fake = new FakeCluster(deploymentBefore135, replicaSetBefore135)
    fake.add(web())
    rollOut(fake)
    expect(stored(fake).status).toMatchObject({ availableReplicas: 3 })
    expect(stored(fake).status).not.toHaveProperty('terminatingReplicas')
  })

  it('tells of a ReplicaSet that the API server refuses', () => {
    const fake = cluster()
    fake.add(web())
    fake.intercept = request =>
      request.verb === 'create' && request.object.kind === 'ReplicaSet'
        ? refusal(403, 'Forbidden', 'exceeded quota')
        : undefined
    expect(fake.reconcile(deployment, 'default/web').error).toBe('exceeded quota')
    expect(condition(fake, 'Progressing')).toMatchObject({
      status: 'False',
      reason: 'ReplicaSetCreateError',
    })
    expect(eventsOf(fake.trace, 'ReplicaSetCreateError')).toEqual([
      'Warning ReplicaSetCreateError: Failed to create new replica set "web-HASH": exceeded quota',
    ])
  })
})

describe('a rolling update', () => {
  it('moves pod by pod within surge and unavailability', () => {
    const fake = cluster()
    fake.add(web({ replicas: 4 }))
    rollOut(fake)
    fake.takeTrace()
    setImage(fake, 'web:2')
    rollOut(fake)
    expect(sizes(fake)).toEqual({ 1: 0, 2: 4 })
    // 4 replicas, 25 %: at most 5 pods, at least 3 available. Pods become ready in pairs here.
    expect(eventsOf(fake.trace, 'ScalingReplicaSet').map(line => line.slice(-6))).toEqual([
      '0 to 1',
      '4 to 3',
      '1 to 2',
      '3 to 1',
      '2 to 4',
      '1 to 0',
    ])
  })

  it('with no surge and unavailable rounding down to nothing still takes one pod away', () => {
    const fake = cluster()
    const strategy = {
      type: 'RollingUpdate',
      rollingUpdate: { maxSurge: 0, maxUnavailable: '10%' },
    }
    fake.add(web({ replicas: 3, strategy }))
    rollOut(fake)
    fake.takeTrace()
    setImage(fake, 'web:2')
    rollOut(fake)
    const moves = eventsOf(fake.trace, 'ScalingReplicaSet').map(line => line.slice(-6))
    expect(moves.slice(0, 2)).toEqual(['3 to 2', '0 to 1'])
    expect(sizes(fake)).toEqual({ 1: 0, 2: 3 })
  })

  it('numbers the ReplicaSet anew when an old template returns, and keeps its history', () => {
    const fake = cluster()
    fake.add(web())
    rollOut(fake)
    setImage(fake, 'web:2')
    rollOut(fake)
    setImage(fake, 'web:1')
    rollOut(fake)
    expect(sizes(fake)).toEqual({ 2: 0, 3: 3 })
    const latest = fake
      .list<ReplicaSet>('ReplicaSet')
      .find(set => set.metadata.annotations?.['deployment.kubernetes.io/revision'] === '3')
    expect(latest?.metadata.annotations?.['deployment.kubernetes.io/revision-history']).toBe('1')
    expect(stored(fake).metadata.annotations?.['deployment.kubernetes.io/revision']).toBe('3')
  })

  it('deletes old ReplicaSets beyond the history limit', () => {
    const fake = cluster()
    fake.add(web({ spec: { revisionHistoryLimit: 1 } }))
    for (const image of ['web:2', 'web:3', 'web:4']) {
      rollOut(fake)
      setImage(fake, image)
    }
    rollOut(fake)
    expect(sizes(fake)).toEqual({ 3: 0, 4: 3 })
  })

  it('removes old pods that are not ready before new ones are', () => {
    const fake = cluster()
    fake.add(web({ replicas: 4 }))
    fake.settle()
    let ready = 0
    runPods(fake, () => ready++ < 2)
    fake.settle()
    setImage(fake, 'web:2')
    fake.settle()
    // Of 4 one may be missing: 4 old + 1 new - 3 - 1 new unavailable = 1 may go, an unready one.
    expect(sizes(fake)).toEqual({ 1: 3, 2: 2 })
  })
})

describe('the progress deadline', () => {
  const cases = [
    { name: 'looks again one second after the deadline', passedMs: 0, wantMs: 11_000 },
    { name: 'counts from the last update', passedMs: 4_000, wantMs: 7_000 },
    { name: 'in the last second waits just past the deadline', passedMs: 9_500, wantMs: 505 },
  ]
  it.each(cases)('$name', ({ passedMs, wantMs }) => {
    const fake = cluster()
    fake.add(web({ spec: { progressDeadlineSeconds: 10 } }))
    fake.settle()
    fake.nowMs += passedMs
    expect(fake.reconcile(deployment, 'default/web')).toEqual({ requeueAfterMs: wantMs })
  })

  it('turns Progressing false and does not look again', () => {
    const fake = cluster()
    fake.add(web({ spec: { progressDeadlineSeconds: 10 } }))
    fake.settle()
    fake.nowMs += 11_000
    fake.reconcile(deployment, 'default/web')
    expect(condition(fake, 'Progressing')).toMatchObject({
      status: 'False',
      reason: 'ProgressDeadlineExceeded',
    })
    expect(fake.reconcile(deployment, 'default/web')).toEqual({})
  })
})

describe('scaling', () => {
  it('in the middle of a rollout sizes all ReplicaSets in proportion', () => {
    const fake = cluster()
    const strategy = { type: 'RollingUpdate', rollingUpdate: { maxSurge: 3, maxUnavailable: 2 } }
    fake.add(web({ replicas: 10, strategy }))
    rollOut(fake)
    setImage(fake, 'web:2')
    fake.settle()
    expect(sizes(fake)).toEqual({ 1: 8, 2: 5 })
    setSpec(fake, { replicas: 15 })
    fake.settle()
    // 13 pods become 18: 8 * 18 / 13 = 11.08 -> 11, 5 * 18 / 13 = 6.9 -> 7.
    expect(sizes(fake)).toEqual({ 1: 11, 2: 7 })
  })

  it('follows at once while paused, and a new template waits for the resume', () => {
    const fake = cluster()
    fake.add(web())
    rollOut(fake)
    setSpec(fake, { paused: true })
    fake.settle()
    expect(condition(fake, 'Progressing')).toMatchObject({
      status: 'Unknown',
      reason: 'DeploymentPaused',
    })
    setImage(fake, 'web:2')
    setSpec(fake, { replicas: 5 })
    rollOut(fake)
    expect(sizes(fake)).toEqual({ 1: 5 })
    setSpec(fake, { paused: false })
    rollOut(fake)
    expect(sizes(fake)).toEqual({ 1: 0, 2: 5 })
  })
})

describe('Recreate', () => {
  it('creates new pods only when the old ones have gone', () => {
    const fake = cluster()
    fake.add(web({ strategy: { type: 'Recreate' } }))
    rollOut(fake)
    setImage(fake, 'web:2')
    fake.settle()
    expect(sizes(fake)).toEqual({ 1: 0 })
    expect(fake.list<Pod>('Pod')).toHaveLength(3)
    runPods(fake)
    fake.settle()
    expect(sizes(fake)).toEqual({ 1: 0, 2: 3 })
  })
})

describe('adoption', () => {
  it('takes over a ReplicaSet with the same template and gives one up that no longer matches', () => {
    const fake = cluster()
    const { template } = web().spec ?? {}
    fake.add({
      apiVersion: 'apps/v1',
      kind: 'ReplicaSet',
      metadata: { name: 'found', namespace: 'default', labels: { app: 'web' } },
      spec: { replicas: 3, selector: { matchLabels: { app: 'web' } }, template },
    } as unknown as ReplicaSet)
    fake.add(web())
    rollOut(fake)
    expect(sizes(fake)).toEqual({ 1: 3 })
    const key = 'default/found'
    expect(fake.get('ReplicaSet', key)?.metadata.ownerReferences?.[0]?.name).toBe('web')
    fake.change<ReplicaSet>('ReplicaSet', key, before => ({
      ...before,
      metadata: { ...before.metadata, labels: { app: 'other' } },
    }))
    fake.settle()
    expect(fake.get('ReplicaSet', key)?.metadata.ownerReferences).toEqual([])
  })
})
