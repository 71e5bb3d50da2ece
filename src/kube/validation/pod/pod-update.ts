// What an update may change of a pod. Upstream: pkg/apis/core/validation/validation.go
// ValidatePodUpdate, v1.36.3.

import { rangeMessage } from '../../formats.ts'
import type { Affinity, Container, PodSpec, Toleration } from '../../generated/types.ts'
import { internalPodJson } from '../../internal-pod.ts'
import type { KubeObject } from '../../object.ts'
import type { Errors } from '../checks.ts'
import { forbidden, invalid, required } from '../field-error.ts'
import { sameValue } from '../same.ts'
import { unifiedDiff } from '../unified-diff.ts'
import { checkDeletionCost, checkPod } from './pod.ts'
import { checkTolerations } from './scheduling.ts'

const int32Max = 2_147_483_647
const noSpec: PodSpec = { containers: [] }
const updatable = [
  '`spec.containers[*].image`',
  '`spec.initContainers[*].image`',
  '`spec.activeDeadlineSeconds`',
  '`spec.tolerations` (only additions to existing tolerations)',
  '`spec.terminationGracePeriodSeconds` (allow it to be set to 1 if it was previously negative)',
]

export function checkPodUpdate(errors: Errors, object: KubeObject, old: KubeObject): void {
  const spec = specOf(object)
  const before = specOf(old)
  if (spec === before) return
  checkPod(errors, object)
  checkDeletionCost(errors, object.metadata.annotations)
  if (!checkSameContainers(errors, 'spec.containers', spec.containers, before.containers)) return
  const init = [spec.initContainers ?? [], before.initContainers ?? []] as const
  if (!checkSameContainers(errors, 'spec.initContainers', ...init)) return
  if (!checkDeadline(errors, spec, before)) return
  checkOnlyAdded(errors, spec.tolerations ?? [], before.tolerations ?? [])
  checkOnlyRemoved(errors, spec, before)
  const munged: PodSpec = {
    ...spec,
    containers: withImages(spec.containers, before.containers),
    ...(spec.initContainers !== undefined && {
      initContainers: withImages(spec.initContainers, before.initContainers ?? []),
    }),
    ...kept(before, ['activeDeadlineSeconds', 'schedulingGates', 'tolerations']),
    ...((before.schedulingGates?.length ?? 0) > 0 && gatedFields(errors, spec, before)),
  }
  const compared = mungedGrace(munged, before)
  if (sameValue(compared, before)) return
  const head = 'pod updates may not change fields other than '
  const changed = unifiedDiff(internalPodJson(before), internalPodJson(compared))
  errors.push(forbidden('spec', `${head}${updatable.join(',')}\n${changed}`))
}

/** A client may leave out even what its type demands. */
function specOf(object: KubeObject): PodSpec {
  const { spec } = object as { readonly spec?: Partial<PodSpec> }
  return spec?.containers === undefined ? { ...noSpec, ...spec } : (spec as PodSpec)
}

/** A pod that waits at a gate may still narrow where it can run. */
function gatedFields(errors: Errors, spec: PodSpec, before: PodSpec): Partial<PodSpec> {
  const selector = spec.nodeSelector ?? {}
  const lost = Object.entries(before.nodeSelector ?? {}).some(
    ([key, value]) => selector[key] !== value,
  )
  if (lost) {
    const detail = 'only additions to spec.nodeSelector are allowed (no mutations or deletions)'
    errors.push(invalid('spec.nodeSelector', spec.nodeSelector, detail))
  }
  checkAffinityNarrowed(errors, spec, before)
  return { ...kept(before, ['nodeSelector']), affinity: affinityButNode(spec, before) as Affinity }
}

/** Node affinity may change, affinity to pods may not. */
function affinityButNode(spec: PodSpec, before: PodSpec): Affinity | undefined {
  const { nodeAffinity, ...rest } = spec.affinity ?? {}
  const old = before.affinity?.nodeAffinity
  if (sameValue(nodeAffinity, old)) return spec.affinity
  if (before.affinity === undefined && Object.keys(rest).length === 0) return undefined
  return { ...rest, ...(old !== undefined && { nodeAffinity: old }) }
}

function checkAffinityNarrowed(errors: Errors, spec: PodSpec, before: PodSpec): void {
  const key = 'requiredDuringSchedulingIgnoredDuringExecution'
  const path = `spec.affinity.nodeAffinity.${key}.nodeSelectorTerms`
  const old = before.affinity?.nodeAffinity?.[key]?.nodeSelectorTerms ?? []
  const next = spec.affinity?.nodeAffinity?.[key]?.nodeSelectorTerms ?? []
  if (old.length === 0) return
  if (old.length !== next.length) {
    const detail = 'no additions/deletions to non-empty NodeSelectorTerms list are allowed'
    errors.push(invalid(path, next, detail))
    return
  }
  old.forEach((term, index) => {
    const other = next[index]
    const added = (['matchExpressions', 'matchFields'] as const).every(list =>
      (term[list] ?? []).every((each, at) => sameValue(each, other?.[list]?.[at])),
    )
    if (added) return
    const detail = 'only additions are allowed (no mutations or deletions)'
    errors.push(invalid(`${path}[${index}]`, other, detail))
  })
}

function kept(before: PodSpec, keys: readonly (keyof PodSpec)[]): Partial<PodSpec> {
  const fields: Partial<Record<keyof PodSpec, unknown>> = {}
  for (const key of keys) fields[key] = before[key]
  return fields as Partial<PodSpec>
}

/** A negative grace period may be repaired. */
function mungedGrace(spec: PodSpec, before: PodSpec): PodSpec {
  const seconds = before.terminationGracePeriodSeconds
  if (seconds === undefined || seconds >= 0 || spec.terminationGracePeriodSeconds !== 1) return spec
  return { ...spec, terminationGracePeriodSeconds: seconds }
}

function withImages(
  containers: readonly Container[],
  before: readonly Container[],
): readonly Container[] {
  return containers.map((container, index) => {
    const image = before[index]?.image
    return image === undefined ? container : { ...container, image }
  })
}

/** Containers are neither added nor removed, and keep an image. */
function checkSameContainers(
  errors: Errors,
  path: string,
  containers: readonly Container[],
  before: readonly Container[],
): boolean {
  if (containers.length !== before.length) {
    errors.push(forbidden(path, 'pod updates may not add or remove containers'))
    return false
  }
  containers.forEach(({ image = '' }, index) => {
    if (image === '') errors.push(required(`${path}[${index}].image`, ''))
    else if (image.trim() !== image) {
      const detail = 'must not have leading or trailing whitespace'
      errors.push(invalid(`${path}[${index}].image`, image, detail))
    }
  })
  return true
}

function checkDeadline(errors: Errors, spec: PodSpec, before: PodSpec): boolean {
  const path = 'spec.activeDeadlineSeconds'
  const seconds = spec.activeDeadlineSeconds
  const old = before.activeDeadlineSeconds
  if (seconds === undefined) {
    if (old !== undefined) {
      errors.push(invalid(path, undefined, 'must not update from a positive integer to nil value'))
    }
    return true
  }
  if (seconds < 0 || seconds > int32Max) {
    errors.push(invalid(path, seconds, rangeMessage(0, int32Max)))
    return false
  }
  if (old === undefined || old >= seconds) return true
  errors.push(invalid(path, seconds, 'must be less than or equal to previous value'))
  return false
}

/** Existing tolerations stay, in any order; only their seconds may change. */
function checkOnlyAdded(
  errors: Errors,
  tolerations: readonly Toleration[],
  before: readonly Toleration[],
): void {
  const path = 'spec.tolerations'
  const missing = before.some(old => !tolerations.some(each => sameButSeconds(each, old)))
  if (missing) {
    errors.push(
      forbidden(path, 'existing toleration can not be modified except its tolerationSeconds'),
    )
    return
  }
  checkTolerations(errors, path, tolerations)
}

function sameButSeconds(a: Toleration, b: Toleration): boolean {
  return sameValue({ ...a, tolerationSeconds: 0 }, { ...b, tolerationSeconds: 0 })
}

function checkOnlyRemoved(errors: Errors, spec: PodSpec, before: PodSpec): void {
  const old = new Set(before.schedulingGates?.map(gate => gate.name))
  spec.schedulingGates?.forEach(({ name }, index) => {
    if (old.has(name)) return
    const detail = 'only deletion is allowed, but found new scheduling gate'
    errors.push(forbidden(`spec.schedulingGates[${index}].name`, `${detail} '${name}'`))
  })
}
