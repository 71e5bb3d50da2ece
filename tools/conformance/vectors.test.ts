import { dirname, join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { expect, it } from 'vitest'
import { run } from './vectors.ts'

const root = join(dirname(fileURLToPath(import.meta.url)), '..', '..')
const sample = join(root, 'corpus', 'vectors')

it('answers the sample of recorded cases as upstream did', async () => {
  const result = await run(sample, { differencesMax: 3, deviations: new Set<string>() })
  expect(result.differences).toEqual([])
  // Every family has an answer: none is left out.
  expect(result.checked).toBe(result.cases)
  expect(result.families.length).toBeGreaterThan(30)
  expect(result.checked).toBeGreaterThan(300)
})
