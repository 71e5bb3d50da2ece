// Pods on create and update. Upstream: pkg/apis/core/validation/validation.go, v1.36.3.

import type { Container, Pod, PodSpec } from '../../generated/types.ts'
import type { KubeObject } from '../../object.ts'
import { type Errors, subdomainName } from '../checks.ts'
import { forbidden, invalid } from '../field-error.ts'
import { checkMeta } from '../meta.ts'
import { checkPodSpec } from './pod-spec.ts'

const noSpec: PodSpec = { containers: [] }

export function checkPodMeta(errors: Errors, { metadata }: KubeObject): void {
  checkMeta(errors, metadata, true, subdomainName)
  checkDeletionCost(errors, metadata.annotations)
}

export function checkPod(errors: Errors, object: KubeObject): void {
  const pod = object as Pod
  const spec = pod.spec ?? noSpec
  checkPodMeta(errors, object)
  checkPodSpec(errors, 'spec', spec, { metadata: pod.metadata, isPod: true })
  checkImages(errors, 'spec.containers', spec.containers)
  checkImages(errors, 'spec.initContainers', spec.initContainers ?? [])
}

const costKey = 'controller.kubernetes.io/pod-deletion-cost'

/** A decimal of 32 bits without a plus sign or leading zeros. */
export function checkDeletionCost(
  errors: Errors,
  annotations: Pod['metadata']['annotations'],
): void {
  const cost = annotations?.[costKey]
  if (cost === undefined) return
  const valid = /^(0|-?[1-9]\d*)$/.test(cost) && Math.abs(Number(cost)) <= 2_147_483_647
  if (valid) return
  const detail = 'must be a 32bit integer'
  errors.push(invalid(`metadata.annotations[${costKey}]`, cost, detail))
}

function checkImages(errors: Errors, path: string, containers: readonly Container[] = []): void {
  containers.forEach(({ image = '' }, index) => {
    if (image === '' || image.trim() === image) return
    const detail = 'must not have leading or trailing whitespace'
    errors.push(invalid(`${path}[${index}].image`, image, detail))
  })
}

export function checkPodCreate(errors: Errors, object: KubeObject): void {
  checkPod(errors, object)
  const { spec } = object as Pod
  if ((spec?.ephemeralContainers?.length ?? 0) > 0) {
    errors.push(forbidden('spec.ephemeralContainers', 'cannot be set on create'))
  }
  if ((spec?.nodeName ?? '') !== '' && (spec?.schedulingGates?.length ?? 0) > 0) {
    const detail = 'cannot be set until all schedulingGates have been cleared'
    errors.push(forbidden('spec.nodeName', detail))
  }
}
