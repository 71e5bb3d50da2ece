// A sample of recorded requests runs in every clone; the runner is tested on a planted fault.

import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { gunzipSync, gzipSync } from 'node:zlib'
import { expect, it } from 'vitest'
import { run } from './controlplane.ts'

const sample = join(import.meta.dirname, '..', '..', 'corpus', 'api-cases')
const options = { differencesMax: 5, deviations: new Set<string>() }

it('answers the sample of varied requests as a real API server did', async () => {
  const result = await run(sample, options)
  expect(result.differences).toEqual([])
  expect(result.checked).toBeGreaterThan(50)
})

it('notices a recorded answer that was changed', async () => {
  const folder = mkdtempSync(join(tmpdir(), 'seatrial-'))
  const name = 'api-apply.jsonl.gz'
  const text = gunzipSync(readFileSync(join(sample, name))).toString()
  const planted = text.replaceAll('failed to create typed patch object', 'failed')
  writeFileSync(join(folder, name), gzipSync(planted))
  const { mismatches } = await run(folder, options)
  rmSync(folder, { recursive: true })
  expect(mismatches).toBeGreaterThan(0)
})
