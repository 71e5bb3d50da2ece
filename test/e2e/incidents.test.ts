// Public incidents and public advice as scripted trials: each shows what its author expects, and
// its fixes and controls do not.

import { readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, it } from 'vitest'
import { faults } from '../../src/faults/registry.ts'
import { runTrialFiles } from '../../src/index.ts'

const root = join(import.meta.dirname, '..', '..')

function trialFilesIn(folder: string): readonly string[] {
  return readdirSync(join(root, folder))
    .filter(name => name.endsWith('.trial.yaml'))
    .map(name => join(folder, name))
}

const folders = [
  'trials/incidents',
  'trials/kivi',
  'trials/faults',
  'examples/argo-rollouts',
  'examples/dns-autoscaler',
  'examples/k3s-ansible/advice',
  'examples/kubespray/advice',
  'examples/operator',
  'examples/otomi/advice',
  'examples/otomi/gatekeeper',
]

describe.each(folders)('%s', folder => {
  it.each(trialFilesIn(folder))('%s', file => {
    const results = runTrialFiles([join(root, file)], { version: 'test' })
    expect(results.length).toBeGreaterThan(0)
    for (const { name, met, expectations, report } of results) {
      const errors = report.problems.filter(({ severity }) => severity === 'error')
      expect({ name, errors }).toEqual({ name, errors: [] })
      const missed = expectations.filter(expectation => !expectation.met)
      expect({ name, missed, met }).toEqual({ name, missed: [], met: true })
      expect(expectations.length).toBeGreaterThan(0)
    }
  })
})

// By what the trials strike with, not by their names: a fault may take several to show.
it('every fault has a trial that shows it', () => {
  const shown = trialFilesIn('trials/faults').flatMap(file => {
    const text = readFileSync(join(root, file), 'utf8')
    return [...text.matchAll(/^ +- fault: \{kind: ([a-z-]+)/gm)].map(([, kind]) => kind)
  })
  expect([...new Set(shown)].sort()).toEqual([...faults.keys()].sort())
})
