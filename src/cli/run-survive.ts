// `survive` behind its words: read, strike every node and zone, print the table.

import { reportProblem } from '../explain/problems.ts'
import type { SurvivalReport } from '../explain/survival.ts'
import { notesText, problemsText } from '../reports/notes.ts'
import { survivalReporters } from '../reports/survival/registry.ts'
import type { Progress } from '../trials/survive/survive.ts'
import type { Call } from './commands/framework.ts'
import { exits, fails } from './exit.ts'
import { opened } from './opening.ts'
import { contextFor, documentText } from './output.ts'
import type { Prepared } from './prepare.ts'
import { type Product, realProduct } from './product.ts'
import { progressOn } from './progress.ts'
import { commandText } from './run-check.ts'
import type { Settings } from './settings.ts'
import { version } from './version.ts'

/** Formats that people read; their notes go to stderr beside them. */
const forPeople: ReadonlySet<string> = new Set(['text', 'table', 'wide'])

/** Runs `seatrial survive`; answers the exit status. */
export async function runSurviveCommand(
  call: Call,
  product: Product = realProduct,
): Promise<number> {
  const { io } = call
  const startedMs = io.clockMs()
  const start = opened(call, product)
  if (typeof start === 'number') return start
  const { settings, prepared } = start
  const { loaded } = prepared
  const errors = contextFor(settings, io, 'err')
  const nodes = loaded.pools.reduce((sum, pool) => sum + pool.count, 0)
  if (loaded.objects.length === 0 || nodes === 0) {
    io.err(problemsText(loaded.problems.map(reportProblem), errors))
    return exits.usage
  }
  const progress = progressOn(io, 'losses')
  const report = surviveOn(settings, prepared, product, progress.step)
  progress.end()
  const wallMs = settings.verbosity > 0 ? Math.round(io.clockMs() - startedMs) : 0
  const format = settings.output ?? 'text'
  if (forPeople.has(format)) io.err(notesText(report, errors))
  const command = commandText(call, report, 'survive')
  const timed = { ...report, run: { ...report.run, wallMs } }
  const context = { ...contextFor(settings, io, 'out'), command }
  io.out(documentText(timed, settings) ?? survivalReporters.get(format)?.(timed, context) ?? '')
  return statusOf(report, settings)
}

function surviveOn(
  settings: Settings,
  { loaded, sources }: Prepared,
  product: Product,
  onStruck: Progress,
): SurvivalReport {
  return product.runSurvive(loaded, {
    onStruck,
    version,
    sources,
    schedule: settings.schedule,
    ...(settings.kubernetes !== undefined && { kubernetes: settings.kubernetes }),
    ...(loaded.sla !== undefined && { sla: loaded.sla }),
  })
}

function statusOf({ problems, rows }: SurvivalReport, { failOn }: Settings): number {
  if (problems.some(({ severity }) => severity === 'error')) return exits.usage
  return rows.some(({ severity }) => fails(severity, failOn)) ? exits.findings : exits.holds
}
