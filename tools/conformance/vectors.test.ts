import { existsSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { expect, it } from 'vitest'
import { readDeviations } from './deviations.ts'
import { run } from './vectors.ts'

const root = join(dirname(fileURLToPath(import.meta.url)), '..', '..')
const sample = join(root, 'corpus', 'vectors')
const everything = join(root, '..', 'shared', 'conformance', 'vectors')

it('answers the sample of recorded cases as upstream did', async () => {
  const result = await run(sample, { differencesMax: 3, deviations: new Set<string>() })
  expect(result.differences).toEqual([])
  expect(result.families.length).toBeGreaterThan(30)
  expect(result.checked).toBeGreaterThan(300)
})

const absent = !existsSync(everything)
const reason = absent ? ' (skipped: ../shared is not there)' : ''

it.skipIf(absent)(`answers every recorded case that is no listed deviation${reason}`, async () => {
  const deviations = readDeviations(join(root, 'docs', 'deviations.md'))
  const result = await run(everything, { differencesMax: 3, deviations })
  expect(result.differences).toEqual([])
  expect(result.checked).toBeGreaterThan(20_000)
})
