import { describe, expect, it } from 'vitest'
import { request } from '../../cluster/cluster.ts'
import { clusterOf } from '../../cluster/testing.ts'
import type { World } from '../../engine/world.ts'
import type { KubeObject } from '../../kube/object.ts'
import {
  blueGreen,
  type Given,
  namespace,
  notes,
  objectsOf,
  pass,
  rollout,
  statusOf,
  web,
} from './testing.ts'
import type { RolloutStrategy } from './types.ts'

/** Seven pods run, and their Rollout is healthy. */
function installed(given: Given): World {
  const made = clusterOf(objectsOf(given), given)
  pass(made, 900)
  return made
}

/** What somebody does with kubectl: a merge patch of the Rollout, or of its status. */
function edit(made: World, patch: object, subresource?: 'status'): void {
  const change = { verb: 'patch', target: rollout, patchType: 'merge', patch } as const
  const answer = request(made, { ...change, ...(subresource && { subresource }) })
  expect(answer).toMatchObject({ ok: true })
}

function update(made: World, image = 'registry.example.com/web:4'): void {
  const containers = [{ name: 'web', image }]
  edit(made, { spec: { template: { spec: { containers } } } })
}

/** Sizes of the ReplicaSets, oldest first. */
function sizes(made: World): readonly number[] {
  return setsOf(made).map(({ spec }) => spec.replicas)
}

interface Sized extends KubeObject {
  readonly spec: { readonly replicas: number }
}

function setsOf(made: World): readonly Sized[] {
  const all = made.store.list('ReplicaSet', namespace) as readonly Sized[]
  const own = all.filter(({ metadata }) => metadata.name?.startsWith('web-'))
  const revision = ({ metadata }: KubeObject): number =>
    Number(metadata.annotations?.['rollout.argoproj.io/revision'])
  return own.toSorted((a, b) => revision(a) - revision(b))
}

function hashes(made: World): readonly (string | undefined)[] {
  return setsOf(made).map(({ metadata }) => metadata.labels?.['rollouts-pod-template-hash'])
}

function selected(made: World, name: string): unknown {
  const found = made.store.get('Service', `default/${name}`) as KubeObject & Selecting
  return found.spec.selector['rollouts-pod-template-hash']
}

interface Selecting {
  readonly spec: { readonly selector: Readonly<Record<string, string>> }
}

/** What the controller said of the Rollout, in order. */
function events(made: World): readonly string[] {
  return made
    .traceFrom(0)
    .flatMap(entry =>
      entry.type === 'event' && entry.source === 'rollouts-controller'
        ? [`${entry.reason}: ${entry.message}`]
        : [],
    )
}

const promoted = { status: { pauseConditions: null } }
const versions = ['v1.6.0', 'v1.6.6', 'v1.7.2', 'v1.8.3', 'v1.9.1', 'v1.10.0']

describe('a blue-green update', () => {
  it.each(versions)(
    'switches when all new pods serve, and keeps the old ones 30 s: %s',
    version => {
      const made = installed({ version })
      update(made)
      pass(made, 20)
      const [old, fresh] = hashes(made)
      expect(sizes(made)).toEqual([7, 7])
      expect([selected(made, 'web'), selected(made, 'next')]).toEqual([fresh, fresh])
      expect(fresh).not.toBe(old)
      expect(statusOf(made)).toMatchObject({ stableRS: fresh, currentPodHash: fresh })
      pass(made, 60)
      expect(sizes(made)).toEqual([0, 7])
      expect(statusOf(made)).toMatchObject({ phase: 'Healthy', HPAReplicas: 7 })
      expect(notes(made)).toEqual([])
    },
  )

  it('waits for its promotion, and is promoted', () => {
    const strategy = { ...blueGreen.blueGreen, autoPromotionEnabled: false, previewReplicaCount: 2 }
    const made = installed({ object: web({ blueGreen: strategy }) })
    update(made)
    pass(made, 3000)
    const [old, fresh] = hashes(made)
    expect(sizes(made)).toEqual([7, 2])
    expect([selected(made, 'web'), selected(made, 'next')]).toEqual([old, fresh])
    expect(statusOf(made)).toMatchObject({ phase: 'Paused', message: 'BlueGreenPause' })
    edit(made, promoted, 'status')
    pass(made, 120)
    expect(sizes(made)).toEqual([0, 7])
    expect(selected(made, 'web')).toBe(fresh)
    expect(statusOf(made)).toMatchObject({ phase: 'Healthy' })
  })

  it('is promoted by itself after autoPromotionSeconds', () => {
    const strategy = { ...blueGreen.blueGreen, autoPromotionSeconds: 100 }
    const made = installed({ object: web({ blueGreen: strategy }) })
    update(made)
    pass(made, 95)
    expect(statusOf(made)).toMatchObject({ phase: 'Paused', message: 'BlueGreenPause' })
    pass(made, 60)
    expect(statusOf(made)).toMatchObject({ phase: 'Healthy' })
  })

  it('is aborted and tried again', () => {
    const strategy = { ...blueGreen.blueGreen, autoPromotionEnabled: false }
    const made = installed({ object: web({ blueGreen: strategy }) })
    update(made)
    pass(made, 60)
    edit(made, { status: { abort: true } }, 'status')
    pass(made, 20)
    expect(sizes(made)).toEqual([7, 7])
    expect(statusOf(made)).toMatchObject({
      phase: 'Degraded',
      message: 'RolloutAborted: Rollout aborted update to revision 2',
    })
    pass(made, 60)
    expect(sizes(made)).toEqual([7, 0])
    expect(selected(made, 'web')).toBe(hashes(made)[0])
    edit(made, { status: { abort: false } }, 'status')
    pass(made, 60)
    expect(sizes(made)).toEqual([7, 7])
    expect(statusOf(made)).toMatchObject({ phase: 'Paused' })
  })
})

const steps = [{ setWeight: 20 }, { pause: {} }, { setWeight: 50 }, { pause: { duration: '1m' } }]

describe('a canary update', () => {
  it.each(versions)('takes its steps, and waits where they say so: %s', version => {
    const made = installed({ version, object: web({ canary: { steps } }) })
    update(made)
    pass(made, 1000)
    expect(sizes(made)).toEqual([6, 2])
    expect(statusOf(made)).toMatchObject({
      phase: 'Paused',
      message: 'CanaryPauseStep',
      currentStepIndex: 1,
    })
    edit(made, promoted, 'status')
    pass(made, 40)
    expect(sizes(made)).toEqual([4, 4])
    expect(statusOf(made)).toMatchObject({ phase: 'Paused', currentStepIndex: 3 })
    pass(made, 100)
    expect(sizes(made)).toEqual([0, 7])
    expect(statusOf(made)).toMatchObject({ phase: 'Healthy', currentStepIndex: 4 })
    const [, fresh] = hashes(made)
    expect(
      events(made).filter(each => /^Rollout(Step|Completed|Paused|Resumed)/.test(each)),
    ).toEqual([
      expect.stringContaining('RolloutCompleted: Rollout completed update to revision 1'),
      'RolloutStepCompleted: Rollout step 1/4 completed (setWeight: 20)',
      'RolloutPaused: Rollout is paused (CanaryPauseStep)',
      'RolloutStepCompleted: Rollout step 2/4 completed (pause)',
      'RolloutStepCompleted: Rollout step 3/4 completed (setWeight: 50)',
      'RolloutPaused: Rollout is paused (CanaryPauseStep)',
      'RolloutStepCompleted: Rollout step 4/4 completed (pause: 1m)',
      'RolloutResumed: Rollout is resumed',
      `RolloutCompleted: Rollout completed update to revision 2 (${fresh}): Completed all 4 canary steps`,
    ])
  })

  it('is aborted and goes back at once', () => {
    const made = installed({ object: web({ canary: { steps } }) })
    update(made)
    pass(made, 60)
    edit(made, { status: { abort: true } }, 'status')
    pass(made, 60)
    expect(sizes(made)).toEqual([7, 0])
    expect(statusOf(made)).toMatchObject({ phase: 'Degraded', currentStepIndex: 0 })
  })

  it('skips its steps back to the stable ReplicaSet', () => {
    const made = installed({ object: web({ canary: { steps } }) })
    update(made)
    pass(made, 60)
    update(made, 'registry.example.com/web:3')
    pass(made, 60)
    expect(sizes(made)).toEqual([0, 7])
    expect(events(made)).toContain('SkipSteps: Rollback to stable ReplicaSets')
    expect(statusOf(made)).toMatchObject({ phase: 'Healthy', currentStepIndex: 4 })
  })

  it('is promoted in full', () => {
    const made = installed({ object: web({ canary: { steps } }) })
    update(made)
    pass(made, 60)
    edit(made, { status: { promoteFull: true, pauseConditions: null } }, 'status')
    pass(made, 60)
    expect(sizes(made)).toEqual([0, 7])
    expect(statusOf(made).promoteFull).toBeUndefined()
  })
})

describe('a canary with a traffic router', () => {
  const canary: NonNullable<RolloutStrategy['canary']> = {
    canaryService: 'next',
    stableService: 'web',
    trafficRouting: { nginx: {} },
    steps: [{ setWeight: 20 }, { pause: {} }],
  }

  it('keeps the stable pods until its weight is all, and 30 s longer', () => {
    const made = installed({ object: web({ canary }) })
    update(made)
    pass(made, 60)
    const [old, fresh] = hashes(made)
    expect(sizes(made)).toEqual([7, 2])
    expect([selected(made, 'web'), selected(made, 'next')]).toEqual([old, fresh])
    expect(statusOf(made).canary?.weights).toEqual({
      canary: { weight: 20, podTemplateHash: fresh, serviceName: 'next' },
      stable: { weight: 80, podTemplateHash: old, serviceName: 'web' },
    })
    edit(made, promoted, 'status')
    pass(made, 20)
    expect(sizes(made)).toEqual([7, 7])
    pass(made, 60)
    expect(sizes(made)).toEqual([0, 7])
    expect(selected(made, 'web')).toBe(fresh)
  })

  it('takes stable pods away with their traffic (dynamicStableScale)', () => {
    const made = installed({ object: web({ canary: { ...canary, dynamicStableScale: true } }) })
    update(made)
    pass(made, 60)
    expect(sizes(made)).toEqual([6, 2])
    edit(made, { status: { abort: true } }, 'status')
    pass(made, 60)
    expect(sizes(made)).toEqual([7, 0])
  })
})

describe('what else a spec asks for', () => {
  it.each([
    { version: 'v1.8.3', why: /^RolloutAborted: Rollout aborted update to revision 2$/ },
    { version: 'v1.10.0', why: /^RolloutAborted: .* revision 2: .* has timed out progressing\.$/ },
  ])('an update without progress is aborted, and $version says why', ({ version, why }) => {
    const more = { progressDeadlineSeconds: 60, progressDeadlineAbort: true }
    const made = installed({ version, object: web(blueGreen, more) })
    edit(made, { spec: { template: { spec: { nodeSelector: { disk: 'none' } } } } })
    pass(made, 65)
    expect(statusOf(made)).toMatchObject({ abort: true, phase: 'Degraded' })
    expect(statusOf(made).message).toMatch(why)
  })

  it('only so many old ReplicaSets are kept (revisionHistoryLimit)', () => {
    const made = installed({ object: web({ canary: {} }, { revisionHistoryLimit: 1 }) })
    for (const tag of [4, 5, 6]) {
      update(made, `registry.example.com/web:${tag}`)
      pass(made, 120)
    }
    expect(sizes(made)).toEqual([0, 7])
  })

  it('a rollback within the window takes no steps (rollbackWindow)', () => {
    const more = { rollbackWindow: { revisions: 2 } }
    const made = installed({ object: web({ canary: { steps } }, more) })
    update(made)
    pass(made, 60)
    edit(made, { status: { promoteFull: true, pauseConditions: null } }, 'status')
    pass(made, 120)
    update(made, 'registry.example.com/web:3')
    pass(made, 120)
    expect(sizes(made)).toEqual([0, 7])
    expect(events(made).at(-1)).toMatch(/Rollback within window$/)
  })

  it('all pods older than restartAt are replaced', () => {
    const made = installed({})
    const uids = (): readonly (string | undefined)[] =>
      made.store
        .list('Pod', namespace)
        .filter(({ metadata }) => metadata.labels?.['app'] === 'web')
        .map(({ metadata }) => metadata.uid)
    const before = new Set(uids())
    const restartAt = new Date(made.nowMs + 10_000).toISOString().replace(/\.\d+Z$/, 'Z')
    edit(made, { spec: { restartAt } })
    pass(made, 600)
    expect(uids()).toHaveLength(7)
    expect(uids().filter(uid => before.has(uid))).toEqual([])
    expect(statusOf(made)).toMatchObject({ restartedAt: restartAt, phase: 'Healthy' })
  })

  it('new pods keep away from those of the stable revision (antiAffinity)', () => {
    const antiAffinity = { requiredDuringSchedulingIgnoredDuringExecution: {} }
    const made = installed({ object: web({ canary: { antiAffinity, steps } }) })
    update(made)
    pass(made, 60)
    const [, fresh] = setsOf(made)
    const values = [hashes(made)[0]]
    expect(JSON.stringify(fresh)).toContain(JSON.stringify({ operator: 'In', values }).slice(1, -1))
  })
})

it('a Rollout takes the pods of a Deployment over (workloadRef)', () => {
  const labels = { app: 'web' }
  const containers = [{ name: 'web', image: 'registry.example.com/web:3' }]
  const deployment = {
    apiVersion: 'apps/v1',
    kind: 'Deployment',
    metadata: { name: 'origin', namespace },
    spec: {
      replicas: 7,
      selector: { matchLabels: labels },
      template: { metadata: { labels }, spec: { containers } },
    },
  }
  const workloadRef = { apiVersion: 'apps/v1', kind: 'Deployment', name: 'origin' }
  const more = { template: undefined, workloadRef: { ...workloadRef, scaleDown: 'onsuccess' } }
  const made = installed({ object: web(blueGreen, more) })
  expect(notes(made)).toMatchObject([{ message: expect.stringContaining('Deployment origin') }])
  request(made, { verb: 'create', object: deployment })
  pass(made, 120)
  expect(sizes(made)).toEqual([7])
  expect(made.store.get('Deployment', 'default/origin')).toMatchObject({ spec: { replicas: 0 } })
  const template = { spec: { containers: [{ name: 'web', image: 'registry.example.com/web:4' }] } }
  const target = { kind: 'Deployment', namespace, name: 'origin' }
  request(made, { verb: 'patch', target, patchType: 'merge', patch: { spec: { template } } })
  pass(made, 120)
  expect(sizes(made)).toEqual([0, 7])
  expect(statusOf(made)).toMatchObject({ phase: 'Healthy' })
})
