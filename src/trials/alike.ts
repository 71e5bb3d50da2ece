// Nodes that fare alike: a trial strikes one of each kind, since the others would show the same.
// Test: test/property/alike.test.ts strikes all of them and compares.

import { compareStrings } from '../base/compare.ts'
import { refText } from '../checks/life.ts'
import type { PodLife } from '../checks/verdict.ts'
import type { World } from '../engine/world.ts'
import type { Node, Pod } from '../kube/generated/types.ts'
import { controllerOf, type KubeObject } from '../kube/object.ts'
import { unlikeServer } from './control-plane.ts'

export interface NodeKind {
  /** The first node of the kind by name. */
  readonly name: string
  /** The others. */
  readonly alike: readonly string[]
}

/**
 * The kinds of nodes: equal in labels (but for the name), taints, room and pods, where pods of one
 * workload are equal and any other pod is unlike all others.
 */
export function nodeKinds(world: World, pods: readonly PodLife[]): readonly NodeKind[] {
  const carried = carriedBy(pods, labelsOfOne(world))
  const named = namesInPlacement(world)
  const unlike = unlikeServer(world)
  const kinds = new Map<string, { name: string; alike: string[] }>()
  for (const node of world.store.list('Node') as unknown as readonly Node[]) {
    const { name = '', labels } = node.metadata
    const { 'kubernetes.io/hostname': hostname, ...shared } = labels ?? {}
    const isNamed = named.includes(JSON.stringify(hostname ?? name))
    const own = (carried.get(name) ?? []).sort(compareStrings)
    const { taints, unschedulable } = node.spec ?? {}
    const room = node.status?.allocatable
    const isUnlike = isNamed || name === unlike
    const kind = JSON.stringify([shared, taints, unschedulable, room, own, isUnlike && name])
    const known = kinds.get(kind)
    if (known === undefined) kinds.set(kind, { name, alike: [] })
    else known.alike.push(name)
  }
  return [...kinds.values()]
}

/** What each node carries, by node. */
function carriedBy(
  pods: readonly PodLife[],
  unlike: readonly string[],
): ReadonlyMap<string, string[]> {
  const carried = new Map<string, string[]>()
  for (const life of pods) {
    const { node, goneMs } = life
    if (node === undefined || goneMs !== undefined) continue
    const known = carried.get(node)
    const role = roleOf(life, unlike)
    if (known === undefined) carried.set(node, [role])
    else known.push(role)
  }
  return carried
}

/** Owners whose pods stand for each other. */
const equalOwners: ReadonlySet<string> = new Set(['DaemonSet', 'ReplicaSet', 'StatefulSet'])

/** Labels that tell the pods of one workload apart. */
const labelsOfPod = ['apps.kubernetes.io/pod-index', 'statefulset.kubernetes.io/pod-name'] as const

/** Those of them that select pods: for a Service of one pod its pod is unlike the others. */
function labelsOfOne({ store }: World): readonly string[] {
  const selecting = ['Service', 'PodDisruptionBudget'].flatMap(kind => store.list(kind))
  const text = JSON.stringify(selecting.map(({ spec }) => spec))
  return labelsOfPod.filter(label => text.includes(label))
}

/** Pods of one workload stand for each other; a volume or labels of its own set one apart. */
function roleOf({ key, workload, pod }: PodLife, unlike: readonly string[]): string {
  const owner = controllerOf(pod.metadata)
  const { spec, status } = pod as Pod
  const hasVolume = (spec?.volumes ?? []).some(
    volume => volume.persistentVolumeClaim !== undefined || volume.ephemeral !== undefined,
  )
  const isEqual = owner !== undefined && equalOwners.has(owner.kind)
  if (!isEqual || hasVolume || workload === undefined) return key
  const labels = Object.entries(pod.metadata.labels ?? {})
    .filter(([label]) => unlike.includes(label) || !labelsOfPod.some(own => own === label))
    .sort(([a], [b]) => compareStrings(a, b))
  const ready = status?.conditions?.find(({ type }) => type === 'Ready')?.status
  return JSON.stringify([refText(workload), owner.uid, status?.phase, ready, labels])
}

/** All that could name a node, as one text: placement rules of workloads, nodes of volumes. */
function namesInPlacement({ store }: World): string {
  const kinds = ['Deployment', 'StatefulSet', 'DaemonSet', 'ReplicaSet', 'Job', 'CronJob', 'Pod']
  const rules = kinds.flatMap(kind => store.list(kind).map(placementOf))
  const volumes = store.list('PersistentVolume').map(({ spec }) => spec)
  return JSON.stringify([rules.filter(rule => rule !== undefined), volumes])
}

interface Placed {
  readonly nodeSelector?: unknown
  readonly affinity?: { readonly nodeAffinity?: unknown }
}

// Daemon pods carry the name of their node by design: their DaemonSet stands for them.
function placementOf(object: KubeObject): unknown {
  const spec = object.spec as
    | (Placed & {
        readonly template?: { readonly spec?: Placed }
        readonly jobTemplate?: { readonly spec?: { readonly template?: { spec?: Placed } } }
      })
    | undefined
  if (object.kind === 'Pod' && controllerOf(object.metadata)?.kind === 'DaemonSet') return undefined
  const pod = spec?.template?.spec ?? spec?.jobTemplate?.spec?.template?.spec ?? spec
  const { nodeSelector, affinity } = pod ?? {}
  const rule = affinity?.nodeAffinity
  return nodeSelector === undefined && rule === undefined ? undefined : [nodeSelector, rule]
}
