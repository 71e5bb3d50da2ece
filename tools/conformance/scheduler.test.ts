import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { expect, it } from 'vitest'
import { readRecording } from './recordings.ts'
import { run } from './scheduler.ts'
import type { Scenario } from './scheduler-format.ts'

const corpus = join(dirname(fileURLToPath(import.meta.url)), '../../corpus/scheduler')
const options = { differencesMax: 3, deviations: new Set<string>() }

it.each([
  { version: 'v1.36', families: 16, atLeast: 3000 },
  { version: 'v1.34', families: 2, atLeast: 100 },
])('decides every sample of $version as the real scheduler did', async given => {
  const result = await run(join(corpus, given.version), options)
  expect(result.differences).toEqual([])
  expect(result.mismatches).toBe(0)
  expect(result.families).toHaveLength(given.families)
  expect(result.checked).toBeGreaterThan(given.atLeast)
})

it('notices a recorded verdict that was changed', async () => {
  const [first] = readRecording(join(corpus, 'v1.36/02-taints.jsonl.gz'))
  const scenario = first as Scenario
  const steps = scenario.steps.map(step =>
    step.result === undefined ? step : { ...step, result: { ...step.result, message: 'planted' } },
  )
  const folder = mkdtempSync(join(tmpdir(), 'scheduler-'))
  try {
    writeFileSync(join(folder, '02-taints.jsonl'), `${JSON.stringify({ ...scenario, steps })}\n`)
    const result = await run(folder, options)
    const decisions = steps.filter(step => step.result !== undefined)
    expect(result.mismatches).toBe(decisions.length)
    expect(result.differences[0]?.paths[0]?.path).toBe('result.message')
  } finally {
    rmSync(folder, { recursive: true })
  }
})
