// Runs with and without the memory: the same trace to the last byte, and how often is computed.

import { afterEach, describe, expect, it, vi } from 'vitest'
import { createCluster, request } from '../cluster/cluster.ts'
import type { World } from '../engine/world.ts'
import type { Pod } from '../kube/generated/types.ts'
import type { KubeObject } from '../kube/object.ts'
import { MutationSystem } from './gatekeeper/system.ts'
import { TemplateMemory, tellsApart } from './one-template.ts'

const replicas = 8

function assign(name: string, location: string, value: unknown, match: object = {}): KubeObject {
  return {
    apiVersion: 'mutations.gatekeeper.sh/v1',
    kind: 'Assign',
    metadata: { name },
    spec: {
      applyTo: [{ groups: [''], versions: ['v1'], kinds: ['Pod'] }],
      match,
      location,
      parameters: { assign: { value } },
    },
  } as KubeObject
}

function workload(kind: string, name: string, labels: object): KubeObject {
  const template = {
    metadata: { labels },
    spec: { containers: [{ name: 'main', image: 'app:1' }], initContainers: [] },
  }
  const spec = { replicas, selector: { matchLabels: labels }, template }
  const apiVersion = 'apps/v1'
  return { apiVersion, kind, metadata: { name, namespace: 'default' }, spec } as KubeObject
}

const deployments = [
  workload('Deployment', 'web', { app: 'web' }),
  workload('Deployment', 'job', { app: 'job', team: 'a' }),
]
const workloads = [...deployments, workload('StatefulSet', 'db', { app: 'db' })]

function run(mutators: readonly KubeObject[]): World {
  const world = createCluster({ kubernetes: '1.36', nodes: [] })
  for (const object of [...mutators, ...workloads]) {
    expect(request(world, { verb: 'create', object })).toMatchObject({ ok: true })
  }
  world.runFor(5000)
  return world
}

const cases = [
  {
    name: 'a selector for all',
    mutators: [assign('a', 'spec.nodeSelector.pool', 'apps')],
    shared: true,
  },
  {
    name: 'one for some, by labels',
    mutators: [
      assign('a', 'spec.priorityClassName', 'system-node-critical', {
        labelSelector: { matchLabels: { team: 'a' } },
      }),
    ],
    shared: true,
  },
  {
    name: 'one by names, as Gatekeeper sees them',
    mutators: [assign('a', 'spec.nodeSelector.pool', 'apps', { name: 'web-*' })],
    shared: true,
  },
  {
    name: 'a field of every container, and one that nothing changes',
    mutators: [
      assign('a', 'spec.containers[name: *].imagePullPolicy', 'Always'),
      assign('b', 'spec.containers[name: none].imagePullPolicy', 'Never'),
    ],
    shared: true,
  },
  {
    name: 'a volume',
    mutators: [assign('a', 'spec.volumes[name: *].projected.defaultMode', 256)],
    shared: false,
  },
  {
    name: 'a mount',
    mutators: [assign('a', 'spec.containers[name: *].volumeMounts[name: *].readOnly', false)],
    shared: false,
  },
  { name: 'a refusal', mutators: [assign('a', 'spec.containers.image', 'x')], shared: true },
]

/** How many pods without names of their own the mutators looked at. */
function looksAtTemplates(calls: readonly (readonly [{ readonly object: KubeObject }])[]): number {
  return calls.filter(([{ object }]) => object.kind === 'Pod' && !object.metadata.name).length
}

afterEach(() => {
  vi.restoreAllMocks()
})

describe('pods of one template', () => {
  it.each(cases)('come out of mutation as if each was looked at: $name', each => {
    const { mutators, shared } = each
    const looks = vi.spyOn(MutationSystem.prototype, 'mutate')
    const once = run(mutators)
    const looked = looksAtTemplates(looks.mock.calls)
    looks.mockClear()
    vi.spyOn(TemplateMemory.prototype, 'recall').mockImplementation((_o, _s, make) => make())
    const always = run(mutators)
    const all = looksAtTemplates(looks.mock.calls)
    expect(once.digest()).toBe(always.digest())
    expect(once.store.list('Pod')).toEqual(always.store.list('Pod'))
    expect(all).toBeGreaterThanOrEqual(deployments.length * 2)
    expect(looked).toBe(shared ? deployments.length : all)
  })

  it('keep the names of their own token volumes', () => {
    const world = run([assign('a', 'spec.nodeSelector.pool', 'apps')])
    const pods = world.store.list('Pod') as readonly Pod[]
    const names = pods.map(({ spec }) => spec?.volumes?.[0]?.name ?? '')
    expect(pods.length).toBeGreaterThan(replicas)
    expect(new Set(names).size).toBe(pods.length)
    for (const { spec } of pods) {
      expect(spec?.nodeSelector).toEqual({ pool: 'apps' })
      expect(spec?.containers[0]?.volumeMounts?.[0]?.name).toBe(spec?.volumes?.[0]?.name)
    }
  })
})

it.each([
  { path: 'spec.nodeSelector.pool', want: false },
  { path: 'metadata.labels.volumes2', want: false },
  { path: 'spec.containers.image', want: false },
  { path: 'spec.containers', want: true },
  { path: 'spec', want: true },
  { path: 'spec.volumes.emptyDir', want: true },
  { path: 'spec.containers.volumeMounts', want: true },
])('what is at $path tells pods of one template apart: $want', ({ path, want }) => {
  expect(tellsApart(path.split('.'))).toBe(want)
})

it('a custom kind that is called Pod has no template', () => {
  const memory = new TemplateMemory<{ object: unknown }>()
  const custom = {
    apiVersion: 'example.com/v1',
    kind: 'Pod',
    metadata: { generateName: 'p-' },
    spec: { volumes: 'many' },
  } as KubeObject
  const make = vi.fn(() => ({ object: custom }))
  for (const object of [custom, { ...custom }]) memory.recall(object, [], make)
  expect(make).toHaveBeenCalledTimes(2)
})
