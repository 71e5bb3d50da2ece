// Environment variables and their sources. Upstream: pkg/apis/core/validation/validation.go,
// v1.36.3.

import {
  configMapKeyErrors,
  dns1123LabelErrors,
  dns1123SubdomainErrors,
  labelKeyErrors,
  relaxedEnvVarNameErrors,
} from '../../formats.ts'
import type {
  EnvFromSource,
  EnvVar,
  FileKeySelector,
  ObjectFieldSelector,
  ResourceFieldSelector,
} from '../../generated/types.ts'
import { checkNoBacksteps, type Errors, refuse } from '../checks.ts'
import { invalid, notSupported, required } from '../field-error.ts'

export const volumeFieldPaths = [
  'metadata.annotations',
  'metadata.labels',
  'metadata.name',
  'metadata.namespace',
  'metadata.uid',
]

const envFieldPaths = [
  'metadata.name',
  'metadata.namespace',
  'metadata.uid',
  'spec.nodeName',
  'spec.serviceAccountName',
  'status.hostIP',
  'status.hostIPs',
  'status.podIP',
  'status.podIPs',
]

const resourcePaths = [
  'limits.cpu',
  'limits.ephemeral-storage',
  'limits.memory',
  'requests.cpu',
  'requests.ephemeral-storage',
  'requests.memory',
]

export function checkEnv(errors: Errors, path: string, variables: readonly EnvVar[]): void {
  variables.forEach((variable, index) => {
    const at = `${path}[${index}]`
    const { name = '' } = variable
    if (name === '') errors.push(required(`${at}.name`, ''))
    else refuse(errors, `${at}.name`, name, relaxedEnvVarNameErrors(name))
    if (variable.valueFrom !== undefined) checkValueFrom(errors, `${at}.valueFrom`, variable)
  })
}

function checkValueFrom(errors: Errors, path: string, { value = '', valueFrom }: EnvVar): void {
  const { fieldRef, resourceFieldRef, configMapKeyRef, secretKeyRef, fileKeyRef } = valueFrom ?? {}
  const sources = [fieldRef, resourceFieldRef, configMapKeyRef, secretKeyRef, fileKeyRef]
  if (fieldRef !== undefined) checkFieldRef(errors, `${path}.fieldRef`, fieldRef, envFieldPaths)
  if (resourceFieldRef !== undefined) {
    checkResourceRef(errors, `${path}.resourceFieldRef`, resourceFieldRef, false)
  }
  if (configMapKeyRef !== undefined) checkKeyRef(errors, `${path}.configMapKeyRef`, configMapKeyRef)
  if (secretKeyRef !== undefined) checkKeyRef(errors, `${path}.secretKeyRef`, secretKeyRef)
  if (fileKeyRef !== undefined) checkFileRef(errors, `${path}.fileKeyRef`, fileKeyRef)
  const count = sources.filter(source => source !== undefined).length
  if (count === 0) {
    const detail =
      'must specify one of: `fieldRef`, `resourceFieldRef`, `configMapKeyRef`, `secretKeyRef` or `fileKeyRef`'
    errors.push(invalid(path, '', detail))
  } else if (value !== '') {
    errors.push(invalid(path, '', 'may not be specified when `value` is not empty'))
  } else if (count > 1) {
    errors.push(invalid(path, '', 'may not have more than one field specified at a time'))
  }
}

function checkKeyRef(
  errors: Errors,
  path: string,
  { name = '', key = '' }: { readonly name?: string; readonly key?: string },
): void {
  refuse(errors, `${path}.name`, name, dns1123SubdomainErrors(name))
  if (key === '') errors.push(required(`${path}.key`, ''))
  else refuse(errors, `${path}.key`, key, configMapKeyErrors(key))
}

function checkFileRef(
  errors: Errors,
  at: string,
  { key = '', volumeName = '', path = '' }: FileKeySelector,
): void {
  if (key === '') errors.push(required(`${at}.key`, ''))
  else refuse(errors, `${at}.key`, key, relaxedEnvVarNameErrors(key))
  if (volumeName === '') errors.push(required(`${at}.volumeName`, ''))
  else refuse(errors, `${at}.volumeName`, volumeName, dns1123LabelErrors(volumeName))
  if (path === '') errors.push(required(`${at}.path`, ''))
  else checkNoBacksteps(errors, `${at}.path`, path)
}

/** A field of the pod, with an optional key for labels and annotations. */
export function checkFieldRef(
  errors: Errors,
  path: string,
  { apiVersion = '', fieldPath = '' }: ObjectFieldSelector,
  allowed: readonly string[],
): void {
  if (apiVersion === '') errors.push(required(`${path}.apiVersion`, ''))
  if (fieldPath === '') {
    errors.push(required(`${path}.fieldPath`, ''))
    return
  }
  const subscript = /^(.*)\['(.*)'\]$/.exec(fieldPath)
  if (subscript !== null) {
    checkSubscript(errors, path, subscript[1] ?? '', subscript[2] ?? '')
    return
  }
  const known = [...volumeFieldPaths, ...envFieldPaths]
  if (!known.includes(fieldPath)) {
    const detail = `error converting fieldPath: field label not supported: ${fieldPath}`
    errors.push(invalid(`${path}.fieldPath`, fieldPath, detail))
  } else if (!allowed.includes(fieldPath)) {
    errors.push(notSupported(`${path}.fieldPath`, fieldPath, allowed))
  }
}

function checkSubscript(errors: Errors, path: string, base: string, key: string): void {
  if (base === 'metadata.annotations') {
    refuse(errors, path, key, labelKeyErrors(key.toLowerCase()))
  } else if (base === 'metadata.labels') {
    refuse(errors, path, key, labelKeyErrors(key))
  } else {
    errors.push(invalid(path, base, 'does not support subscript'))
  }
}

export function checkResourceRef(
  errors: Errors,
  path: string,
  { resource = '', containerName = '' }: ResourceFieldSelector,
  inVolume: boolean,
): void {
  if (inVolume && containerName === '') {
    errors.push(required(`${path}.containerName`, ''))
  } else if (resource === '') {
    errors.push(required(`${path}.resource`, ''))
  } else if (
    !resourcePaths.includes(resource) &&
    !/^(limits|requests)\.hugepages-/.test(resource)
  ) {
    errors.push(notSupported(`${path}.resource`, resource, resourcePaths))
  }
}

export function checkEnvFrom(
  errors: Errors,
  path: string,
  sources: readonly EnvFromSource[],
): void {
  sources.forEach(({ prefix = '', configMapRef, secretRef }, index) => {
    const at = `${path}[${index}]`
    if (prefix !== '') refuse(errors, `${at}.prefix`, prefix, relaxedEnvVarNameErrors(prefix))
    if (configMapRef !== undefined) checkRefName(errors, `${at}.configMapRef`, configMapRef.name)
    if (secretRef !== undefined) checkRefName(errors, `${at}.secretRef`, secretRef.name)
    if (configMapRef === undefined && secretRef === undefined) {
      errors.push(invalid(path, '', 'must specify one of: `configMapRef` or `secretRef`'))
    } else if (configMapRef !== undefined && secretRef !== undefined) {
      errors.push(invalid(path, '', 'may not have more than one field specified at a time'))
    }
  })
}

function checkRefName(errors: Errors, path: string, name = ''): void {
  if (name === '') errors.push(required(`${path}.name`, ''))
  else refuse(errors, `${path}.name`, name, dns1123SubdomainErrors(name))
}
