// Answers patch vectors with src/kube/patch/.

import { applyJsonPatch } from '../../../src/kube/patch/json-patch.ts'
import type { JsonObject, Patched } from '../../../src/kube/patch/json.ts'
import { applyMergePatch, createThreeWayMergePatch } from '../../../src/kube/patch/merge-patch.ts'
import { createThreeWayPatch, createTwoWayPatch } from '../../../src/kube/patch/strategic-diff.ts'
import { applyStrategicMergePatch } from '../../../src/kube/patch/strategic-merge-patch.ts'
import { schemaOf, type StructType } from '../../../src/kube/schema.ts'
import type { Topic } from './topic.ts'

interface Input {
  readonly kind: string
  readonly original: JsonObject
  readonly modified: JsonObject
  readonly current: JsonObject
  readonly overwrite: boolean
  readonly patch: unknown
}

function outcome(result: Patched): unknown {
  return result.ok ? { result: result.value } : { error: result.error }
}

function typeOf(kind: string): StructType {
  const type = schemaOf('v1', kind) ?? schemaOf('apps/v1', kind)
  if (type === undefined) throw new Error(`no schema of ${kind}`)
  return type
}

function applied(original: JsonObject, patch: JsonObject, type: StructType): unknown {
  return outcome(applyStrategicMergePatch(original, patch, type))
}

function twoWay({ kind, original, modified }: Input): unknown {
  const type = typeOf(kind)
  const patch = createTwoWayPatch(original, modified, type)
  if (!patch.ok) return { error: patch.error }
  return { patch: patch.value, applied: applied(original, patch.value, type) }
}

function threeWay(input: Input): unknown {
  const { kind, current, overwrite } = input
  const type = typeOf(kind)
  const strategic = createThreeWayPatch(input, { type, overwrite })
  const json = createThreeWayMergePatch(input)
  return {
    ...(strategic.ok
      ? {
          strategicPatch: strategic.value,
          strategicResult: applied(current, strategic.value, type),
        }
      : { strategicError: strategic.error }),
    ...(json.ok && {
      jsonPatch: json.value,
      jsonResult: { result: applyMergePatch(current, json.value) },
    }),
  }
}

export const answer: Topic = (family, given) => {
  const input = given as Input
  const { original, patch } = input
  switch (family) {
    case 'strategic':
      return outcome(applyStrategicMergePatch(original, patch as JsonObject, typeOf(input.kind)))
    case 'json-merge':
      return { result: applyMergePatch(original, patch) }
    case 'json-patch':
      return outcome(applyJsonPatch(original, patch))
    case 'two-way':
      return twoWay(input)
    default:
      return threeWay(input)
  }
}
