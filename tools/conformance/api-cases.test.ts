// Recorded answers about custom resources and webhooks in every clone; a planted fault is found.

import { describe, expect, it } from 'vitest'
import { type ApiCase, replayApiCase } from './api-cases.ts'
import { readRecording } from './recordings.ts'
import { Tally } from './tally.ts'

const folder = 'corpus/custom-resources'
const files = [
  `${folder}/api-custom.jsonl.gz`,
  `${folder}/api-definitions.jsonl.gz`,
  'corpus/admission/api-webhooks.jsonl.gz',
]
const cases = files.flatMap(file => [...readRecording(file)] as ApiCase[])

function mismatches(each: ApiCase): number {
  const tally = new Tally('controlplane', folder, { differencesMax: 1, deviations: new Set() })
  replayApiCase(each, 'api-custom/sample', tally)
  return tally.result().mismatches
}

describe('a request to a real API server', () => {
  it.each(cases.map(each => ({ id: each.id, each })))('is answered alike: $id', ({ each }) => {
    expect(mismatches(each)).toBe(0)
  })

  it('is answered otherwise when another limit was recorded', () => {
    const limited = cases.find(({ id }) => id.startsWith('custom/number-int')) as ApiCase
    const planted = JSON.parse(
      JSON.stringify(limited).replaceAll('should be greater than', 'should be less than'),
    ) as ApiCase
    expect(mismatches(planted)).toBe(1)
  })
})
