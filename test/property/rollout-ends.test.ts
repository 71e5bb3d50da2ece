// The ends that a Rollout can come to when its replica count changes: explored over the component
// that runs in clusters, with the real API server beside it. Only the ReplicaSet controller is
// scripted: it writes first the generation it has seen, then all counts at once. The counts of ends
// are those of the recorded controllers (vectors rollouts-stale-informer).

import { describe, expect, it } from 'vitest'
import { admissionPluginsWith } from '../../src/admission/registry.ts'
import { serveWith } from '../../src/cluster/serve.ts'
import { indexes } from '../../src/controllers/indexes.ts'
import type { Actor, Forkable, Turn } from '../../src/engine/actor.ts'
import { World } from '../../src/engine/world.ts'
import { gatesOf } from '../../src/kube/feature-gates.ts'
import type { ReplicaSet } from '../../src/kube/generated/types.ts'
import type { KubeObject } from '../../src/kube/object.ts'
import { controllerName, rolloutKind } from '../../src/platforms/argo-rollouts/controller.ts'
import { argoRollouts } from '../../src/platforms/argo-rollouts/program.ts'
import { objectsOf, rollout, web } from '../../src/platforms/argo-rollouts/testing.ts'
import type { RolloutStatus, RolloutStrategy } from '../../src/platforms/argo-rollouts/types.ts'
import { gridSchedule, wideBounds } from '../../src/trials/explore/testing.ts'
import { visitAll } from '../../src/trials/explore/visit.ts'
import { CellSystem } from '../../src/trials/explore/cells/cell-system.ts'

const nothing: Forkable = {
  fork() {
    return this
  },
}

/** First the generation, then all counts at once; as the store has them, without any lag. */
const replicaSetController: Actor = {
  name: 'replica-set',
  watches: ['ReplicaSet'],
  start: () => nothing,
  deliver: (turn, _state, changes) => {
    if (changes.length > 0) turn.wakeAfter(0, { type: 'status' })
  },
  wake: turn => {
    for (const { metadata } of turn.view.list('ReplicaSet')) writeStatus(turn, metadata)
  },
}

function writeStatus(turn: Turn, { namespace, name = '' }: KubeObject['metadata']): void {
  const target = { kind: 'ReplicaSet', namespace, name }
  const { object } = turn.submit({ verb: 'get', target }) as { readonly object: ReplicaSet }
  const { metadata, spec, status } = object
  const observedGeneration = metadata.generation ?? 0
  const replicas = spec?.replicas ?? 0
  const isSeen = status?.observedGeneration === observedGeneration
  if (isSeen && status?.replicas === replicas) return
  const counts = { replicas, fullyLabeledReplicas: replicas, readyReplicas: replicas }
  const next = isSeen
    ? { ...status, ...counts, availableReplicas: replicas }
    : { ...status, replicas: status?.replicas ?? 0, observedGeneration }
  const patch = { status: next }
  turn.submit({ verb: 'patch', target, patchType: 'merge', patch, subresource: 'status' })
}

const settleMs = 60_000

/** Seven pods are said to run, and somebody wants five. */
function scaled(version: string, strategy: RolloutStrategy): World {
  const objects = objectsOf({ version, object: web(strategy) })
  const actors = [...argoRollouts.actors({ objects, groups: [] }), replicaSetController]
  const plugins = admissionPluginsWith({ gates: gatesOf(33) })
  const program = { actors, indexes, serve: serveWith(plugins) }
  const world = World.create(program, {
    epochMs: 1_767_225_600_000,
    schedule: gridSchedule(20),
    latencyMs: 2,
  })
  const create = (object: KubeObject): void => {
    expect(world.submit({ verb: 'create', object }, 'kubectl')).toMatchObject({ ok: true })
  }
  const metadata = { name: 'default' }
  create({ apiVersion: 'v1', kind: 'Namespace', metadata })
  create(pod(version))
  const target = { kind: 'Pod', namespace: 'default', name: 'controller' }
  const patch = { status: { phase: 'Running' } }
  const running = { verb: 'patch', target, patchType: 'merge', patch, subresource: 'status' }
  world.submit(running, 'kubelet')
  for (const object of objects) {
    if (object.kind !== 'Deployment') create(object)
  }
  world.run({ untilMs: world.nowMs + settleMs })
  expect(statusOf(world)).toMatchObject({ phase: 'Healthy', HPAReplicas: 7 })
  world.submit({ verb: 'scale', target: rollout, replicas: 5 }, 'kubectl')
  return world
}

function pod(version: string): KubeObject {
  const containers = [{ name: 'c', image: `quay.io/argoproj/argo-rollouts:${version}` }]
  const metadata = { name: 'controller', namespace: 'default' }
  return { apiVersion: 'v1', kind: 'Pod', metadata, spec: { containers } } as KubeObject
}

function statusOf(world: World): RolloutStatus {
  return world.store.get(rolloutKind, 'default/web')?.['status'] as RolloutStatus
}

/** The ReplicaSet as the controller has it: its own entry, or what the watch has brought. */
function cachedSet(world: World): unknown {
  const { desks } = world.stateOf(controllerName) as unknown as { readonly desks: readonly Desk[] }
  const { memory } = desks[0] as Desk
  const own = memory.keys().find(key => key.startsWith('cache:ReplicaSet '))
  const entry = own === undefined ? undefined : (memory.get(own) as Entry).object
  return entry?.status ?? world.store.list('ReplicaSet')[0]?.['status']
}

interface Entry {
  readonly object: ReplicaSet
}

interface Desk {
  readonly memory: { keys(): readonly string[]; get(key: string): unknown }
}

interface Ends {
  readonly ends: number
  readonly stale: number
}

function endsOf(version: string, strategy: RolloutStrategy): Ends {
  const world = scaled(version, strategy)
  const system = new CellSystem(world, world.nowMs + 900)
  const ends = new Map<string, boolean>()
  const visited = visitAll(system, system.start(), {
    ...wideBounds,
    reduces: true,
    atEnd: state => {
      const end = system.worldOf(state)
      const status = statusOf(end)
      ends.set(JSON.stringify([status, cachedSet(end)]), status.HPAReplicas === 7)
    },
  })
  expect(system.isUnfit).toBe(false)
  expect(visited.stoppedBy).toBeUndefined()
  return { ends: ends.size, stale: [...ends.values()].filter(Boolean).length }
}

describe('the ends of a changed replica count', () => {
  it.each([
    { version: 'v1.6.6', want: { ends: 3, stale: 1 } },
    { version: 'v1.7.2', want: { ends: 4, stale: 2 } },
    { version: 'v1.8.3', want: { ends: 2, stale: 0 } },
  ])(
    '$version',
    ({ version, want }) => {
      expect(endsOf(version, { canary: {} })).toEqual(want)
    },
    300_000,
  )
})
