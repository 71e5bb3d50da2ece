// The race of Argo Rollouts with its own cache, found by exploration: which versions have it.

import { cpSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, expect, it } from 'vitest'
import { load, runExplore } from '../../src/index.ts'

const folder = mkdtempSync(join(tmpdir(), 'rollouts-'))
afterAll(() => rmSync(folder, { recursive: true, force: true }))

const example = join(import.meta.dirname, '../../examples/argo-rollouts')

/** The example with another version of the controller. */
function withVersion(version: string): string {
  const copy = join(folder, version)
  cpSync(example, copy, { recursive: true })
  const file = join(copy, 'manifests/controller.yaml')
  const text = readFileSync(file, 'utf8')
  const changed = text.replace('argo-rollouts:v1.7.2', `argo-rollouts:${version}`)
  expect(changed.includes(`argo-rollouts:${version}`)).toBe(true)
  writeFileSync(file, changed)
  return copy
}

it.each([
  { version: 'v1.6.0', verdicts: [] },
  { version: 'v1.6.6', verdicts: ['rollout-stuck'] },
  { version: 'v1.7.2', verdicts: ['rollout-stuck'] },
  { version: 'v1.8.3', verdicts: [] },
])('one late answer and $version', ({ version, verdicts }) => {
  const { scenarios } = runExplore(load([withVersion(version)]), {
    version: 'test',
    kubernetes: '1.33',
    trials: ['scale'],
    subject: 'Rollout shop/web',
    strategy: 'deviations',
    seed: 1,
    windowMs: 0,
    deviationsMax: 1,
    staleMax: 0,
    crashesMax: 0,
    depth: 1,
    steps: 1,
    runsMax: 1000,
    statesMax: 1,
    memoryMiB: 16,
    faults: [],
    interleave: false,
    smallest: false,
  })
  expect(scenarios).toHaveLength(1)
  expect(scenarios[0]?.exhaustive).toBe(true)
  expect(scenarios[0]?.outcomes.map(({ verdict }) => verdict)).toEqual(verdicts)
})
