// All is at rest, the controllers are up, and yet what they have written is not what is there: a
// cache missed something, it is behind and nothing will bring the rest, or a write was lost and
// nobody tries again.

import { apiServerName } from '../cluster/serve.ts'
import { ownerIndex } from '../controllers/indexes.ts'
import type { World } from '../engine/world.ts'
import type {
  Deployment,
  EndpointSlice,
  Pod,
  ReplicaSet,
  StatefulSet,
} from '../kube/generated/types.ts'
import { controllerOf, keyFrom, type KubeObject, type ObjectRef } from '../kube/object.ts'
import { isPodActive, isPodReady } from '../kube/pod.ts'
import { refIn } from './pod-lives.ts'
import type { Check, Verdict } from './verdict.ts'

const controllerManager = 'kube-controller-manager'

/** What is written and what is so. */
interface Difference {
  readonly object: KubeObject
  readonly field: string
  readonly written: number | string
  readonly actual: number | string
}

function controlledBy<T extends KubeObject>(world: World, kind: string, owner: KubeObject): T[] {
  const uid = owner.metadata.uid ?? ''
  const owned = world.store.indexed(kind, ownerIndex.name, uid) as readonly T[]
  return owned.filter(({ metadata }) => controllerOf(metadata)?.uid === uid)
}

type Status = Readonly<Record<string, unknown>>

function compared(
  object: KubeObject,
  actual: Readonly<Record<string, number>>,
): readonly Difference[] {
  const { generation } = object.metadata
  const wanted = generation === undefined ? actual : { observedGeneration: generation, ...actual }
  return comparedCounts(object, wanted)
}

function comparedCounts(
  object: KubeObject,
  wanted: Readonly<Record<string, number>>,
): readonly Difference[] {
  const status = (object['status'] ?? {}) as Status
  const differences: Difference[] = []
  for (const field in wanted) {
    const written = Number(status[field] ?? 0)
    const actual = wanted[field] as number
    if (written !== actual) differences.push({ object, field: `status.${field}`, written, actual })
  }
  return differences
}

function ofReplicaSet(world: World, set: ReplicaSet): readonly Difference[] {
  const pods = controlledBy<Pod>(world, 'Pod', set).filter(isPodActive)
  return compared(set, { replicas: pods.length, readyReplicas: pods.filter(isPodReady).length })
}

function ofDeployment(world: World, deployment: Deployment): readonly Difference[] {
  const sets = controlledBy<ReplicaSet>(world, 'ReplicaSet', deployment)
  const sum = (field: 'replicas' | 'readyReplicas'): number =>
    sets.reduce((total, { status }) => total + (status?.[field] ?? 0), 0)
  return compared(deployment, { replicas: sum('replicas'), readyReplicas: sum('readyReplicas') })
}

/** The counts come from the controller's own cache, which may be older than what is there. */
function ofRollout(world: World, rollout: KubeObject): readonly Difference[] {
  const sets = controlledBy<ReplicaSet>(world, 'ReplicaSet', rollout)
  const [set, ...others] = sets
  if (rollout['status'] === undefined || set === undefined || others.length > 0) return []
  const { replicas = 0, readyReplicas = 0 } = set.status ?? {}
  return comparedCounts(rollout, { replicas, HPAReplicas: replicas, readyReplicas })
}

function ofStatefulSet(world: World, set: StatefulSet): readonly Difference[] {
  const pods = controlledBy<Pod>(world, 'Pod', set)
  const running = pods.filter(pod => pod.status?.phase === 'Running')
  return compared(set, { replicas: pods.length, readyReplicas: running.filter(isPodReady).length })
}

/** An endpoint of a pod that has gone, or one that counts as ready and is not. */
function ofSlice(world: World, slice: EndpointSlice): readonly Difference[] {
  for (const { targetRef, conditions } of slice.endpoints ?? []) {
    if (targetRef?.kind !== 'Pod') continue
    const { name = '', namespace = '', uid } = targetRef
    const pod = world.store.get('Pod', keyFrom(namespace, name)) as Pod | undefined
    const field = `endpoint of pod ${namespace}/${name}`
    if (pod === undefined || (uid !== undefined && pod.metadata.uid !== uid)) {
      return [{ object: slice, field, written: 'listed', actual: 'gone' }]
    }
    if (conditions?.ready === true && conditions.serving === true && !isPodReady(pod)) {
      return [{ object: slice, field, written: 'ready', actual: 'not ready' }]
    }
  }
  return []
}

const looks = {
  DaemonSet: (_: World, object: KubeObject) => compared(object, {}),
  Deployment: (world: World, object: KubeObject) => ofDeployment(world, object as Deployment),
  EndpointSlice: (world: World, object: KubeObject) => ofSlice(world, object as EndpointSlice),
  ReplicaSet: (world: World, object: KubeObject) => ofReplicaSet(world, object as ReplicaSet),
  'Rollout.argoproj.io': ofRollout,
  StatefulSet: (world: World, object: KubeObject) => ofStatefulSet(world, object as StatefulSet),
} as const

function differencesIn(world: World): readonly Difference[] {
  return Object.entries(looks).flatMap(([kind, look]) =>
    world.store
      .list(kind)
      .filter(({ metadata }) => metadata.deletionTimestamp === undefined)
      .flatMap(object => look(world, object)),
  )
}

function ownerOf(world: World, { metadata }: KubeObject): ObjectRef | undefined {
  const owner = controllerOf(metadata)
  if (owner === undefined) return undefined
  const found = world.store.get(owner.kind, keyFrom(metadata.namespace, owner.name))
  return found && refIn(found, { kind: owner.kind, name: owner.name })
}

/** Components whose caches have changes to come that nothing will bring. */
function cachesBehind(world: World): readonly string[] {
  const { seats, queue } = world.inside()
  if (queue.first() !== undefined) return []
  return world.program.actors.flatMap(({ name }, index) => {
    const isBehind = (seats[index]?.pending.length ?? 0) > 0
    return isBehind && !world.isDown(name) ? [name] : []
  })
}

export const diverged = {
  name: 'diverged',
  doc: 'All is at rest, and a status, an endpoint or a cache says something that is not so.',
  verdicts: ['diverged'],
  judge: ({ world, quiet, endMs }) => {
    const isWatched = !world.isDown(apiServerName) && !world.isDown(controllerManager)
    if (!quiet || !isWatched) return []
    const stale = cachesBehind(world).map((name): Verdict => {
      const message = `the cache of ${name} is behind the store`
      const object = { kind: 'Component', name }
      return { verdict: 'diverged', object, atMs: endMs, open: true, message }
    })
    const differences = differencesIn(world).map(({ object, field, written, actual }): Verdict => {
      const owner = ownerOf(world, object)
      return {
        verdict: 'diverged',
        object: refIn(object, { kind: object.kind, name: object.metadata.name ?? '' }),
        ...(owner !== undefined && { owner }),
        atMs: endMs,
        open: true,
        message: `${field} says ${written}, and it is ${actual}`,
      }
    })
    return [...differences, ...stale]
  },
} satisfies Check
