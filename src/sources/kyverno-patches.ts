// The JSON patches in policies of Kyverno are YAML in a text: the core reads them as JSON.

import { load, YAMLException } from 'js-yaml'
import { isObject, type JsonObject } from '../kube/patch/json.ts'

/** The policy with its patches in JSON; the very same object when it has none. */
export function withJsonPatches(object: JsonObject): JsonObject {
  const { apiVersion, spec } = object
  if (typeof apiVersion !== 'string' || !apiVersion.startsWith('kyverno.io/')) return object
  if (!isObject(spec) || !Array.isArray(spec['rules'])) return object
  const rules = spec['rules'].map(withJsonPatch)
  return { ...object, spec: { ...spec, rules } }
}

function withJsonPatch(rule: unknown): unknown {
  if (!isObject(rule) || !isObject(rule['mutate'])) return rule
  const { mutate } = rule
  const text = mutate['patchesJson6902']
  if (typeof text !== 'string') return rule
  try {
    return { ...rule, mutate: { ...mutate, patchesJson6902: JSON.stringify(load(text)) } }
  } catch (error) {
    if (error instanceof YAMLException) return rule
    throw error
  }
}
