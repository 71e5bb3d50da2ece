import { existsSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { expect, it } from 'vitest'
import { run } from './vectors.ts'

const root = join(dirname(fileURLToPath(import.meta.url)), '..', '..')
const sample = join(root, 'corpus', 'vectors')
const everything = join(root, '..', 'shared', 'conformance', 'vectors')

const options = { differencesMax: 3, deviations: new Set<string>() }

/** Families that this project answers without a difference. */
const settled =
  /^(?:deletion-order|intstr|label-selector|node-affinity|patch|pod-resources|pod-template-hash|quantity|toleration|validation\/(?:label-selector|port|string))(?:\/|$)/

it('answers the sample of recorded cases as upstream did', async () => {
  const result = await run(sample, options)
  expect(result.differences).toEqual([])
  expect(result.cases).toBeGreaterThan(200)
})

const absent = !existsSync(everything)
const reason = absent ? ' (skipped: ../shared is not there)' : ''

it.skipIf(absent)(`answers every recorded case of the settled families${reason}`, async () => {
  const result = await run(everything, { ...options, differencesMax: 1e6 })
  const families = result.families.filter(({ name }) => settled.test(name))
  expect(families.length).toBe(24)
  const wrong = result.differences.filter(({ family }) => settled.test(family))
  expect(wrong.map(({ id }) => id).slice(0, 5)).toEqual([])
})
