// RuntimeClass adds the overhead and the node constraints of a pod's runtime.
// Upstream: plugin/pkg/admission/runtimeclass/admission.go, v1.36.3.

import {
  type AdmissionContext,
  type AdmissionPlugin,
  type AdmissionRequest,
  denied,
  type ObjectRequest,
} from '../apiserver/admission.ts'
import { semanticEqual } from '../apiserver/equality.ts'
import type { Pod, PodSpec, RuntimeClass, Toleration } from '../kube/generated/types.ts'
import type { KubeObject } from '../kube/object.ts'
import type { ApiStatus } from '../kube/status.ts'

const mismatch = "pod rejected: Pod's Overhead doesn't match RuntimeClass's defined Overhead"
const undefinedOverhead =
  'pod rejected: Pod Overhead set without corresponding RuntimeClass defined Overhead'

function classOf(spec: PodSpec, context: AdmissionContext): RuntimeClass | undefined {
  const name = spec.runtimeClassName
  return name === undefined
    ? undefined
    : (context.get('RuntimeClass', name) as RuntimeClass | undefined)
}

function admitPod(request: ObjectRequest, context: AdmissionContext): KubeObject | ApiStatus {
  const pod = request.object as Pod
  const { spec } = pod
  if (spec?.runtimeClassName === undefined) return pod
  const found = classOf(spec, context)
  if (found === undefined) {
    return denied(request, `pod rejected: RuntimeClass "${spec.runtimeClassName}" not found`)
  }
  const overhead = found.overhead?.podFixed
  if (overhead !== undefined && Object.keys(spec.overhead ?? {}).length > 0) {
    if (!semanticEqual(overhead, spec.overhead)) return denied(request, mismatch)
  }
  const conflict = selectorConflict(spec, found)
  if (conflict !== undefined) return denied(request, conflict)
  const loaded = overhead === undefined ? spec : { ...spec, overhead }
  return { ...pod, spec: withScheduling(loaded, found.scheduling) }
}

function selectorConflict(spec: PodSpec, { scheduling }: RuntimeClass): string | undefined {
  const wanted = scheduling?.nodeSelector ?? {}
  for (const key in wanted) {
    const value = spec.nodeSelector?.[key]
    if (value === undefined || value === wanted[key]) continue
    const left = `runtimeClass.scheduling.nodeSelector[${key}] = ${wanted[key] ?? ''}`
    return `conflict: ${left}; pod.spec.nodeSelector[${key}] = ${value}`
  }
  return undefined
}

function withScheduling(spec: PodSpec, scheduling: RuntimeClass['scheduling']): PodSpec {
  if (scheduling === undefined) return spec
  const { nodeSelector, tolerations } = scheduling
  const selecting =
    nodeSelector === undefined
      ? spec
      : { ...spec, nodeSelector: { ...spec.nodeSelector, ...nodeSelector } }
  if (tolerations === undefined) return selecting
  const before = spec.tolerations ?? []
  return { ...selecting, tolerations: merged([...before, ...tolerations]) }
}

/** Equal tolerations are kept once, at their first place. */
function merged(all: readonly Toleration[]): readonly Toleration[] {
  return all.filter((each, index) => all.findIndex(other => semanticEqual(other, each)) === index)
}

function validatePod(request: AdmissionRequest, context: AdmissionContext): ApiStatus | undefined {
  const { spec } = request.object as Pod
  if (spec === undefined) return undefined
  const overhead = classOf(spec, context)?.overhead?.podFixed
  if (overhead === undefined) {
    return spec.overhead === undefined ? undefined : denied(request, undefinedOverhead)
  }
  return semanticEqual(overhead, spec.overhead) ? undefined : denied(request, mismatch)
}

export const runtimeClass = {
  name: 'RuntimeClass',
  doc: 'Adds overhead, node selector and tolerations of the RuntimeClass to the pod.',
  kinds: ['Pod'],
  operations: ['create'],
  admit: admitPod,
  validate: validatePod,
} satisfies AdmissionPlugin
