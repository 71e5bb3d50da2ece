// From 100 nodes up the scheduler looks at some of them only, and its workers decide at which: the
// same trials with other windows, and in how many of them each finding is there.

import { defaultSchedule } from '../engine/schedule.ts'
import type { World } from '../engine/world.ts'
import type { Platform } from '../trials/platform.ts'
import type { TrialResult } from '../trials/trial.ts'
import type { Finding, Report, TrialReport } from './report.ts'

const point = 'scheduler-window'

/** Whether the order of the workers decided at which nodes any pod was looked at. */
export function isSampled({ runs }: Pick<TrialResult, 'runs'>): boolean {
  return runs.some(({ observation: { world, startRevision } }) => hasWindow(world, startRevision))
}

function hasWindow(world: World, startRevision: number): boolean {
  for (let index = world.traceLength - 1; index >= 0; index -= 1) {
    const entry = world.traceAt(index)
    if (entry.revision < startRevision) return false
    if (entry.type === 'choice' && entry.point === point) return true
  }
  return false
}

/** The platform with one window for the whole run. */
function inWindow(platform: Platform, window: number): Platform {
  const { options } = platform
  const schedule = options?.schedule ?? defaultSchedule
  const points = new Map([...(schedule.points ?? []), [point, window]])
  return { ...platform, options: { ...options, schedule: { ...schedule, points } } }
}

/**
 * The report of the documented window with those of `count - 1` others laid over it; nothing more
 * is run where no trial met a window.
 */
export function overWindows(
  platform: Platform,
  count: number,
  run: (platform: Platform) => Report,
): Report {
  const first = run(platform)
  const isMet = first.trials.some(({ bounds }) => bounds.windows !== undefined)
  if (count <= 1 || !isMet) return first
  const others = Array.from({ length: count - 1 }, (_, index) => run(inWindow(platform, index + 1)))
  const findings = laidOver(first, others)
  return {
    ...first,
    findings,
    trials: first.trials.map((trial, index) => ({
      ...trial,
      outcome: worst([trial, ...others.flatMap(({ trials }) => trials[index] ?? [])]),
      findings: findings.filter(each => each.trial === trial.name).map(({ id }) => id),
      bounds: { ...trial.bounds, windows: { tried: count, held: heldIn(index, first, others) } },
    })),
  }
}

const outcomes = ['holds', 'inconclusive', 'findings'] as const

function worst(trials: readonly TrialReport[]): TrialReport['outcome'] {
  const worstAt = trials
    .map(({ outcome }) => outcomes.indexOf(outcome))
    .reduce((a, b) => Math.max(a, b), 0)
  return outcomes[worstAt] ?? 'findings'
}

function heldIn(trial: number, first: Report, others: readonly Report[]): number {
  return [first, ...others].filter(({ trials }) => trials[trial]?.outcome === 'holds').length
}

/** Each finding once, with the number of windows that show it and the first that does. */
function laidOver(first: Report, others: readonly Report[]): readonly Finding[] {
  const reports = [first, ...others]
  const found = new Map<string, { finding: Finding; windows: number; schedule: string }>()
  for (const { findings, run } of reports) {
    for (const finding of findings) {
      const key = `${finding.trial} ${finding.id}`
      const known = found.get(key)
      if (known === undefined) found.set(key, { finding, windows: 1, schedule: run.schedule })
      else known.windows += 1
    }
  }
  return [...found.values()].map(({ finding, windows, schedule }) => ({
    ...finding,
    windows: { found: windows, of: reports.length, schedule },
  }))
}
