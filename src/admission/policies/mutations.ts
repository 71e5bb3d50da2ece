// What an object becomes by the value of a mutation: a JSON patch or an apply configuration.
// Upstream: k8s.io/apiserver v0.36.3 pkg/admission/plugin/policy/mutating/patch.

import { cel } from '../../kube/cel/provider.ts'
import { decodeObject, strictDecodingText } from '../../kube/decode.ts'
import { applyDefaults } from '../../kube/defaults/registry.ts'
import { kindKeyOf } from '../../kube/kinds.ts'
import type { KubeObject } from '../../kube/object.ts'
import type { JsonObject } from '../../kube/patch/json.ts'
import { applyJsonPatch } from '../../kube/patch/json-patch.ts'
import type { ApiStatus } from '../../kube/status.ts'
import { applyConfiguration } from './apply-configuration.ts'

/** The changed object, why there is none, or a refusal that no failure policy can undo. */
export type Changed =
  | { readonly object: KubeObject }
  | { readonly error: string }
  | { readonly status: ApiStatus }

export function changedBy(object: KubeObject, value: unknown): Changed {
  return Array.isArray(value) ? patched(object, value) : applied(object, value)
}

function internalError(message: string): ApiStatus {
  return {
    kind: 'Status',
    apiVersion: 'v1',
    status: 'Failure',
    code: 500,
    reason: 'InternalError',
    message: `Internal error occurred: ${message}`,
    details: { causes: [{ message }] },
  }
}

function patched(object: KubeObject, list: readonly unknown[]): Changed {
  const { CelError, jsonOf, PatchOperation } = cel()
  const operations: JsonObject[] = []
  for (const each of list) {
    if (!(each instanceof PatchOperation)) return { error: 'unexpected JSON patch' }
    const from = each.text('from')
    const given = each.fields.get('value')
    const value = given === undefined ? undefined : jsonOf(given)
    if (value instanceof CelError) return { error: value.message }
    operations.push({
      op: each.text('op'),
      path: each.text('path'),
      ...(from !== '' && { from }),
      ...(value !== undefined && { value: value.json }),
    })
  }
  const result = applyJsonPatch(object, operations)
  if (!result.ok) {
    // A patch whose test fails is not applied, and that is no error.
    const isFailedTest = /^testing value .* failed: test failed$/.test(result.error)
    return isFailedTest ? { object } : { error: `JSON Patch: ${result.error}` }
  }
  const { value, error, strictErrors } = decodeObject(result.value as KubeObject)
  if (error !== undefined) return { status: internalError(error) }
  if (strictErrors.length > 0) return { status: internalError(strictDecodingText(strictErrors)) }
  return { object: applyDefaults(kindKeyOf(value), value) }
}

function applied(object: KubeObject, value: unknown): Changed {
  const { CelError, jsonOf, PartialObject } = cel()
  if (!(value instanceof PartialObject)) return { error: 'unexpected apply configuration' }
  const mismatch = misnamed(value, ['Object'])
  if (mismatch !== undefined) return { error: `type mismatch: ${mismatch}` }
  const patch = jsonOf(value)
  if (patch instanceof CelError) return { error: patch.message }
  const result = applyConfiguration(object, patch.json as JsonObject)
  if (!result.ok) return { error: `error applying patch: ${result.error}` }
  const { value: decoded, error } = decodeObject(result.value as KubeObject)
  if (error !== undefined) return { error }
  return { object: applyDefaults(kindKeyOf(decoded), decoded) }
}

/** Each `Object.spec{}` must stand where its name says. */
function misnamed(value: unknown, path: readonly string[]): string | undefined {
  const { PartialObject } = cel()
  if (Array.isArray(value)) return firstOf(value, each => misnamed(each, path))
  if (!(value instanceof PartialObject)) return undefined
  const expected = path.join('.')
  if (value.typeName !== expected) {
    return (
      `unexpected type name "${value.typeName}", expected "${expected}", ` +
      'which matches field name path from root Object type'
    )
  }
  return firstOf([...value.fields], ([name, field]) => misnamed(field, [...path, name]))
}

function firstOf<T>(list: readonly T[], find: (each: T) => string | undefined): string | undefined {
  for (const each of list) {
    const found = find(each)
    if (found !== undefined) return found
  }
  return undefined
}
