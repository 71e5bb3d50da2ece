// The words that all reports share: objects, times, counts and severities as people read them.

import type { Finding, Report, ReportObject, Severity, TrialReport } from '../explain/report.ts'
import { placeText } from './frame.ts'

/** Most severe first. */
export const severities: readonly Severity[] = ['error', 'warning', 'info']

/** `Deployment argocd/web`; `Node n1` when cluster-scoped. */
export function objectText({ kind, namespace, name }: ReportObject): string {
  return namespace === undefined ? `${kind} ${name}` : `${kind} ${namespace}/${name}`
}

/** Seconds as `00:41`, `12:05` or `1:00:07`; a fraction stays: `00:00.4`. */
export function clockText(seconds: number): string {
  const whole = Math.trunc(seconds)
  const two = (value: number): string => String(value).padStart(2, '0')
  const fraction = Math.trunc((seconds - whole) * 10)
  const rest = `${two(Math.trunc(whole / 60) % 60)}:${two(whole % 60)}`
  const tail = fraction === 0 ? '' : `.${fraction}`
  const hours = Math.trunc(whole / 3600)
  return hours === 0 ? `${rest}${tail}` : `${hours}:${rest}`
}

/** `346 s`, with at most one decimal. */
export function secondsText(seconds: number): string {
  return `${Number.isInteger(seconds) ? seconds : seconds.toFixed(1)} s`
}

/** `1 error`, `2 errors`. */
export function counted(count: number, noun: string): string {
  return `${count} ${noun}${count === 1 ? '' : 's'}`
}

/** `inconclusive: pods of Kafka are missing`; empty for a trial that says what it is. */
export function unsureText({ outcome, why }: TrialReport): string {
  if (outcome !== 'inconclusive') return ''
  return why === undefined ? outcome : `${outcome}: ${why}`
}

const nouns: Readonly<Record<Severity, string>> = {
  error: 'error',
  warning: 'warning',
  info: 'note',
}

/** `2 errors, 1 warning, 3 notes`; empty when there is nothing. */
export function countsText(findings: readonly Finding[]): string {
  return severities
    .map(
      severity => [findings.filter(each => each.severity === severity).length, severity] as const,
    )
    .filter(([count]) => count > 0)
    .map(([count, severity]) => counted(count, nouns[severity]))
    .join(', ')
}

/** `trial lose-node (node workers-1), from 00:41, for 346 s`. */
export function whenText({ trial, subject, at, seconds, open }: Finding): string {
  const where = subject === undefined ? `trial ${trial}` : `trial ${trial} (${subject})`
  const length = seconds === undefined ? '' : secondsText(seconds)
  const toEnd = length === '' ? '' : ` to the end, ${length}`
  const lasting = open === true ? toEnd : length === '' ? '' : `, for ${length}`
  return `${where}, from ${clockText(at)}${lasting}`
}

/** The findings of a trial, most severe first. */
export function findingsOf(
  { findings: ids }: TrialReport,
  all: ReadonlyMap<string, Finding>,
): readonly Finding[] {
  return bySeverity(ids.flatMap(id => all.get(id) ?? []))
}

/** Most severe first; within a severity the order stays. */
export function bySeverity(findings: readonly Finding[]): readonly Finding[] {
  return severities.flatMap(severity => findings.filter(each => each.severity === severity))
}

export function byId(findings: readonly Finding[]): ReadonlyMap<string, Finding> {
  return new Map(findings.map(finding => [finding.id, finding]))
}

/** `3 Certificate (cert-manager.io/v1), first at certs.yaml:12:1`. */
export function unmodelledText({
  kind,
  count,
  locations: [first] = [],
  hint,
}: Report['unmodelled'][number]): string {
  const place = first === undefined ? '' : placeText(first)
  const where = place === '' ? '' : `, ${count > 1 ? 'first ' : ''}at ${place}`
  const meant = hint === undefined ? '' : `; did you mean ${hint}?`
  return `${count} ${kind}${where}${meant}`
}
