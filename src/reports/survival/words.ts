// The words of the survival table: times, quorums and what a row is called.

import type { SurvivalFate, SurvivalReport, SurvivalRow } from '../../explain/survival.ts'
import type { ReportObject, Severity } from '../../explain/report.ts'
import { clockText, objectText } from '../words.ts'

type Time = SurvivalFate['down']

/** `346`, `46.2`, `ever` when it lasts to the end, `0`. */
export function timeText({ seconds, open }: Time): string {
  if (open) return 'ever'
  return Number.isInteger(seconds) ? String(seconds) : seconds.toFixed(1)
}

export function isSome({ seconds, open }: Time): boolean {
  return open || seconds > 0
}

/** `2 of 3, needs 2` or `1 of 3, needs 2: lost 346`; empty without a quorum. */
export function quorumText({ quorum }: SurvivalFate): string {
  if (quorum === undefined) return ''
  const { least, members, needed, lost } = quorum
  const outcome = isSome(lost) ? `: lost ${timeText(lost)}` : ''
  return `${least} of ${members}, needs ${needed}${outcome}`
}

/** A Service by its key, a workload without one by its kind too. */
export function rowText(object: ReportObject): string {
  const text = objectText(object)
  return object.kind === 'Service' ? text.slice(text.indexOf(' ') + 1) : text
}

export function fateOf({ fates }: SurvivalRow, strike: string): SurvivalFate {
  return fates.find(fate => fate.strike === strike) as SurvivalFate
}

/** Whether any loss is felt at all. */
export function isAffected({ fates }: SurvivalRow): boolean {
  return fates.some(({ down, degraded, quorum }) => {
    return isSome(down) || isSome(degraded) || (quorum !== undefined && isSome(quorum.lost))
  })
}

/** One cell of the matrix: seconds down, else `~` and seconds with fewer; `q` for a lost quorum. */
export function cellText(fate: SurvivalFate): string {
  const { down, degraded, quorum } = fate
  const mark = quorum !== undefined && isSome(quorum.lost) ? ' q' : ''
  if (isSome(down)) return `${timeText(down)}${mark}`
  return isSome(degraded) ? `~${timeText(degraded)}${mark}` : `0${mark}`
}

export function slaText({ slaSeconds, severity, fates }: SurvivalRow): string {
  if (slaSeconds === undefined) return ''
  const isBroken = severity === 'error' && fates.some(({ breaksSla }) => breaksSla)
  return `${slaSeconds} ${isBroken ? 'broken' : 'kept'}`
}

export const marks: Readonly<Record<Severity, string>> = { error: '✗', warning: '!', info: '✓' }

/** `00:00 n2 lost · 00:47 NotReady · …`. */
export function storyText({ moments }: NonNullable<SurvivalReport['worst']>): string {
  return moments.map(({ at, text }) => `${clockText(Math.trunc(at))} ${text}`).join(' · ')
}
