// Differences from the recordings that are known and not mended yet, by family: a list that may
// only shrink. Unlike docs/deviations.md these are no decisions; each is work to do.

import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import type { SuiteResult } from './suite.ts'

/** Number of cases that differ, by `suite/family`. */
export type OpenDifferences = Readonly<Record<string, number>>

export function readOpenDifferences(folder: string): OpenDifferences {
  return JSON.parse(readFileSync(join(folder, 'open-differences.json'), 'utf8')) as OpenDifferences
}

/** One line per family that differs in more cases, or in fewer, than the list says. */
export function beyondOpen(
  { suite, families }: Pick<SuiteResult, 'suite' | 'families'>,
  open: OpenDifferences,
): readonly string[] {
  return families.flatMap(({ name, mismatches }) => {
    const known = open[`${suite}/${name}`] ?? 0
    if (mismatches === known) return []
    const more = mismatches > known
    const todo = more ? 'mend what broke' : 'lower the count in open-differences.json'
    return [`${suite}/${name}: ${mismatches} cases differ, ${known} are listed: ${todo}`]
  })
}
