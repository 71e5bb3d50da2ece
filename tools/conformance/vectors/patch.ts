// Answers patch vectors with src/kube/patch/.

import { applyJsonPatch, type Operation } from '../../../src/kube/patch/json-patch.ts'
import type { JsonObject, Patched } from '../../../src/kube/patch/json.ts'
import { applyMergePatch } from '../../../src/kube/patch/merge-patch.ts'
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

export const answer: Topic = (family, given) => {
  const input = given as Input
  const { original, patch } = input
  switch (family) {
    case 'strategic':
      return outcome(applyStrategicMergePatch(original, patch as JsonObject, typeOf(input.kind)))
    case 'json-merge':
      return { result: applyMergePatch(original, patch) }
    case 'json-patch':
      return outcome(applyJsonPatch(original, patch as readonly Operation[]))
    default:
      return undefined
  }
}
