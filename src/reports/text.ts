// The report for people: one line per trial, then the findings, most severe first.

import { createColors } from 'picocolors'
import type { Bounds, Finding, Report, TrialReport } from '../explain/report.ts'
import { columns } from './columns.ts'
import { findingText } from './finding-text.ts'
import type { ReportContext, Reporter } from './framework.ts'
import {
  byId,
  bySeverity,
  counted,
  countsText,
  findingsOf,
  objectText,
  secondsText,
  unsureText,
} from './words.ts'

type Colors = ReturnType<typeof createColors>

export const text = {
  name: 'text',
  doc: 'One line per trial, then each finding with its place, cause and remedy; for people.',
  render: (report, context) => {
    const colors = createColors(context.color)
    const shown = shownFindings(report, context)
    const parts = [
      [...trialLines(report, colors), ...unsureLines(report)].join('\n'),
      ...admissionTable(report),
      ...shown.map(finding => findingText(finding, context)),
      ...(shown.length === 0 ? [] : [summary(report, shown, { colors, context })]),
    ]
    return report.trials.length === 0 ? '' : `${parts.join('\n\n')}\n`
  },
} satisfies Reporter

/** Object, mutators, fields: what admission changed. */
function admissionTable({ admission }: Report): readonly string[] {
  if (admission === undefined) return []
  if (admission.length === 0) return ['no mutator changed any object']
  const head = ['OBJECT', 'MUTATORS', 'FIELDS']
  const rows = admission.map(({ object, mutators, fields }) => [
    objectText(object),
    mutators.join(', '),
    fields.join(', '),
  ])
  return [columns([head, ...rows]).trimEnd()]
}

/** Notes are told in full only when asked for. */
function shownFindings({ findings }: Report, context: ReportContext): readonly Finding[] {
  const sorted = bySeverity(findings)
  return context.showInfo ? sorted : sorted.filter(({ severity }) => severity !== 'info')
}

function trialLines({ trials, findings }: Report, colors: Colors): readonly string[] {
  const all = byId(findings)
  const rows = trials.map(trial => {
    const own = findingsOf(trial, all)
    const counts = countsText(own)
    const unsure = trial.outcome === 'inconclusive' ? trial.outcome : ''
    const result = [unsure, trial.summary, counts].filter(part => part !== '').join(', ')
    const { name, bounds } = trial
    return { mark: markOf(trial, own, colors), name, result, bounds, said: lastWords(trial) }
  })
  const nameWidth = Math.max(...rows.map(({ name }) => name.length), 0)
  const resultWidth = Math.max(...rows.map(({ result }) => result.length), 0)
  return rows.flatMap(({ mark, name, result, bounds, said }) => {
    const bound = colors.dim(boundsText(bounds))
    const line = `${mark} ${name.padEnd(nameWidth)}  ${result.padEnd(resultWidth)}  ${bound}`
    return [line.trimEnd(), ...said.map(text => `  ${' '.repeat(nameWidth)}  ${text}`)]
  })
}

/** Why trials are inconclusive: mostly one reason for all. */
function unsureLines({ trials }: Report): readonly string[] {
  return [...new Set(trials.map(unsureText))].filter(line => line !== '')
}

/** What the installer says where it gives up. */
function lastWords({ gates = [] }: TrialReport): readonly string[] {
  return gates.flatMap(({ outcome, message }) =>
    outcome === 'ready' || message === undefined ? [] : [message],
  )
}

function markOf(trial: TrialReport, findings: readonly Finding[], colors: Colors): string {
  if (findings.some(({ severity }) => severity === 'error')) return colors.red('✗')
  const isUnsure = trial.outcome === 'inconclusive'
  if (isUnsure || findings.some(({ severity }) => severity === 'warning')) return colors.yellow('!')
  // A trial that was not run says nothing, neither good nor bad.
  return trial.bounds.runs === 0 ? colors.dim('-') : colors.green('✓')
}

/** How far the verdict reaches: `3 nodes, 9 runs, 12041 events, 600 s, one schedule`. */
function boundsText({ nodes, runs, events, virtualSeconds, schedules, windows }: Bounds): string {
  const parts = [
    counted(nodes, 'node'),
    ...(runs > 1 ? [counted(runs, 'run')] : []),
    counted(events, 'event'),
    secondsText(virtualSeconds),
    `${schedules.split(':')[0] ?? ''} schedule`,
    ...(windows === undefined ? [] : [windowsText(windows)]),
  ]
  return parts.join(', ')
}

/** How far a verdict about sampled nodes reaches. */
function windowsText({ tried, held }: NonNullable<Bounds['windows']>): string {
  if (tried === 1) return 'one window of the scheduler'
  return held === tried ? `holds for all ${tried} windows` : `holds for ${held} of ${tried} windows`
}

interface SummaryStyle {
  readonly colors: Colors
  readonly context: ReportContext
}

function summary(
  report: Report,
  shown: readonly Finding[],
  { colors, context }: SummaryStyle,
): string {
  const { trials, platform, kubernetes, run } = report
  const rule = shown[0]?.rule ?? ''
  const where = `${counted(trials.length, 'trial')} on ${counted(platform.nodes.length, 'node')}`
  const lines = [
    `${countsText(report.findings)} in ${where}, Kubernetes ${kubernetes}, digest ${run.digest}`,
    `seatrial explain ${rule} says more${hiddenText(report, shown)}`,
    ...(context.command === undefined ? [] : [`again: ${context.command}`]),
  ]
  return lines.map((line, index) => (index === 0 ? colors.bold(line) : colors.dim(line))).join('\n')
}

function hiddenText({ findings }: Report, shown: readonly Finding[]): string {
  const hidden = findings.length - shown.length
  return hidden === 0 ? '' : `; -v shows ${counted(hidden, 'note')}`
}
