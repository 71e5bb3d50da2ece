// Counts the cases of one run of a suite: agreed, different, skipped because listed as deviation.

import { differences } from './compare.ts'
import type { Difference, Family, SuiteOptions, SuiteResult } from './suite.ts'

interface Counts {
  cases: number
  checked: number
  mismatches: number
  skipped: number
}

export interface CaseName {
  readonly family: string
  readonly id: string
}

export class Tally {
  private readonly suite: string
  private readonly folder: string
  private readonly options: SuiteOptions
  private readonly counts = new Map<string, Counts>()
  private readonly kept: Difference[] = []

  constructor(suite: string, folder: string, options: SuiteOptions) {
    this.suite = suite
    this.folder = folder
    this.options = options
  }

  /** Whether `--only` asks for this case. */
  wants({ family, id }: CaseName): boolean {
    const { only } = this.options
    return only === undefined || id.includes(only) || family.includes(only)
  }

  /** Whether docs/deviations.md lists the family or a folder above it. */
  isDeviation(family: string): boolean {
    const parts = [this.suite, ...family.split('/')]
    return parts.some((_, at) => this.options.deviations.has(parts.slice(0, at + 1).join('/')))
  }

  /** Compares an answer with the recorded one; true when they are equal. */
  compare(name: CaseName, want: unknown, got: unknown): boolean {
    const paths = differences(want, got)
    this.count(name, paths.length > 0)
    if (paths.length > 0) this.keep({ ...name, paths })
    return paths.length === 0
  }

  /** The same for several answers to one case: all must be the recorded one. */
  compareAll(name: CaseName, want: unknown, answers: ReadonlyMap<string, unknown>): boolean {
    for (const [who, got] of answers) {
      if (differences(want, got).length === 0) continue
      return this.compare({ ...name, id: `${name.id} (${who})` }, want, got)
    }
    this.count(name, false)
    return true
  }

  /** A case that the product cannot run: a mismatch, unless the family is a known deviation. */
  cannotRun(name: CaseName, reason: string): void {
    if (this.isDeviation(name.family)) {
      const counts = this.of(name.family)
      counts.cases += 1
      counts.skipped += 1
      return
    }
    this.count(name, true)
    this.keep({ ...name, paths: [{ path: '', want: 'an answer', got: reason }] })
  }

  result(): SuiteResult {
    const rows = [...this.counts].sort(([a], [b]) => (a < b ? -1 : 1))
    const families: Family[] = rows.map(([name, { cases, checked, mismatches }]) => ({
      name,
      cases,
      checked,
      mismatches,
    }))
    const sum = (key: keyof Counts): number => rows.reduce((n, [, row]) => n + row[key], 0)
    return {
      suite: this.suite,
      folder: this.folder,
      cases: sum('cases'),
      checked: sum('checked'),
      mismatches: sum('mismatches'),
      skipped: sum('skipped'),
      families,
      differences: this.kept,
    }
  }

  private count({ family }: CaseName, differs: boolean): void {
    const counts = this.of(family)
    counts.cases += 1
    counts.checked += 1
    if (differs) counts.mismatches += 1
  }

  private keep(difference: Difference): void {
    if (this.kept.length < this.options.differencesMax) this.kept.push(difference)
  }

  private of(family: string): Counts {
    let counts = this.counts.get(family)
    if (counts === undefined) {
      counts = { cases: 0, checked: 0, mismatches: 0, skipped: 0 }
      this.counts.set(family, counts)
    }
    return counts
  }
}
