// Runs playbooks that stand in a test.

import { readInventory } from '../inventory/inventory.ts'
import { defaultSettings } from '../inventory/settings.ts'
import type { AnsibleVersion } from '../values.ts'
import { type RunOptions, type RunResult, runPlaybooks } from './run.ts'

const hosts = '[web]\nw1\nw2\n[db]\nd1\n'

/** Runs `site.yml` of these files on two web hosts and a database. */
export function runSite(
  files: Readonly<Record<string, string>>,
  options: Partial<RunOptions> & { readonly version?: AnsibleVersion } = {},
): RunResult {
  const { version = '2.18', ...rest } = options
  const texts = new Map(Object.entries({ 'hosts.ini': hosts, ...files }))
  const inventory = readInventory(texts, ['hosts.ini'], {
    ...defaultSettings(version),
    playbookFolder: '',
  })
  return runPlaybooks({ files: texts, inventory, playbooks: ['site.yml'], ...rest })
}

/** Lines `task: host=outcome …` of a run. */
export function told({ plays }: RunResult): readonly string[] {
  return plays.flatMap(({ tasks }) =>
    tasks.map(({ name, results }) => {
      const outcomes = results.map(({ host, is }) => `${host}=${is}`)
      return `${name}: ${outcomes.join(' ')}`
    }),
  )
}
