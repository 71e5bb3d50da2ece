// The survival table for people: one row per Service, worst first; then the worst case in words.

import { createColors } from 'picocolors'
import type { SurvivalReport, SurvivalRow } from '../../explain/survival.ts'
import { columns } from '../columns.ts'
import type { ReportContext } from '../framework.ts'
import { counted, secondsText } from '../words.ts'
import {
  cellText,
  fateOf,
  isAffected,
  isSome,
  marks,
  quorumText,
  rowText,
  slaText,
  storyText,
  timeText,
} from './words.ts'

/** Losses that fit beside each other; more of them are summed up. */
const strikesMax = 8

export function survivalText(report: SurvivalReport, context: ReportContext): string {
  const colors = createColors(context.color)
  const shown = context.showInfo === true ? report.rows : report.rows.filter(isAffected)
  const parts = [
    headText(report),
    ...(shown.length === 0 ? [] : [tableOf(report, shown)]),
    restText(report, shown),
    worstText(report),
    ...(context.command === undefined ? [] : [colors.dim(`again: ${context.command}\n`)]),
  ]
  return parts.filter(part => part !== '').join('\n')
}

function headText({ strikes, skipped, platform, run, rows, kubernetes }: SurvivalReport): string {
  const where = `${counted(platform.nodes.length, 'node')}, Kubernetes ${kubernetes}`
  if (skipped !== undefined) return `nothing was struck on ${where}: ${skipped}\n`
  const zones = strikes.filter(({ kind }) => kind === 'zone').length
  const nodes = strikes.filter(({ kind }) => kind === 'node')
  const alike = nodes.reduce((sum, each) => sum + each.alike.length, 0)
  const losses = [
    `${counted(nodes.length, 'node')}${alike === 0 ? '' : ` (${alike} more fare alike)`}`,
    ...(zones === 0 ? [] : [counted(zones, 'zone')]),
  ]
  const { bounds } = run
  const what = `${counted(rows.length, 'row')}, loss of ${losses.join(' and ')} on ${where}`
  return `${what}: ${counted(bounds.events, 'event')}, ${secondsText(bounds.virtualSeconds)}, one schedule\n`
}

/** Columns for each loss when there are few; the worst one and numbers when there are many. */
function tableOf(report: SurvivalReport, rows: readonly SurvivalRow[]): string {
  return report.strikes.length <= strikesMax ? matrix(report, rows) : summary(report, rows)
}

function optionalColumns(rows: readonly SurvivalRow[]) {
  return {
    hasSla: rows.some(({ slaSeconds }) => slaSeconds !== undefined),
    hasQuorum: rows.some(row => fateOf(row, row.worst).quorum !== undefined),
  }
}

function matrix({ strikes }: SurvivalReport, rows: readonly SurvivalRow[]): string {
  const { hasSla, hasQuorum } = optionalColumns(rows)
  const names = strikes.map(({ kind, name }) => ({
    key: `${kind} ${name}`,
    head: headOf(kind, name),
  }))
  const heads = [
    '  SECONDS DOWN',
    ...names.map(({ head }) => head),
    ...(hasQuorum ? ['QUORUM'] : []),
    ...(hasSla ? ['SLA'] : []),
  ]
  const cells = rows.map(row => [
    `${marks[row.severity]} ${rowText(row.object)}`,
    ...names.map(({ key }) => cellText(fateOf(row, key))),
    ...(hasQuorum ? [quorumText(fateOf(row, row.worst))] : []),
    ...(hasSla ? [slaText(row)] : []),
  ])
  return columns([heads, ...cells])
}

function headOf(kind: string, name: string): string {
  return kind === 'zone' ? `zone ${name}` : name
}

function summary({ strikes }: SurvivalReport, rows: readonly SurvivalRow[]): string {
  const { hasSla, hasQuorum } = optionalColumns(rows)
  const heads = [
    '  SECONDS DOWN',
    'WORST CASE',
    'DOWN',
    'DEGRADED',
    'LOSSES FELT',
    ...(hasQuorum ? ['QUORUM'] : []),
    ...(hasSla ? ['SLA'] : []),
  ]
  const cells = rows.map(row => {
    const worst = fateOf(row, row.worst)
    const felt = row.fates.filter(({ down }) => isSome(down)).length
    return [
      `${marks[row.severity]} ${rowText(row.object)}`,
      row.worst,
      timeText(worst.down),
      timeText(worst.degraded),
      `${felt} of ${strikes.length}`,
      ...(hasQuorum ? [quorumText(worst)] : []),
      ...(hasSla ? [slaText(row)] : []),
    ]
  })
  return columns([heads, ...cells])
}

function restText({ rows, unready }: SurvivalReport, shown: readonly SurvivalRow[]): string {
  const rest = rows.length - shown.length
  const lines = [
    ...(rest === 0
      ? []
      : [`✓ ${counted(rest, 'row')} more ${rest === 1 ? 'feels' : 'feel'} no loss`]),
    ...(unready.length === 0
      ? []
      : [`no ready endpoint after the install: ${unready.map(rowText).join(', ')}`]),
  ]
  return lines.map(line => `${line}\n`).join('')
}

function worstText({ worst }: SurvivalReport): string {
  if (worst === undefined) return ''
  return `worst: ${rowText(worst.object)} when ${worst.strike} is lost\n  ${storyText(worst)}\n`
}
