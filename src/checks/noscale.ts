// Autoscalers that cannot act: they have no usable metric, target or selector at the end, no group
// of nodes helps, or a pod keeps a node.

import { scaleKindOf } from '../controllers/horizontal-pod-autoscaler/target.ts'
import type { HorizontalPodAutoscaler } from '../kube/generated/types.ts'
import { keyFrom } from '../kube/object.ts'
import { parseTime } from '../kube/time.ts'
import { keptNodes, withoutGroup } from './node-scaling.ts'
import type { Check, Observation, Verdict } from './verdict.ts'

type Condition = NonNullable<NonNullable<HorizontalPodAutoscaler['status']>['conditions']>[number]

/** No metric to go by, or nothing to scale: a target that is not there has no other condition. */
function isTrouble({ type, status, reason }: Condition): boolean {
  if (status !== 'False') return false
  if (type === 'ScalingActive') return reason !== 'ScalingDisabled'
  return type === 'AbleToScale' && reason === 'FailedGetScale'
}

/** The first look comes this long after the birth of an autoscaler. */
const firstLookMs = 15_000

/**
 * What the condition of an autoscaler would say whose target is not there. Where usage is taken to
 * be on target, the twin's controller only keeps bounds and writes no conditions.
 */
function withoutTarget(
  { store }: Observation['world'],
  { metadata, spec }: HorizontalPodAutoscaler,
): string | undefined {
  const reference = spec?.scaleTargetRef
  if (reference === undefined) return undefined
  const kind = scaleKindOf({ list: (key, within) => store.list(key, within) as never }, reference)
  if (typeof kind === 'string') return kind
  if (store.get(kind.key, keyFrom(metadata.namespace, reference.name)) !== undefined) {
    return undefined
  }
  return `${kind.qualified} "${reference.name}" not found`
}

/** The trouble of one autoscaler at the end, with the moment since when. */
function troubleOf(
  { world, endMs }: Observation,
  autoscaler: HorizontalPodAutoscaler,
): { readonly reason: string; readonly message: string; readonly atMs: number } | undefined {
  const { metadata, status } = autoscaler
  const condition = status?.conditions?.find(isTrouble)
  if (condition !== undefined) {
    const { reason = '', message = '', lastTransitionTime = '' } = condition
    return { reason, message, atMs: parseTime(lastTransitionTime) }
  }
  const atMs = parseTime(metadata.creationTimestamp ?? '') + firstLookMs
  if (status?.conditions !== undefined || atMs > endMs) return undefined
  const why = withoutTarget(world, autoscaler)
  if (why === undefined) return undefined
  const message = `the HPA controller was unable to get the target's current scale: ${why}`
  return { reason: 'FailedGetScale', message, atMs }
}

function withoutMetric(observation: Observation): readonly Verdict[] {
  const { world, endMs } = observation
  const all = world.store.list('HorizontalPodAutoscaler') as readonly HorizontalPodAutoscaler[]
  return all.flatMap((autoscaler): Verdict[] => {
    const trouble = troubleOf(observation, autoscaler)
    if (trouble === undefined) return []
    const { namespace = '', name = '' } = autoscaler.metadata
    const object = { kind: 'HorizontalPodAutoscaler', namespace, name }
    const seconds = (endMs - trouble.atMs) / 1000
    return [{ verdict: 'noscale', object, ...trouble, seconds, open: true }]
  })
}

export const noscale = {
  name: 'noscale',
  doc: 'An autoscaler that cannot act: no metric or target, no group of nodes, a pod that stays.',
  verdicts: ['noscale'],
  judge: (observation, life) => [
    ...withoutMetric(observation),
    ...withoutGroup(observation, life),
    ...keptNodes(observation),
  ],
} satisfies Check
