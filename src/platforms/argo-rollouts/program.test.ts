import { describe, expect, it } from 'vitest'
import { request } from '../../cluster/cluster.ts'
import { clusterOf } from '../../cluster/testing.ts'
import type { World } from '../../engine/world.ts'
import {
  blueGreen,
  type Given,
  objectsOf,
  namespace,
  notes,
  pass,
  ready,
  rollout,
  service,
  statusOf,
  told,
  web,
} from './testing.ts'
import { versionOf } from './version.ts'

/** Seven pods run, and their Rollout is healthy. */
function installed(given: Given): World {
  const made = clusterOf(objectsOf(given), given)
  pass(made, 900)
  return made
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
    for (const version of ['v1.6.0', 'v1.6.6', 'v1.7.2', 'v1.8.3', 'v1.9.1', 'v1.10.0']) {
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
  it.each([
    { name: 'pod template', object: web(blueGreen, { template: undefined }) },
    { name: 'pingPong', object: web({ canary: { pingPong: {} } }) },
    { name: 'strategy', object: web({}) },
    { name: 'Service absent', object: web({ blueGreen: { activeService: 'absent' } }) },
  ])('no pods are made, and it is told: $name', ({ name, object }) => {
    const made = installed({ object })
    expect(ready(made)).toBe(0)
    expect(notes(made)).toMatchObject([{ message: expect.stringContaining(name) }])
  })

  it.each([
    { version: 'v1.8.3', told: 1 },
    { version: 'v1.9.1', told: 2 },
  ])('all parts are told, those of the version, too: $version', ({ version, told: wanted }) => {
    const canary = { dynamicStableScale: true, trafficRouting: { nginx: {} } }
    const object = web({ canary: { ...canary, steps: [{ setWeight: 20 }] } })
    const [note] = notes(installed({ version, object }))
    const found = ['router (nginx)', 'dynamicStableScale'].filter(part =>
      note?.message?.includes(part),
    )
    expect(found).toHaveLength(wanted)
  })

  it('an argument from a field is told', () => {
    const args = [{ name: 'host', valueFrom: { fieldRef: { fieldPath: 'metadata.name' } } }]
    const made = installed({ object: web({ canary: { analysis: { args } } }) })
    expect(ready(made)).toBe(7)
    expect(notes(made)).toMatchObject([{ message: expect.stringMatching(/host: fieldRef/) }])
  })

  it('a Service that is not there makes the Rollout invalid until it is', () => {
    const object = web({ blueGreen: { activeService: 'late' } })
    const made = installed({ object })
    const error =
      'spec.strategy.blueGreen.activeService: Invalid value: "late": service "late" not found'
    expect(statusOf(made)).toMatchObject({
      phase: 'Degraded',
      message: `InvalidSpec: The Rollout "web" is invalid: ${error}`,
    })
    request(made, { verb: 'create', object: service('late') })
    pass(made, 60)
    expect(statusOf(made)).toMatchObject({ phase: 'Healthy' })
    expect(statusOf(made).conditions?.map(({ type }) => type)).not.toContain('InvalidSpec')
  })

  it.each([
    { name: 'router (istio)', strategy: { canary: { trafficRouting: { istio: {} } } } },
    { name: 'metadata', strategy: { canary: { canaryMetadata: { labels: { role: 'canary' } } } } },
    { name: 'step experiment', strategy: { canary: { steps: [{ experiment: {} }] } } },
  ])('pods are made, and it is told: $name', ({ name, strategy }) => {
    const made = installed({ object: web(strategy) })
    expect(ready(made)).toBe(7)
    expect(notes(made)).toMatchObject([{ message: expect.stringContaining(name) }])
  })
})

it.each([
  ['v1.6.0', 'v1.6.0'],
  ['v1.5.1', 'v1.6.0'],
  ['v1.6.4', 'v1.6.6'],
  ['1.7.0', 'v1.7.2'],
  ['v1.8.0-rc2', 'v1.8.3'],
  ['v1.9.0', 'v1.9.1'],
  ['latest', 'v1.10.0'],
])('the image %s acts as %s', (tag, want) => {
  expect(versionOf(tag).name).toBe(want)
})
