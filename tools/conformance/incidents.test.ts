import { existsSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { expect, it } from 'vitest'
import { run } from './incidents.ts'
import { readRecording } from './recordings.ts'

const root = join(import.meta.dirname, '..', '..')
const corpus = join(root, 'corpus', 'incidents')
const recorded = join(root, '..', 'shared', 'conformance', 'incidents')
const options = { differencesMax: 3, deviations: new Set<string>() }

it('sees in every sample what was observed on a real control plane', async () => {
  const result = await run(corpus, options)
  expect(result.differences).toEqual([])
  expect(result.checked).toBeGreaterThan(8)
})

it('notices a recorded verdict that was changed', async () => {
  const [first] = [...readRecording(join(corpus, 'F1.jsonl.gz'))] as { observed: object }[]
  const verdicts = [{ verdict: 'drain-stuck', object: 'Pod/planted' }]
  const planted = { ...first, observed: { ...first?.observed, verdicts } }
  const folder = mkdtempSync(join(tmpdir(), 'incidents-'))
  try {
    writeFileSync(join(folder, 'F1.jsonl'), `${JSON.stringify(planted)}\n`)
    const result = await run(join(folder, 'F1.jsonl'), options)
    expect(result.mismatches).toBe(1)
  } finally {
    rmSync(folder, { recursive: true })
  }
})

if (existsSync(recorded)) {
  it('judges Argo CD HA on one to four nodes as recorded, in every verdict and text', async () => {
    const result = await run(join(recorded, 'kubefirst.jsonl.gz'), options)
    expect(result.differences).toEqual([])
    expect(result.checked).toBe(14)
  })
} else it.skip('Argo CD HA as recorded: ../shared/conformance is not there', () => {})
