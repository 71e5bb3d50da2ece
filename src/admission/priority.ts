// Priority turns priorityClassName into the integer that the scheduler compares.
// Upstream: plugin/pkg/admission/priority/admission.go, v1.36.3.

import {
  type AdmissionContext,
  type AdmissionPlugin,
  type AdmissionRequest,
  denied,
  type ObjectRequest,
} from '../apiserver/admission.ts'
import { systemPriorityClasses } from '../apiserver/bootstrap.ts'
import type { Pod, PodSpec, PriorityClass } from '../kube/generated/types.ts'
import type { KubeObject } from '../kube/object.ts'
import type { ApiStatus } from '../kube/status.ts'

interface Resolved {
  readonly name: string
  readonly priority: number
  readonly preemptionPolicy: string | undefined
}

const none: Resolved = { name: '', priority: 0, preemptionPolicy: 'PreemptLowerPriority' }

/** The global default class; of several, the one with the lowest value. */
function defaultClass(context: AdmissionContext): PriorityClass | undefined {
  let found: PriorityClass | undefined
  for (const each of context.list('PriorityClass') as readonly PriorityClass[]) {
    if (each.globalDefault !== true) continue
    if (found === undefined || found.value > each.value) found = each
  }
  return found
}

function classNamed(context: AdmissionContext, name: string): PriorityClass | undefined {
  const stored = context.get('PriorityClass', name) as PriorityClass | undefined
  return stored ?? systemPriorityClasses.find(each => each.metadata.name === name)
}

function resolved({ metadata, value, preemptionPolicy }: PriorityClass): Resolved {
  return { name: metadata.name ?? '', priority: value, preemptionPolicy }
}

function resolve(context: AdmissionContext, name: string): Resolved | undefined {
  const found = name === '' ? defaultClass(context) : classNamed(context, name)
  if (found !== undefined) return resolved(found)
  return name === '' ? none : undefined
}

function admitPod(request: ObjectRequest, context: AdmissionContext): KubeObject | ApiStatus {
  const pod = request.object as Pod
  const { spec } = pod
  if (spec === undefined) return pod
  if (request.operation === 'update') return withKept(pod, request.old as Pod)
  const name = spec.priorityClassName ?? ''
  const found = resolve(context, name)
  if (found === undefined) return denied(request, `no PriorityClass with name ${name} was found`)
  const { priority, preemptionPolicy } = found
  if (spec.priority !== undefined && spec.priority !== priority) {
    const why =
      `the integer value of priority (${spec.priority}) must not be provided in pod spec; ` +
      `priority admission controller computed ${priority} from the given PriorityClass name`
    return denied(request, why)
  }
  const policy = spec.preemptionPolicy
  if (preemptionPolicy !== undefined && policy !== undefined && policy !== preemptionPolicy) {
    const why =
      `the string value of PreemptionPolicy (${policy}) must not be provided in pod spec; ` +
      `priority admission controller computed ${preemptionPolicy} from the given PriorityClass name`
    return denied(request, why)
  }
  return withPriority(pod, spec, found)
}

function withPriority(
  pod: Pod,
  spec: PodSpec,
  { name, priority, preemptionPolicy }: Resolved,
): Pod {
  const named = name === '' ? {} : { priorityClassName: name }
  const policy = preemptionPolicy === undefined ? {} : { preemptionPolicy }
  return { ...pod, spec: { ...spec, ...named, priority, ...policy } }
}

/** An update may leave out what this plugin has set. */
function withKept(pod: Pod, old: Pod): Pod {
  const { priority, preemptionPolicy } = old.spec ?? {}
  let spec = pod.spec as PodSpec
  if (spec.priority === undefined && priority !== undefined) spec = { ...spec, priority }
  if (spec.preemptionPolicy === undefined && preemptionPolicy !== undefined) {
    spec = { ...spec, preemptionPolicy }
  }
  return spec === pod.spec ? pod : { ...pod, spec }
}

function validateClass(
  request: AdmissionRequest,
  context: AdmissionContext,
): ApiStatus | undefined {
  const created = request.object as PriorityClass
  if (request.resource.key !== 'PriorityClass' || created.globalDefault !== true) return undefined
  const other = defaultClass(context)?.metadata.name
  if (other === undefined) return undefined
  if (request.operation === 'update' && other === created.metadata.name) return undefined
  const why = `PriorityClass ${other} is already marked as default. Only one default can exist`
  return denied(request, why)
}

export const priority = {
  name: 'Priority',
  doc: 'Resolves priorityClassName to an integer priority and a preemption policy.',
  kinds: ['Pod', 'PriorityClass'],
  operations: ['create', 'update'],
  admit: (request, context) =>
    request.resource.key === 'Pod' ? admitPod(request, context) : request.object,
  validate: validateClass,
} satisfies AdmissionPlugin
