// The scale subresource of custom resources: which fields are replicas and selector.
// Port of k8s.io/apiextensions-apiserver v0.36.3 pkg/registry/customresource/{validator,etcd}.go
// and apimachinery pkg/apis/meta/v1/unstructured/helpers.go: texts.

import type { CustomResourceSubresourceScale } from '../generated/types.ts'
import { goText, goTypeName, isObject, type JsonObject } from '../patch/json.ts'
import type { FieldError } from '../validation/field-error.ts'
import { invalidValue } from './value-error.ts'

export type Read<T> = { readonly value: T | undefined } | { readonly error: string }

/** The names of a path such as `.spec.replicas`. */
export function partsOf(path: string): readonly string[] {
  return path.replace(/^\./, '').split('.')
}

function nested<T>(
  object: unknown,
  path: string,
  { wanted, is }: { wanted: string; is: (value: unknown) => value is T },
): Read<T> {
  const parts = partsOf(path)
  const shown = `.${parts.join('.')} accessor error: `
  let value: unknown = object
  for (const [index, part] of parts.entries()) {
    // Nothing at all above the last field counts as not found, as does a null.
    if (value === null || value === undefined) return { value: undefined }
    if (!isObject(value)) {
      const at = `.${parts.slice(0, index + 1).join('.')} accessor error: `
      const what = `${goText(value)} is of the type ${goTypeName(value)}`
      return { error: `${at}${what}, expected map[string]interface{}` }
    }
    if (!Object.hasOwn(value, part)) return { value: undefined }
    value = value[part]
  }
  if (is(value)) return { value }
  return {
    error: `${shown}${goText(value)} is of the type ${goTypeName(value)}, expected ${wanted}`,
  }
}

export function nestedInteger(object: unknown, path: string): Read<number> {
  const is = (value: unknown): value is number => Number.isInteger(value)
  return nested(object, path, { wanted: 'int64', is })
}

export function nestedText(object: unknown, path: string): Read<string> {
  const is = (value: unknown): value is string => typeof value === 'string'
  return nested(object, path, { wanted: 'string', is })
}

const int32Max = 2 ** 31 - 1

function replicaErrors(object: unknown, path: string): FieldError[] {
  const read = nestedInteger(object, path)
  if ('error' in read) return [invalidValue(path, 0, read.error)]
  const { value = 0 } = read
  if (value < 0) return [invalidValue(path, value, 'should be a non-negative integer')]
  if (value <= int32Max) return []
  return [invalidValue(path, value, `should be less than or equal to ${int32Max}`)]
}

/** What is wrong with the fields that the scale subresource names. */
export function scaleErrors(
  scale: CustomResourceSubresourceScale | undefined,
  object: JsonObject,
  isStatus: boolean,
): FieldError[] {
  if (scale === undefined) return []
  const { specReplicasPath, statusReplicasPath, labelSelectorPath } = scale
  const errors = isStatus ? [] : replicaErrors(object, specReplicasPath)
  errors.push(...replicaErrors(object, statusReplicasPath))
  const selector =
    labelSelectorPath === undefined ? undefined : nestedText(object, labelSelectorPath)
  if (selector !== undefined && 'error' in selector) {
    errors.push(invalidValue(labelSelectorPath as string, '', selector.error))
  }
  return errors
}
