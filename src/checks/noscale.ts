// Autoscalers that cannot act: they have no usable metric, target or selector, no group of nodes
// helps, or a pod keeps a node that is hardly used.

import type { World } from '../engine/world.ts'
import type { HorizontalPodAutoscaler, Pod } from '../kube/generated/types.ts'
import { keyFrom } from '../kube/object.ts'
import { parseTime } from '../kube/time.ts'
import { type KeptNote, keptTopic } from '../platforms/cluster-autoscaler/shrink.ts'
import type { Check, ClusterLife, Observation, Verdict } from './verdict.ts'

function withoutMetric({ world, endMs }: Observation): readonly Verdict[] {
  const all = world.store.list('HorizontalPodAutoscaler') as readonly HorizontalPodAutoscaler[]
  return all.flatMap(({ metadata, status }): Verdict[] => {
    const condition = status?.conditions?.find(({ type }) => type === 'ScalingActive')
    if (condition?.status !== 'False' || condition.reason === 'ScalingDisabled') return []
    const { namespace = '', name = '' } = metadata
    const { reason = '', message = '', lastTransitionTime = '' } = condition
    const atMs = parseTime(lastTransitionTime)
    const object = { kind: 'HorizontalPodAutoscaler', namespace, name }
    const seconds = (endMs - atMs) / 1000
    return [{ verdict: 'noscale', object, atMs, seconds, open: true, reason, message }]
  })
}

/** Pods that wait for a node which no group of the cluster autoscaler would bring. */
function withoutGroup({ world, endMs }: Observation, { pods }: ClusterLife): readonly Verdict[] {
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
function keptNodes({ world, endMs }: Observation): readonly Verdict[] {
  const kept = new Map<string, { readonly note: KeptNote; readonly atMs: number }>()
  for (const entry of world.traceFrom(0)) {
    if (entry.type !== 'note' || entry.topic !== keptTopic) continue
    const note = entry.data as KeptNote
    kept.set(note.node, { note, atMs: entry.atMs })
  }
  return [...kept.values()].flatMap(({ note, atMs }): Verdict[] => {
    const { node, pod = '', reason = '' } = note
    if (pod === '' || world.store.get('Node', node) === undefined) return []
    const found = world.store.get('Pod', keyFrom(undefined, pod)) as Pod | undefined
    if (found?.spec?.nodeName !== node) return []
    const message = `${node} is hardly used, but ${pod} may not be moved: ${reason}`
    const seconds = (endMs - atMs) / 1000
    const object = { kind: 'Node', name: node }
    return [{ verdict: 'noscale', object, atMs, seconds, open: true, reason, message }]
  })
}

export const noscale = {
  name: 'noscale',
  doc: 'An autoscaler that cannot act: no metric, no group of nodes that helps, a pod that stays.',
  verdicts: ['noscale'],
  judge: (observation, life) => [
    ...withoutMetric(observation),
    ...withoutGroup(observation, life),
    ...keptNodes(observation),
  ],
} satisfies Check
