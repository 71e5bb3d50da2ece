// What the cluster autoscaler could not do: no group of nodes helps a pod, or one pod keeps a node
// that is hardly used.

import type { World } from '../engine/world.ts'
import type { Pod } from '../kube/generated/types.ts'
import { type KeptNote, keptTopic } from '../platforms/cluster-autoscaler/shrink.ts'
import { notesOf } from './trace.ts'
import type { ClusterLife, Observation, Verdict } from './verdict.ts'

/** Pods that wait for a node which no group of the cluster autoscaler would bring. */
export function withoutGroup(
  { world, endMs }: Observation,
  { pods }: ClusterLife,
): readonly Verdict[] {
  const waiting = pods.filter(
    ({ boundMs, goneMs }) => boundMs === undefined && goneMs === undefined,
  )
  if (waiting.length === 0) return []
  const last = lastEvents(world)
  return waiting.flatMap(({ key, pod, workload }): Verdict[] => {
    const said = last.get(key)
    if (said?.reason !== 'NotTriggerScaleUp') return []
    const { namespace, name = '' } = pod.metadata
    const own = { kind: 'Pod', ...(namespace !== undefined && { namespace }), name }
    const { atMs, reason, message } = said
    const seconds = (endMs - atMs) / 1000
    const told = { verdict: 'noscale', atMs, seconds, open: true, reason, message } as const
    return [{ ...told, object: own, ...(workload !== undefined && { owner: workload }) }]
  })
}

interface Said {
  readonly atMs: number
  readonly reason: string
  readonly message: string
}

/** What the cluster autoscaler last said of each pod. */
function lastEvents(world: World): ReadonlyMap<string, Said> {
  const last = new Map<string, Said>()
  for (const entry of world.traceFrom(0)) {
    if (entry.type !== 'event' || entry.kind !== 'Pod') continue
    if (/^(NotTrigger|Triggered)ScaleUp$/.test(entry.reason)) last.set(entry.key, entry)
  }
  return last
}

/** Nodes that the cluster autoscaler would give back but for one pod. */
export function keptNodes({ world, endMs }: Observation): readonly Verdict[] {
  const kept = new Map<string, { readonly note: KeptNote; readonly atMs: number }>()
  for (const { data, atMs } of notesOf(world, keptTopic)) {
    const note = data as KeptNote
    kept.set(note.node, { note, atMs })
  }
  return [...kept.values()].flatMap(({ note, atMs }): Verdict[] => {
    const { node, pod = '', reason = '' } = note
    if (pod === '' || world.store.get('Node', node) === undefined) return []
    const found = world.store.get('Pod', pod) as Pod | undefined
    if (found?.spec?.nodeName !== node) return []
    const message = `${node} is hardly used, but ${pod} may not be moved: ${reason}`
    const seconds = (endMs - atMs) / 1000
    const object = { kind: 'Node', name: node }
    return [{ verdict: 'noscale', object, atMs, seconds, open: true, reason, message }]
  })
}
