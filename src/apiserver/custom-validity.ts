// Validation of custom resources by the schema of the version that the request speaks.
// Upstream: k8s.io/apiextensions-apiserver v0.36.3 pkg/registry/customresource.

import { cel } from '../kube/cel/provider.ts'
import type {
  CustomResourceDefinition,
  CustomResourceDefinitionVersion,
} from '../kube/generated/types.ts'
import type { KubeObject } from '../kube/object.ts'
import type { FieldError } from '../kube/validation/field-error.ts'
import type { Resource } from './resource.ts'

/** The version of a definition; undefined for one that it does not have. */
export function versionOf(
  { definition }: Resource,
  apiVersion: string,
): CustomResourceDefinitionVersion | undefined {
  const name = apiVersion.slice(apiVersion.indexOf('/') + 1)
  const { spec } = (definition ?? {}) as Partial<CustomResourceDefinition>
  return spec?.versions?.find(each => each.name === name)
}

/** Whether the version of a custom resource does not serve the subresource. */
export function lacks(resource: Resource, object: KubeObject, subresource: string): boolean {
  if (resource.definition === undefined || subresource !== 'status') return false
  return versionOf(resource, object.apiVersion)?.subresources?.status === undefined
}

export interface CustomChange {
  readonly object: KubeObject
  readonly old?: KubeObject
  readonly isStatus?: boolean
  /** What is wrong with the metadata. */
  readonly meta: readonly FieldError[]
}

/** What is wrong with the object; only the metadata matters where nobody has defined its kind. */
export function customErrors(resource: Resource, change: CustomChange): readonly FieldError[] {
  const version = versionOf(resource, change.object.apiVersion)
  const isBare =
    version?.schema?.openAPIV3Schema === undefined && version?.subresources?.scale === undefined
  return isBare ? change.meta : cel().resourceErrors(version, change).errors
}
