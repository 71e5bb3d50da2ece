// Which findings and warnings their users chose to live with, and which suppressions do nothing.

import { refText } from '../checks/life.ts'
import type { Platform } from '../trials/platform.ts'
import { defaultTrials } from '../trials/registry.ts'
import type { Suppression } from '../trials/spec.ts'
import type { TrialResult } from '../trials/trial.ts'
import { placeText } from './context.ts'
import { type Incident, incidentsOf } from './incident.ts'
import type { Report, ReportProblem } from './report.ts'
import { ruleOf } from './rules.ts'

/** The suppression of an incident, if there is one. */
export function suppressionOf(
  { suppressions = [] }: Platform,
  incident: Incident,
): Suppression | undefined {
  return suppressions.find(each => covers(each, incident))
}

function covers({ rule, object }: Suppression, incident: Incident): boolean {
  if (rule !== ruleOf(incident.verdict)) return false
  const name = refText(object)
  return [incident.object, ...incident.members].some(each => refText(each) === name)
}

function coversProblem({ rule, location, lines }: Suppression, problem: ReportProblem): boolean {
  const { code, severity, file, line = 0 } = problem
  if (severity !== 'warning' || code !== rule || file !== location.file) return false
  return line >= lines.from && line <= lines.to
}

export interface Sorted {
  readonly problems: Report['problems']
  readonly suppressed: NonNullable<Report['suppressed']>
}

/** Warnings without those that are suppressed, and with those about suppressions that do nothing. */
export function withoutSuppressed(
  platform: Platform,
  problems: Report['problems'],
  results: readonly TrialResult[],
): Sorted {
  const { suppressions = [] } = platform
  if (suppressions.length === 0) return { problems, suppressed: [] }
  const incidents = results.flatMap(({ trial, runs }) =>
    runs.flatMap(run => incidentsOf(trial, run)),
  )
  const isUsed = (each: Suppression): boolean =>
    incidents.some(incident => covers(each, incident)) ||
    problems.some(problem => coversProblem(each, problem))
  const ran = new Set(results.map(({ trial }) => trial))
  // What was not tried cannot be found.
  const isWhole = defaultTrials(platform).every(({ name }) => ran.has(name))
  const unused = isWhole ? suppressions.filter(each => !isUsed(each)) : []
  const left = problems.filter(problem => !suppressions.some(each => coversProblem(each, problem)))
  return {
    problems: [...left, ...unused.map(unusedProblem)],
    suppressed: suppressions.filter(isUsed).map(({ rule, object, reason, location }) => ({
      rule,
      object,
      reason,
      location,
    })),
  }
}

function unusedProblem({ rule, object, location, reason }: Suppression): ReportProblem {
  const { file, line, column } = location
  return {
    code: 'ST0161',
    severity: 'warning',
    file,
    ...(line !== undefined && { line }),
    ...(column !== undefined && { column }),
    text: `${refText(object)} has no ${rule} to suppress`,
    why: `${placeText(location)} says "${reason}", and nothing of the kind is found any more`,
    todo: 'delete it, so that the next finding is seen',
  }
}
