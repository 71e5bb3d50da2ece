// Exit statuses, and which one a report deserves.

import type { Report, Severity } from '../explain/report.ts'

export const exits = {
  holds: 0,
  findings: 1,
  usage: 2,
  inconclusive: 3,
  unreachable: 4,
  bug: 5,
  interrupted: 130,
} as const

/** The least severity that makes a run fail; `never` for reports only. */
export type FailOn = Severity | 'never'

export const failOnNames: readonly FailOn[] = ['error', 'warning', 'info', 'never']

const rank: Readonly<Record<FailOn, number>> = { never: 3, error: 2, warning: 1, info: 0 }

/** Whether something of this severity makes a run fail. */
export function fails(severity: Severity, failOn: FailOn): boolean {
  return rank[severity] >= rank[failOn]
}

/** Invalid input counts first, then findings, then what could not be concluded. */
export function exitStatusOf({ problems, findings, trials }: Report, failOn: FailOn): number {
  if (problems.some(({ severity }) => severity === 'error')) return exits.usage
  if (findings.some(({ severity }) => fails(severity, failOn))) return exits.findings
  const isUnsure = trials.some(({ outcome }) => outcome === 'inconclusive')
  return isUnsure ? exits.inconclusive : exits.holds
}
