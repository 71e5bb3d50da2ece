import { describe, expect, it } from 'vitest'
import { createCluster, request } from '../../cluster/cluster.ts'
import type { World } from '../../engine/world.ts'
import type { KubeObject } from '../../kube/object.ts'
import { nodeFromPool } from '../../nodes/node-object.ts'
import { type SettingsNote, settingsTopic } from '../program.ts'
import { platformActors } from '../registry.ts'

const policy = (text: string): KubeObject => ({
  apiVersion: 'v1',
  kind: 'ConfigMap',
  metadata: { name: 'policy', namespace: 'default' },
  data: { 'policy.yaml': text },
})

const lifeTime = `apiVersion: descheduler/v1alpha2
kind: DeschedulerPolicy
profiles:
- name: old
  pluginConfig:
  - {name: DefaultEvictor}
  - {name: PodLifeTime, args: {maxPodLifeTimeSeconds: 60, labelSelector: {matchLabels: {app: web}}}}
  plugins: {deschedule: {enabled: [PodLifeTime]}}
`

function template(name: string, args: readonly string[]) {
  const image = name === 'descheduler' ? 'registry.k8s.io/descheduler/descheduler:v0.36.0' : 'web'
  const volumeMounts = [{ name: 'policy', mountPath: '/policy' }]
  const containers = [{ name, image, args: ['--policy-config-file=/policy/policy.yaml', ...args] }]
  return {
    metadata: { labels: { app: name } },
    spec: {
      containers: containers.map(each => ({ ...each, volumeMounts })),
      volumes: [{ name: 'policy', configMap: { name: 'policy' } }],
    },
  }
}

const deployment = (name: string, args: readonly string[] = []): KubeObject => ({
  apiVersion: 'apps/v1',
  kind: 'Deployment',
  metadata: { name, namespace: 'default' },
  spec: { selector: { matchLabels: { app: name } }, template: template(name, args) },
})

const job: KubeObject = {
  apiVersion: 'batch/v1',
  kind: 'Job',
  metadata: { name: 'descheduler', namespace: 'default' },
  spec: {
    template: {
      ...template('descheduler', []),
      spec: { ...template('descheduler', []).spec, restartPolicy: 'Never' },
    },
  },
}

function cluster(
  objects: readonly KubeObject[],
  seconds: number,
  later: readonly KubeObject[] = [],
): World {
  const nodes = [0, 1].map(
    index =>
      nodeFromPool({ name: 'n', count: 2, cpu: '4', memory: '8Gi' }, index, {
        nowMs: 0,
        kubeletVersion: 'v1.36.0',
        ordinal: index + 1,
      }) as unknown as KubeObject,
  )
  const programs = platformActors({ objects: [...objects, ...later], groups: [] })
  const world = createCluster({ kubernetes: '1.36', nodes, programs })
  world.runFor(2000)
  for (const object of objects) request(world, { verb: 'create', object })
  world.runFor(seconds * 1000)
  return world
}

function evictions(world: World): number {
  return world
    .traceFrom(0)
    .filter(entry => entry.type === 'event' && entry.reason === 'PodLifeTime').length
}

function refusals(world: World): readonly SettingsNote[] {
  return world
    .traceFrom(0)
    .flatMap(entry =>
      entry.type === 'note' && entry.topic === settingsTopic ? [entry.data as SettingsNote] : [],
    )
}

describe('the descheduler in a cluster', () => {
  it('evicts at its interval, for as long as its pod runs', () => {
    const each = deployment('descheduler', ['--descheduling-interval=2m'])
    const world = cluster([policy(lifeTime), deployment('web'), each], 500)
    expect(evictions(world)).toBe(4)
    request(world, {
      verb: 'scale',
      target: { kind: 'Deployment', namespace: 'default', name: 'descheduler' },
      replicas: 0,
    })
    world.runFor(500_000)
    expect(evictions(world)).toBe(4)
  })

  it('as a Job runs once', () => {
    const world = cluster([policy(lifeTime), deployment('web')], 100, [job])
    expect(evictions(world)).toBe(0)
    request(world, { verb: 'create', object: job })
    world.runFor(500_000)
    expect(evictions(world)).toBe(1)
  })

  it('is no part of a platform that does not install it', () => {
    expect(platformActors({ objects: [deployment('web')], groups: [] })).toEqual([])
  })

  const broken = [
    { text: '{', message: 'the policy is not YAML' },
    { text: 'apiVersion: v1\nkind: Pod\n', message: 'no kind "Pod" is registered' },
    { text: lifeTime.replaceAll('PodLifeTime', 'PodDeath'), message: 'PodDeath' },
  ]
  it.each(broken)('says what is wrong with its settings: $message', ({ text, message }) => {
    const world = cluster([policy(text), deployment('descheduler')], 60)
    expect(refusals(world)).toMatchObject([
      { kind: 'ConfigMap', key: 'default/policy', message: expect.stringContaining(message) },
    ])
  })
})
