// Formats of the survival report, sorted by name.

import { dump } from 'js-yaml'
import type { SurvivalReport, SurvivalRow } from '../../explain/survival.ts'
import { columns } from '../columns.ts'
import type { ReportContext } from '../framework.ts'
import { objectText } from '../words.ts'
import { survivalText } from './text.ts'
import { fateOf, marks, quorumText, rowText, slaText, storyText, timeText } from './words.ts'

type Render = (report: SurvivalReport, context: ReportContext) => string

/** One line for every row and loss. */
const wide: Render = ({ rows }) => {
  const heads = ['OBJECT', 'LOSS', 'DOWN', 'DEGRADED', 'STALE', 'QUORUM', 'SLA']
  const cells = rows.flatMap(row =>
    row.fates.map(fate => [
      objectText(row.object),
      fate.strike,
      timeText(fate.down),
      timeText(fate.degraded),
      timeText(fate.stale),
      quorumText(fate),
      row.slaSeconds === undefined ? '' : `${row.slaSeconds} ${fate.breaksSla ? 'broken' : 'kept'}`,
    ]),
  )
  return columns([heads, ...cells])
}

function worstCells(row: SurvivalRow): readonly string[] {
  const worst = fateOf(row, row.worst)
  const { down, degraded } = worst
  return [row.worst, timeText(down), timeText(degraded), quorumText(worst), slaText(row)]
}

/** One line for every row: its worst loss. */
const table: Render = ({ rows }) => {
  const heads = ['SEVERITY', 'OBJECT', 'WORST LOSS', 'DOWN', 'DEGRADED', 'QUORUM', 'SLA']
  const cells = rows.map(row => [row.severity, objectText(row.object), ...worstCells(row)])
  return columns([heads, ...cells])
}

const markdown: Render = report => {
  const { rows, worst, kubernetes, platform, strikes } = report
  const cell = (text: string): string => text.replaceAll('|', '\\|')
  const lines = rows.map(row => {
    const cells = [`${marks[row.severity]} ${rowText(row.object)}`, ...worstCells(row)]
    return `| ${cells.map(cell).join(' | ')} |`
  })
  return [
    `# Survival on Kubernetes ${kubernetes}`,
    '',
    `Seconds without a ready endpoint, ${platform.nodes.length} nodes, ${strikes.length} losses.`,
    '',
    '| object | worst loss | down | degraded | quorum | SLA |',
    '|---|---|---|---|---|---|',
    ...lines,
    ...(worst === undefined
      ? []
      : ['', `Worst: ${rowText(worst.object)} when ${worst.strike} is lost: ${storyText(worst)}.`]),
    '',
  ].join('\n')
}

const name: Render = ({ rows }) =>
  rows.map(({ object }) => `${object.kind.toLowerCase()}/${object.name}\n`).join('')

export const survivalReporters: ReadonlyMap<string, Render> = new Map<string, Render>([
  ['json', report => `${JSON.stringify(report, null, 2)}\n`],
  ['markdown', markdown],
  ['name', name],
  ['table', table],
  ['text', survivalText],
  ['wide', wide],
  ['yaml', report => dump(report, { lineWidth: -1, noRefs: true })],
])
