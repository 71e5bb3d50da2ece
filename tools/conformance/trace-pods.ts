// What became of each recorded pod, and which pod of the replay stands for it. What kubelets wrote
// and which of several equal nodes was drawn is input of a trace, not its expectation.

import type { World } from '../../src/engine/world.ts'
import { controllerOf, type KubeObject } from '../../src/kube/object.ts'
import type { TraceCase, TraceChange } from './trace-format.ts'

/** One life of a recorded pod; times in ms since the start of the trace. */
export interface RecordedPod {
  readonly name: string
  node?: string
  runningMs?: number
  markedMs?: number
  stoppedMs?: number
}

interface PodDiff {
  readonly metadata?: { readonly deletionTimestamp?: string | null }
  readonly spec?: { readonly nodeName?: string }
  readonly status?: { readonly phase?: string }
}

/** Pods with generated names correspond by owner, all others by name. */
function groupOf({ metadata }: KubeObject): string {
  const owner = controllerOf(metadata)
  return metadata.generateName === undefined || owner === undefined || owner.kind === 'StatefulSet'
    ? `name ${metadata.name}`
    : `owner ${owner.kind}/${owner.name}`
}

function follow(pod: RecordedPod, { t, diff, verb }: TraceChange): void {
  const { metadata, spec, status } = (diff ?? {}) as PodDiff
  if (spec?.nodeName !== undefined) pod.node = spec.nodeName
  if (status?.phase === 'Running') pod.runningMs ??= t
  const isOver = status?.phase === 'Succeeded' || status?.phase === 'Failed' || verb === 'DELETED'
  if (isOver && pod.markedMs !== undefined) pod.stoppedMs ??= t
  if (typeof metadata?.deletionTimestamp === 'string') pod.markedMs ??= t
}

/** The pods of a recording by group, in order of creation. */
function recordedPods(trace: TraceCase): ReadonlyMap<string, readonly RecordedPod[]> {
  const groups = new Map<string, RecordedPod[]>()
  const living = new Map<string, RecordedPod>()
  for (const change of trace.changes) {
    if (change.kind !== 'Pod') continue
    const { name, object } = change
    if (change.verb === 'ADDED' && object !== undefined) {
      const pod: RecordedPod = { name }
      const group = groupOf(object)
      groups.set(group, [...(groups.get(group) ?? []), pod])
      living.set(name, pod)
      continue
    }
    const pod = living.get(name)
    if (pod !== undefined) follow(pod, change)
  }
  return groups
}

/** Keeps recorded and replayed pods together while the replay goes on. */
export class PodPairs {
  private readonly recorded: ReadonlyMap<string, readonly RecordedPod[]>
  private readonly counts = new Map<string, number>()
  private readonly byUid = new Map<string, RecordedPod>()
  private readonly names = new Map<string, string>()
  private revision = 0
  private world: World | undefined

  constructor(trace: TraceCase) {
    this.recorded = recordedPods(trace)
  }

  attach(world: World): void {
    this.world = world
  }

  /** Virtual time of the replay as Unix ms; undefined before it has begun. */
  get nowMs(): number | undefined {
    return this.world?.nowMs
  }

  /** The recorded pod that stands where `pod` of the replay stands. */
  recordedOf(pod: KubeObject): RecordedPod | undefined {
    this.catchUp()
    return this.byUid.get(pod.metadata.uid ?? '')
  }

  /** The name in the replay of a pod that the recording calls `name`. */
  nameOf(name: string): string {
    this.catchUp()
    return this.names.get(name) ?? name
  }

  /** Recorded workloads with the names of the replay where their texts name pods. */
  renamed(objects: readonly KubeObject[]): readonly KubeObject[] {
    this.catchUp()
    return objects.map(object => {
      if (object.kind === 'Pod' || object['status'] === undefined) return object
      const text = JSON.stringify(object['status'])
      let changed = text
      for (const [recorded, name] of this.names) changed = changed.replaceAll(recorded, name)
      return changed === text ? object : { ...object, status: JSON.parse(changed) as unknown }
    })
  }

  private catchUp(): void {
    if (this.world === undefined) return
    for (const { kind, before, after, revision } of this.world.store.changesAfter(this.revision)) {
      this.revision = revision
      if (kind !== 'Pod' || before !== undefined || after === undefined) continue
      const group = groupOf(after)
      const index = this.counts.get(group) ?? 0
      this.counts.set(group, index + 1)
      const recorded = this.recorded.get(group)?.[index]
      if (recorded === undefined) continue
      this.byUid.set(after.metadata.uid ?? '', recorded)
      this.names.set(recorded.name, after.metadata.name ?? '')
    }
  }
}
