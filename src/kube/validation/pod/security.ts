// Security context of a pod. Upstream: pkg/apis/core/validation/validation.go, v1.36.3.

import type { PodSpec } from '../../generated/types.ts'
import { checkId, type Errors } from '../checks.ts'
import { duplicate, invalid, notSupported, required } from '../field-error.ts'

const changePolicies = ['Always', 'OnRootMismatch']
const groupPolicies = ['Merge', 'Strict']
const sysctlPattern = /^([a-z0-9]([-_a-z0-9]*[a-z0-9])?[./])*[a-z0-9]([-_a-z0-9]*[a-z0-9])?$/
const sysctlShown = '([a-z0-9]([-_a-z0-9]*[a-z0-9])?[\\./])*[a-z0-9]([-_a-z0-9]*[a-z0-9])?'
const sysctlLengthMax = 253

export function checkPodSecurity(errors: Errors, path: string, spec: PodSpec): void {
  const context = spec.securityContext
  if (context === undefined) return
  checkId(errors, `${path}.fsGroup`, context.fsGroup)
  checkId(errors, `${path}.runAsUser`, context.runAsUser)
  checkId(errors, `${path}.runAsGroup`, context.runAsGroup)
  context.supplementalGroups?.forEach((group, index) => {
    checkId(errors, `${path}.supplementalGroups[${index}]`, group)
  })
  if (spec.shareProcessNamespace === true && spec.hostPID === true) {
    const detail = 'ShareProcessNamespace and HostPID cannot both be enabled'
    errors.push(invalid(`${path}.shareProcessNamespace`, true, detail))
  }
  checkSysctls(errors, `${path}.sysctls`, context.sysctls ?? [])
  const change = context.fsGroupChangePolicy
  if (change !== undefined && !changePolicies.includes(change)) {
    errors.push(notSupported(`${path}.fsGroupChangePolicy`, change, changePolicies))
  }
  const groups = context.supplementalGroupsPolicy
  if (groups !== undefined && !groupPolicies.includes(groups)) {
    errors.push(notSupported(`${path}.supplementalGroupsPolicy`, groups, groupPolicies))
  }
  const labels = context.seLinuxChangePolicy
  if (labels !== undefined && !labelPolicies.includes(labels)) {
    errors.push(notSupported(`${path}.seLinuxChangePolicy`, labels, labelPolicies))
  }
}

/** The gate SELinuxMount is off: pods are labelled recursively or not at all. */
const labelPolicies = ['Recursive']

function checkSysctls(
  errors: Errors,
  path: string,
  sysctls: readonly { readonly name: string }[],
): void {
  const names = new Set<string>()
  sysctls.forEach(({ name = '' }, index) => {
    const at = `${path}[${index}].name`
    if (name === '') errors.push(required(at, ''))
    else if (name.length > sysctlLengthMax || !sysctlPattern.test(name)) {
      const detail = `must have at most ${sysctlLengthMax} characters and match regex ^${sysctlShown}$`
      errors.push(invalid(at, name, detail))
    } else if (names.has(name)) errors.push(duplicate(at, name))
    names.add(name)
  })
}

/** Windows host processes come alone and with the host's network. */
export function checkWindowsProcess(errors: Errors, path: string, spec: PodSpec): void {
  const ofPod = spec.securityContext?.windowsOptions?.hostProcess
  const containers = [...(spec.initContainers ?? []), ...(spec.containers ?? [])]
  const host = containers.filter(
    container => (container.securityContext?.windowsOptions?.hostProcess ?? ofPod) === true,
  )
  if (host.length === 0) return
  if (host.length !== containers.length) {
    const detail =
      'If pod contains any hostProcess containers then all containers must be HostProcess containers'
    errors.push(invalid(path, '', detail))
  }
  if (spec.hostNetwork !== true) {
    const detail = 'hostNetwork must be true if pod contains any hostProcess containers'
    errors.push(invalid(`${path}.hostNetwork`, false, detail))
  }
}
