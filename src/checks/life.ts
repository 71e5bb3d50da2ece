// Reads the log of a World as lives of pods and workloads: what existed when, and what served.

import type { Change } from '../engine/store.ts'
import type { World } from '../engine/world.ts'
import { controllerOf, keyOf, type KubeObject, type ObjectRef } from '../kube/object.ts'
import { continues, type PodLives, podLives, refIn } from './pod-lives.ts'
import { countOver } from './spans.ts'
import type { ClusterLife, PodLife, WorkloadLife } from './verdict.ts'

/** Kinds whose availability is judged; a ReplicaSet or Job under an owner counts for the owner. */
const workloadKinds = [
  'DaemonSet',
  'Deployment',
  'ReplicaSet',
  'ReplicationController',
  'Rollout.argoproj.io',
  'StatefulSet',
] as const

/** What is known of a run up to a moment. */
interface Known {
  readonly pods: PodLives
  /** Places of the pods of each workload in the order of birth, by name of the workload. */
  readonly groups: ReadonlyMap<string, readonly number[]>
  readonly workloads: ReadonlyMap<string, WorkloadLife>
}

/** Forks of a run begin with the same changes, the very same objects: by the first one. */
const beginnings = new WeakMap<Change, Known>()

/** The lives of everything that the World has seen so far. */
export function lifeOf(world: World): ClusterLife {
  const length = world.store.logLength('Pod')
  const first = length === 0 ? undefined : world.store.logAt('Pod', 0)
  const found = first === undefined ? undefined : beginnings.get(first)
  const known = found !== undefined && continues(world, found.pods) ? found : undefined
  const pods = podLives(world, known?.pods)
  const groups = groupsOf(pods, known)
  const workloads = workloadsOf(world, { pods, groups, known })
  if (first !== undefined && (known?.pods.length ?? 0) * 2 < length) {
    const byName = new Map(workloads.map(life => [refText(life.ref), life]))
    beginnings.set(first, { pods, groups, workloads: byName })
  }
  return { pods: pods.lives, workloads, silences: pods.silences }
}

/** The pods of each workload, new ones after those that are known. */
function groupsOf({ lives }: PodLives, known: Known | undefined): Known['groups'] {
  const groups = new Map(known?.groups)
  for (let index = known?.pods.lives.length ?? 0; index < lives.length; index += 1) {
    const { workload } = lives[index] as PodLife
    if (workload === undefined) continue
    const name = refText(workload)
    groups.set(name, [...(groups.get(name) ?? []), index])
  }
  return groups
}

interface Material {
  readonly pods: PodLives
  readonly groups: Known['groups']
  readonly known: Known | undefined
}

function workloadsOf(world: World, material: Material): readonly WorkloadLife[] {
  return workloadKinds.flatMap(kind => {
    const objects = world.store.list(kind).filter(object => isJudged(kind, object))
    let wants: ReadonlyMap<string, WorkloadLife['wants']> | undefined
    return objects.map(object => {
      const ref = refIn(object, { kind: object.kind, name: object.metadata.name ?? '' })
      const name = refText(ref)
      const pods = (material.groups.get(name) ?? []).map(
        index => material.pods.lives[index] as PodLife,
      )
      const before = material.known?.workloads.get(name)
      if (before?.object === object && isSame(before.pods, pods)) return before
      wants ??= wantsOf(world, kind)
      const steps = countOver(pods.flatMap(pod => pod.serving))
      const own = wants.get(keyOf(object.metadata)) ?? []
      return { ref, object, wanted: wantedOf(kind, object), wants: own, pods, steps }
    })
  })
}

/** Not a ReplicaSet under an owner, and not a Rollout that no controller has looked at. */
function isJudged(kind: string, { metadata, status }: KubeObject): boolean {
  if (kind === 'ReplicaSet') return controllerOf(metadata) === undefined
  return kind !== 'Rollout.argoproj.io' || status !== undefined
}

function isSame(a: readonly PodLife[], b: readonly PodLife[]): boolean {
  return a.length === b.length && a.every((pod, index) => pod === b[index])
}

/** How many pods each object of a kind asked for over time, by key. */
function wantsOf(world: World, kind: string): ReadonlyMap<string, WorkloadLife['wants']> {
  const wants = new Map<string, { atMs: number; wanted: number }[]>()
  for (let index = 0; index < world.store.logLength(kind); index += 1) {
    const { key, atMs, after } = world.store.logAt(kind, index)
    if (after === undefined) continue
    const wanted = wantedOf(kind, after)
    const known = wants.get(key)
    if (known === undefined) wants.set(key, [{ atMs, wanted }])
    else if (known.at(-1)?.wanted !== wanted) known.push({ atMs, wanted })
  }
  return wants
}

type Scaled = KubeObject & {
  readonly spec?: { readonly replicas?: number }
  readonly status?: { readonly desiredNumberScheduled?: number }
}

/** How many pods the workload asks for now. */
function wantedOf(kind: string, object: KubeObject): number {
  const scaled = object as Scaled
  return kind === 'DaemonSet'
    ? (scaled.status?.desiredNumberScheduled ?? 0)
    : (scaled.spec?.replicas ?? 1)
}

/** `Kind namespace/name`: how reports and maps name an object. */
export function refText({ kind, namespace, name }: ObjectRef): string {
  return namespace === undefined ? `${kind} ${name}` : `${kind} ${namespace}/${name}`
}
