// What Kyverno 1.19.1 made of objects with these patches; corpus/kyverno/README.md.

import { readFileSync } from 'node:fs'
import { gunzipSync } from 'node:zlib'
import { describe, expect, it } from 'vitest'
import { withoutAnchors } from '../../src/admission/kyverno/anchors.ts'
import { applyKyvernoPatch } from '../../src/admission/kyverno/json-patch.ts'
import { mergedMap } from '../../src/admission/kyverno/merge.ts'
import type { KubeObject } from '../../src/kube/object.ts'
import type { JsonObject } from '../../src/kube/patch/json.ts'
import { schemaOf } from '../../src/kube/schema.ts'

interface Case {
  readonly name: string
  readonly patch?: JsonObject
  readonly json?: readonly unknown[]
  readonly object: KubeObject
  readonly after?: unknown
  readonly error?: string
}

const file = new URL('../../corpus/kyverno/patches.jsonl.gz', import.meta.url)
const cases = gunzipSync(readFileSync(file))
  .toString()
  .trim()
  .split('\n')
  .map(line => JSON.parse(line) as Case)

function answer({ patch, json = [], object }: Case): Pick<Case, 'after' | 'error'> {
  if (patch === undefined) {
    const result = applyKyvernoPatch(object, json)
    return result.ok ? { after: result.value } : { error: result.error }
  }
  const settled = withoutAnchors(patch, object)
  if (settled === undefined) return { after: object }
  return { after: mergedMap(object, settled, schemaOf(object.apiVersion, object.kind)) }
}

describe('patches of Kyverno', () => {
  it.each(cases)('$name', each => {
    const { after, error } = each
    expect(answer(each)).toEqual(error === undefined ? { after } : { error })
  })
})
