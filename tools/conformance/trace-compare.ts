// What two runs of one scenario must have in common: workloads, pods, events, answers.

import type { KubeObject } from '../../src/kube/object.ts'
import { controllerOf } from '../../src/kube/object.ts'

export interface Mismatch {
  readonly aspect: 'workloads' | 'pods' | 'events' | 'answers' | 'crash'
  /** Virtual ms since the start of the trace; absent when it concerns the whole trace. */
  readonly t?: number
  readonly subject: string
  readonly want: unknown
  readonly got: unknown
}

export const workloadKinds: readonly string[] = [
  'Deployment',
  'ReplicaSet',
  'StatefulSet',
  'DaemonSet',
  'Job',
  'CronJob',
  'PodDisruptionBudget',
  'HorizontalPodAutoscaler',
]

/** Fields that two recordings of one scenario never share. */
const volatileFields = new Set([
  'observedGeneration',
  'lastTransitionTime',
  'lastUpdateTime',
  'lastProbeTime',
  'startTime',
  'completionTime',
  'managedFields',
  'controller-uid',
  'batch.kubernetes.io/controller-uid',
  'creationTimestamp',
  'lastSuccessfulTime',
  'lastScaleTime',
  'uid',
  'resourceVersion',
])

function byText(a: unknown, b: unknown): number {
  const [first, second] = [JSON.stringify(a), JSON.stringify(b)]
  return first < second ? -1 : first > second ? 1 : 0
}

/** Upstream lists rival autoscalers in the order of a Go map, which is random. */
function inOrder(message: string): string {
  return message.replace(
    /(controlled by multiple HPAs: \[)([^\]]*)/,
    (_, head: string, names: string) => head + names.split(' ').sort().join(' '),
  )
}

/** `value` without volatile fields, keys sorted; conditions in a fixed order. */
export function stable(value: unknown, field = ''): unknown {
  if (Array.isArray(value)) {
    const items = value.map(item => stable(item))
    return field === 'conditions' ? items.sort(byText) : items
  }
  if (typeof value === 'string' && field === 'message') return inOrder(value)
  if (value === null || typeof value !== 'object') return value
  if (field === 'disruptedPods') return Object.keys(value).length
  const fields = value as Record<string, unknown>
  const sorted: Record<string, unknown> = {}
  for (const key of Object.keys(fields).sort()) {
    if (!volatileFields.has(key)) sorted[key] = stable(fields[key], key)
  }
  return sorted
}

/** Spec and status of every workload by kind and name. */
export function workloadsOf(objects: readonly KubeObject[]): Map<string, unknown> {
  const workloads = new Map<string, unknown>()
  for (const object of objects) {
    if (!workloadKinds.includes(object.kind)) continue
    const name = `${object.kind}/${object.metadata.name}`
    workloads.set(name, stable({ spec: object['spec'], status: object['status'] }))
  }
  return workloads
}

interface PodView {
  readonly spec?: { readonly nodeName?: string }
  readonly status?: {
    readonly phase?: string
    readonly conditions?: readonly { readonly type: string; readonly status: string }[]
  }
}

function podLine(pod: KubeObject): string {
  const { spec, status } = pod as KubeObject & PodView
  const ready = status?.conditions?.some(
    ({ type, status: value }) => type === 'Ready' && value === 'True',
  )
  const words = [status?.phase ?? '']
  if (ready === true) words.push('ready')
  if (pod.metadata.deletionTimestamp !== undefined) words.push('deleting')
  if (spec?.nodeName !== undefined) words.push('bound')
  return words.join(' ')
}

/** Per owner the multiset of what its pods look like. */
export function podsOf(objects: readonly KubeObject[]): Map<string, unknown> {
  const lines = new Map<string, string[]>()
  for (const object of objects) {
    if (object.kind !== 'Pod') continue
    const owner = controllerOf(object.metadata)
    const key = owner === undefined ? `Pod/${object.metadata.name}` : `${owner.kind}/${owner.name}`
    lines.set(key, [...(lines.get(key) ?? []), podLine(object)])
  }
  return new Map([...lines].map(([key, all]) => [key, all.sort()]))
}

/** Where `got` differs from `want`, entry by entry and field by field. */
export function differences(
  want: ReadonlyMap<string, unknown>,
  got: ReadonlyMap<string, unknown>,
): { subject: string; want: unknown; got: unknown }[] {
  const subjects = [...new Set([...want.keys(), ...got.keys()])].sort()
  return subjects.flatMap(subject => diffValue(subject, want.get(subject), got.get(subject)))
}

function isRecord(value: unknown): value is Record<string, unknown> {
  return value !== null && typeof value === 'object' && !Array.isArray(value)
}

function diffValue(
  subject: string,
  want: unknown,
  got: unknown,
): { subject: string; want: unknown; got: unknown }[] {
  if (isRecord(want) && isRecord(got)) {
    const fields = [...new Set([...Object.keys(want), ...Object.keys(got)])].sort()
    return fields.flatMap(field => diffValue(`${subject}.${field}`, want[field], got[field]))
  }
  return JSON.stringify(want) === JSON.stringify(got) ? [] : [{ subject, want, got }]
}
