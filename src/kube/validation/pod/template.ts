// Pod templates of workloads. Upstream: pkg/apis/core/validation/validation.go
// ValidatePodTemplateSpec, v1.36.3.

import type { LabelSelector, PodSpec, PodTemplate, PodTemplateSpec } from '../../generated/types.ts'
import { selectorOf, matches } from '../../label-selector.ts'
import type { KubeObject } from '../../object.ts'
import { checkLabels, type Errors, subdomainName } from '../checks.ts'
import { type FieldError, forbidden, invalid, notSupported, sortedMap } from '../field-error.ts'
import { checkAnnotations, checkMeta } from '../meta.ts'
import { checkPodSpec } from './pod-spec.ts'

const noSpec: PodSpec = { containers: [] }

/** Specs whose errors are known, by path: a template is checked once, however often it is sent. */
const known = new Map<string, WeakMap<PodSpec, readonly FieldError[]>>()

function specErrors(path: string, spec: PodSpec): readonly FieldError[] {
  let byPath = known.get(path)
  if (byPath === undefined) known.set(path, (byPath = new WeakMap()))
  const before = byPath.get(spec)
  if (before !== undefined) return before
  const errors: Errors = []
  checkPodSpec(errors, path, spec, { isPod: false })
  byPath.set(spec, errors)
  return errors
}

export function checkTemplate(errors: Errors, path: string, template: PodTemplateSpec): void {
  const { metadata = {}, spec = noSpec } = template
  checkLabels(errors, `${path}.labels`, metadata.labels)
  checkAnnotations(errors, `${path}.annotations`, metadata.annotations)
  errors.push(...specErrors(`${path}.spec`, spec))
  if ((spec.ephemeralContainers?.length ?? 0) > 0) {
    const detail = 'ephemeral containers not allowed in pod template'
    errors.push(forbidden(`${path}.spec.ephemeralContainers`, detail))
  }
}

export function checkPodTemplate(errors: Errors, object: KubeObject): void {
  checkMeta(errors, object.metadata, true, subdomainName)
  checkPodTemplateUpdate(errors, object)
}

export function checkPodTemplateUpdate(errors: Errors, object: KubeObject): void {
  checkTemplate(errors, 'template', (object as PodTemplate).template ?? {})
}

/** Whether the template's pods will be found again. */
export function checkSelected(
  errors: Errors,
  path: string,
  template: PodTemplateSpec,
  selector: LabelSelector | undefined,
): void {
  const parsed = selectorOf(selector)
  if (!parsed.ok) return
  const labels = template.metadata?.labels
  if (matches(parsed.value, labels)) return
  const detail = '`selector` does not match template `labels`'
  errors.push(invalid(`${path}.metadata.labels`, sortedMap(labels), detail))
}

/** Controllers that replace pods take only pods that run for ever. */
export function checkRunsForEver(
  errors: Errors,
  path: string,
  { spec = noSpec }: PodTemplateSpec,
  owner: string,
): void {
  const { restartPolicy = '', activeDeadlineSeconds } = spec
  if (restartPolicy !== 'Always') {
    errors.push(notSupported(`${path}.spec.restartPolicy`, restartPolicy, ['Always']))
  }
  if (activeDeadlineSeconds !== undefined) {
    const detail = `activeDeadlineSeconds in ${owner} is not Supported`
    errors.push(forbidden(`${path}.spec.activeDeadlineSeconds`, detail))
  }
}
