import { describe, expect, it } from 'vitest'
import { createCluster, request } from '../../cluster/cluster.ts'
import { parseSchedule } from '../../engine/schedule.ts'
import type { World } from '../../engine/world.ts'
import type { KubeObject } from '../../kube/object.ts'
import { nodeFromPool } from '../../nodes/node-object.ts'
import { type UnmodelledNote, unmodelledTopic } from '../program.ts'
import { versionOf } from './process.ts'
import { argoRollouts } from './program.ts'
import type { RolloutStatus, RolloutStrategy } from './types.ts'

const namespace = 'default'
const rollout = { kind: 'Rollout.argoproj.io', namespace, name: 'web' }

const definition = {
  apiVersion: 'apiextensions.k8s.io/v1',
  kind: 'CustomResourceDefinition',
  metadata: { name: 'rollouts.argoproj.io' },
  spec: {
    group: 'argoproj.io',
    scope: 'Namespaced',
    names: { kind: 'Rollout', listKind: 'RolloutList', plural: 'rollouts', singular: 'rollout' },
    versions: [
      {
        name: 'v1alpha1',
        served: true,
        storage: true,
        subresources: {
          status: {},
          scale: {
            specReplicasPath: '.spec.replicas',
            statusReplicasPath: '.status.HPAReplicas',
            labelSelectorPath: '.status.selector',
          },
        },
        schema: {
          openAPIV3Schema: { type: 'object', 'x-kubernetes-preserve-unknown-fields': true },
        },
      },
    ],
  },
}

function controller(version: string, replicas: number): KubeObject {
  const labels = { app: 'controller' }
  const containers = [{ name: 'c', image: `quay.io/argoproj/argo-rollouts:${version}` }]
  return {
    apiVersion: 'apps/v1',
    kind: 'Deployment',
    metadata: { name: 'controller', namespace },
    spec: {
      replicas,
      selector: { matchLabels: labels },
      template: { metadata: { labels }, spec: { containers } },
    },
  }
}

function web(strategy: RolloutStrategy, more: object = {}): KubeObject {
  const labels = { app: 'web' }
  const template = {
    metadata: { labels },
    spec: { containers: [{ name: 'web', image: 'registry.example.com/web:3' }] },
  }
  return {
    apiVersion: 'argoproj.io/v1alpha1',
    kind: 'Rollout',
    metadata: { name: 'web', namespace },
    spec: { replicas: 7, selector: { matchLabels: labels }, strategy, template, ...more },
  }
}

function service(name: string): KubeObject {
  const spec = { selector: { app: 'web' }, ports: [{ port: 80 }] }
  return { apiVersion: 'v1', kind: 'Service', metadata: { name, namespace }, spec }
}

const blueGreen: RolloutStrategy = { blueGreen: { activeService: 'web', previewService: 'next' } }

interface Given {
  readonly version?: string
  readonly schedule?: string
  readonly object?: KubeObject
  readonly kubernetes?: string
  /** Pods of the controller. */
  readonly controllers?: number
}

/** Seven pods run, and their Rollout is healthy. */
function installed(given: Given): World {
  const { version = 'v1.7.2', schedule = 'st2.1.d', object = web(blueGreen) } = given
  const { kubernetes = '1.33', controllers = 1 } = given
  const pool = { name: 'n', count: 2, cpu: '8', memory: '16Gi' }
  const nodes = [0, 1].map(index => {
    const details = { nowMs: 0, kubeletVersion: 'v1.36.0', ordinal: index + 1 }
    return nodeFromPool(pool, index, details) as unknown as KubeObject
  })
  const parsed = parseSchedule(schedule)
  if (!parsed.ok) throw new Error(schedule)
  const objects = [
    definition,
    service('web'),
    service('next'),
    controller(version, controllers),
    object,
  ]
  const programs = argoRollouts.actors({ objects, groups: [] })
  const made = createCluster({ kubernetes, nodes, programs, schedule: parsed.value })
  for (const each of objects) {
    expect(request(made, { verb: 'create', object: each })).toMatchObject({ ok: true })
  }
  pass(made, 900)
  return made
}

function pass(made: World, seconds: number): void {
  made.run({ untilMs: made.nowMs + seconds * 1000 })
}

function statusOf(made: World): RolloutStatus {
  return made.store.get(rollout.kind, 'default/web')?.['status'] as RolloutStatus
}

/** The counts of its last status, its phase, and its conditions as text. */
function told(made: World): object {
  const { HPAReplicas, replicas, phase, conditions = [] } = statusOf(made)
  const said = conditions.map(({ type, status, reason }) => `${type}=${status} ${reason}`).sort()
  return { HPAReplicas, replicas, phase, said }
}

function ready(made: World): number {
  const pods = made.store.list('Pod', namespace) as readonly (KubeObject & Serving)[]
  return pods.filter(({ metadata, status }) => {
    return metadata.labels?.['app'] === 'web' && status?.phase === 'Running'
  }).length
}

interface Serving {
  readonly status?: { readonly phase?: string }
}

function scaledDown(given: Given, afterSeconds = 60): World {
  const made = installed(given)
  expect(statusOf(made).phase).toBe('Healthy')
  const answer = request(made, { verb: 'scale', target: rollout, replicas: 5 })
  expect(answer).toMatchObject({ ok: true })
  pass(made, afterSeconds)
  expect(ready(made)).toBe(5)
  return made
}

const right = {
  HPAReplicas: 5,
  replicas: 5,
  phase: 'Healthy',
  said: [
    'Available=True AvailableReason',
    'Completed=True RolloutCompleted',
    'Healthy=True RolloutHealthy',
    'Progressing=True NewReplicaSetAvailable',
  ],
}
const stale = {
  HPAReplicas: 7,
  replicas: 7,
  phase: 'Healthy',
  said: [
    'Available=False AvailableReason',
    'Completed=True RolloutCompleted',
    'Healthy=False RolloutHealthy',
    'Progressing=True ReplicaSetNotAvailable',
  ],
}

/** The answers to the first update and to the patch after the conflict arrive late. */
const lateTwice = 'st2.1.d.late-update-replicaset=1.late-patch-replicaset=2'
const lateOnce = 'st2.1.d.late-update-replicaset=2'

describe('the controller of Rollouts in a cluster', () => {
  it('makes the ReplicaSet of a new Rollout and points the Services at it', () => {
    const made = installed({})
    const [set] = made.store.list('ReplicaSet', namespace).filter(({ metadata }) => {
      return metadata.name?.startsWith('web-')
    })
    const hash = set?.metadata.labels?.['rollouts-pod-template-hash']
    expect(set?.metadata.name).toBe(`web-${hash}`)
    expect(ready(made)).toBe(7)
    for (const name of ['web', 'next']) {
      const selector = { app: 'web', 'rollouts-pod-template-hash': hash }
      expect(made.store.get('Service', `default/${name}`)?.['spec']).toMatchObject({ selector })
    }
    expect(statusOf(made)).toMatchObject({ stableRS: hash, currentPodHash: hash })
  })

  it.each([
    { name: 'blue-green', object: web(blueGreen) },
    { name: 'canary', object: web({ canary: { steps: [{ setWeight: 20 }] } }) },
  ])('follows the replica count: $name', ({ object }) => {
    for (const version of ['v1.6.0', 'v1.6.6', 'v1.7.2', 'v1.8.3']) {
      expect(told(scaledDown({ version, object }))).toEqual(right)
    }
  })

  it.each([
    { version: 'v1.6.0', schedule: lateOnce, want: right },
    { version: 'v1.6.6', schedule: lateOnce, want: stale },
    { version: 'v1.7.2', schedule: lateTwice, want: stale },
    { version: 'v1.8.3', schedule: lateOnce, want: right },
    { version: 'v1.8.3', schedule: lateTwice, want: right },
  ])('$version under $schedule', ({ version, schedule, want }) => {
    expect(told(scaledDown({ version, schedule }))).toEqual(want)
  })

  it('a stale status turns Degraded 602 s later', () => {
    const given = { schedule: lateTwice }
    expect(statusOf(scaledDown(given, 600)).phase).toBe('Healthy')
    expect(statusOf(scaledDown(given, 604))).toMatchObject({
      HPAReplicas: 7,
      phase: 'Degraded',
      message: expect.stringMatching(/^ProgressDeadlineExceeded: .* has timed out progressing.$/),
    })
  })

  it('heals with a restart of the controller', () => {
    const made = scaledDown({ schedule: lateTwice })
    for (const { metadata } of made.store.list('Pod', namespace)) {
      if (metadata.labels?.['app'] !== 'controller') continue
      const target = { kind: 'Pod', namespace, name: metadata.name ?? '' }
      expect(request(made, { verb: 'delete', target })).toMatchObject({ ok: true })
    }
    pass(made, 60)
    expect(told(made)).toEqual(right)
  })

  it('heals by itself where the ReplicaSet tells that its pods are gone, since 1.35', () => {
    const made = scaledDown({ schedule: lateTwice, kubernetes: '1.36' })
    expect(told(made)).toEqual(right)
  })

  it('does nothing while no pod of its own runs', () => {
    const made = installed({ version: 'v1.7.2', controllers: 0 })
    expect(statusOf(made)).toBeUndefined()
    expect(ready(made)).toBe(0)
  })
})

describe('what is not modelled', () => {
  function notes(made: World): readonly UnmodelledNote[] {
    return made
      .traceFrom(0)
      .flatMap(entry =>
        entry.type === 'note' && entry.topic === unmodelledTopic
          ? [entry.data as UnmodelledNote]
          : [],
      )
  }

  it('an update is told, and the pods stay as they were', () => {
    const made = installed({})
    expect(notes(made)).toEqual([])
    const patch = { spec: { template: { metadata: { annotations: { try: '2' } } } } }
    const change = { verb: 'patch', target: rollout, patchType: 'merge', patch } as const
    expect(request(made, change)).toMatchObject({ ok: true })
    pass(made, 60)
    expect(ready(made)).toBe(7)
    expect(notes(made)).toEqual([
      { kind: 'Rollout', key: 'default/web', message: expect.stringContaining('updates are not') },
    ])
  })

  it.each([
    { name: 'workloadRef', object: web(blueGreen, { template: undefined }) },
    { name: 'traffic router', object: web({ canary: { trafficRouting: {} } }) },
    { name: 'anti-affinity', object: web({ canary: { antiAffinity: { required: {} } } }) },
    { name: 'restartAt', object: web(blueGreen, { restartAt: '2026-01-01T00:00:00Z' }) },
    { name: 'strategy', object: web({}) },
    { name: 'Service absent', object: web({ blueGreen: { activeService: 'absent' } }) },
  ])('no pods are made, and it is told: $name', ({ name, object }) => {
    const made = installed({ object })
    expect(ready(made)).toBe(0)
    expect(notes(made)).toMatchObject([{ message: expect.stringContaining(name) }])
  })

  it('a pause is told, and no more when it is over', () => {
    const made = installed({ object: web(blueGreen, { paused: true }) })
    const patch = { spec: { paused: false } }
    request(made, { verb: 'patch', target: rollout, patchType: 'merge', patch })
    pass(made, 60)
    expect(notes(made)).toEqual([
      { kind: 'Rollout', key: 'default/web', message: expect.stringContaining('paused') },
      { kind: 'Rollout', key: 'default/web' },
    ])
    expect(told(made)).toMatchObject({ phase: 'Healthy', HPAReplicas: 7 })
  })
})

it.each([
  ['v1.6.0', 'v1.6.0'],
  ['v1.5.1', 'v1.6.0'],
  ['v1.6.4', 'v1.6.6'],
  ['1.7.0', 'v1.7.2'],
  ['v1.8.0-rc2', 'v1.8.3'],
  ['v1.9.1', 'v1.8.3'],
  ['latest', 'v1.8.3'],
])('the image %s acts as %s', (tag, want) => {
  expect(versionOf(tag)).toBe(want)
})
