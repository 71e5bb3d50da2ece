// `size` behind its words: a table of trials and the nodes they need.

import { reportProblem } from '../explain/problems.ts'
import { columns } from '../reports/columns.ts'
import { notesText } from '../reports/notes.ts'
import type { SizeRow } from '../trials/size.ts'
import type { Call } from './commands/framework.ts'
import { exits } from './exit.ts'
import { opened } from './opening.ts'
import { contextFor, documentText } from './output.ts'
import { type Product, realProduct } from './product.ts'
import type { Settings } from './settings.ts'

/** Runs `seatrial size`; answers the exit status. */
export async function runSizeCommand(call: Call, product: Product = realProduct): Promise<number> {
  const { io } = call
  const start = opened(call, product)
  if (typeof start === 'number') return start
  const { settings, prepared } = start
  const { loaded } = prepared
  const context = contextFor(settings, io, 'err')
  const problems = loaded.problems.map(reportProblem)
  io.err(notesText({ assumptions: loaded.assumptions, unmodelled: [], problems }, context))
  const isInvalid = problems.some(({ severity }) => severity === 'error')
  if (loaded.objects.length === 0 || loaded.pools.length === 0) return exits.usage
  const rows = product.runSize(loaded, {
    schedule: settings.schedule,
    nodesMax: settings.nodesMax,
    ...(settings.kubernetes !== undefined && { kubernetes: settings.kubernetes }),
    ...(loaded.sla !== undefined && { sla: loaded.sla }),
  })
  io.out(sizeText(rows, settings))
  if (isInvalid) return exits.usage
  return rows.every(({ nodes }) => nodes !== undefined) ? exits.holds : exits.findings
}

function sizeText(rows: readonly SizeRow[], settings: Settings): string {
  const document = {
    apiVersion: 'seatrial.dev/v1',
    kind: 'Size',
    trials: rows.map(({ trial, nodes, tried }) => ({ name: trial, nodes: nodes ?? null, tried })),
  }
  const text = documentText(document, settings)
  if (text !== undefined) return text
  const cells = rows.map(({ trial, nodes, tried }) => [
    trial,
    nodes === undefined ? `none up to ${tried}` : String(nodes),
  ])
  return columns([['TRIAL', 'NODES'], ...cells])
}
