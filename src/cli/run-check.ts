// `check` behind its words: read, run the trials, write the reports, choose the exit status.

import { reportProblem } from '../explain/problems.ts'
import { emptyReport } from '../explain/rehearse.ts'
import type { Report } from '../explain/report.ts'
import type { CheckOptions, RemedyOptions } from '../index.ts'
import type { Loaded } from '../sources/load.ts'
import { type Compared, withoutKnown } from './baseline.ts'
import type { Call } from './commands/framework.ts'
import { exitStatusOf } from './exit.ts'
import { opened } from './opening.ts'
import { writeReport } from './output.ts'
import type { Prepared } from './prepare.ts'
import { type Product, realProduct } from './product.ts'
import type { Settings } from './settings.ts'
import { version } from './version.ts'

/** Runs `seatrial check`; answers the exit status. */
export async function runCheckCommand(call: Call, product: Product = realProduct): Promise<number> {
  const startedMs = call.io.clockMs()
  const start = opened(call, product)
  if (typeof start === 'number') return start
  const { settings, prepared } = start
  const { report: found, notes } = comparedReport(settings, prepared, product)
  const report = withRemedies(found, { settings, prepared, product })
  const timed = settings.verbosity > 0 ? withWallMs(report, call.io.clockMs() - startedMs) : report
  const words = {
    command: commandText(call, report, 'check'),
    notes: [...prepared.loaded.notes, ...notes, ...trialFileNotes(settings, prepared.loaded)],
  }
  const failed = writeReport(timed, settings, call.io, words)
  return failed ?? exitStatusOf(report, settings.failOn)
}

function comparedReport(settings: Settings, prepared: Prepared, product: Product): Compared {
  const report = reportOf(settings, prepared, product)
  const { baseline } = settings
  return baseline === undefined ? { report, notes: [] } : withoutKnown(report, baseline)
}

/** The report, or one without trials when there is nothing to try. */
export function reportOf(settings: Settings, prepared: Prepared, product: Product): Report {
  const { loaded, sources } = prepared
  const nodes = loaded.pools.reduce((sum, pool) => sum + pool.count, 0)
  if (loaded.objects.length === 0 || nodes === 0 || loaded.isRefused === true) {
    const kubernetes = settings.kubernetes ?? loaded.kubernetes ?? product.kubernetesDefault
    return emptyReport({ version, kubernetes, sources }, loaded.problems.map(reportProblem))
  }
  const trials = settings.trials ?? standardTrials(loaded, product)
  return product.runCheck(loaded, {
    ...checkOptions(settings, prepared),
    ...(trials !== undefined && { trials }),
  })
}

function checkOptions(settings: Settings, { loaded, sources }: Prepared): CheckOptions {
  return {
    version,
    sources,
    schedule: settings.schedule,
    ...(settings.windows !== undefined && { windows: settings.windows }),
    ...(settings.kubernetes !== undefined && { kubernetes: settings.kubernetes }),
    ...(loaded.sla !== undefined && { sla: loaded.sla }),
  }
}

const remedyRunsMax = 12
/** Events of all runs in search of remedies: a second or two on two cores. */
const remedyEventsMax = 20_000

/** How often trials run again unless told: fewer times where one time takes longer. */
export function runsFor({ run }: Report): number {
  const fitting = Math.trunc(remedyEventsMax / Math.max(1, run.bounds.events))
  return Math.min(remedyRunsMax, Math.max(1, fitting))
}

interface Search {
  readonly settings: Settings
  readonly prepared: Prepared
  readonly product: Product
  readonly from?: RemedyOptions['from']
}

/** The report with remedies of its errors; warnings too when asked for. */
export function withRemedies(
  report: Report,
  { settings, prepared, product, from = 'error' }: Search,
): Report {
  const runsMax = settings.remedyRunsMax ?? runsFor(report)
  if (runsMax === 0) return report
  const options = { ...checkOptions(settings, prepared), from, runsMax }
  return product.withRemedies(report, prepared.loaded, options)
}

/** Trial files of seatrial.yaml state what they expect, so they are a command of their own. */
function trialFileNotes({ trials }: Settings, { trials: named = [] }: Loaded): readonly string[] {
  const files = named.flatMap(trial => (typeof trial === 'string' ? [] : [trial.file]))
  if (files.length === 0 || trials !== undefined) return []
  return [`trial files are run by: seatrial trial ${files.map(quoted).join(' ')}`]
}

/** The standard trials that seatrial.yaml names; its trial files are run by `seatrial trial`. */
function standardTrials(
  { trials }: Loaded,
  { trialNames }: Product,
): readonly string[] | undefined {
  const names = trials?.filter((trial): trial is Exclude<typeof trial, object> =>
    typeof trial === 'string' ? trialNames.includes(trial) : false,
  )
  return names === undefined || names.length === 0 ? undefined : names
}

function withWallMs(report: Report, wallMs: number): Report {
  return { ...report, run: { ...report.run, wallMs: Math.round(wallMs) } }
}

/** The command that gives this report again: what was given, and the schedule. */
export function commandText(
  { args, given, io }: Call,
  { run }: Pick<Report, 'run'>,
  name: string,
): string {
  const typed = [...given].filter(([name]) => !['replay', 'seed', 'color'].includes(name))
  const flags = typed.flatMap(([name, { values }]) =>
    values.map(value => (value === 'true' ? `--${name}` : `--${name} ${quoted(value)}`)),
  )
  const replay = run.schedule === '' ? [] : [`--replay ${run.schedule}`]
  return [io.invocation, name, ...args.map(quoted), ...flags, ...replay].join(' ')
}

function quoted(text: string): string {
  return /^[\w@%+=:,./-]+$/.test(text) ? text : `'${text.replaceAll("'", `'\\''`)}'`
}
