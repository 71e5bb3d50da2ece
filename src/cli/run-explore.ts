// `explore` behind its words: install, explore, print what some schedules show.

import type { Problem } from '../base/problem.ts'
import { reportProblem } from '../explain/problems.ts'
import type { ExploreReport } from '../explain/explore.ts'
import { type ExploreCheckOptions, otherInput } from '../index.ts'
import { explorationText } from '../reports/exploration.ts'
import { notesText } from '../reports/notes.ts'
import { problemText } from '../reports/problem.ts'
import { exploredTrials } from '../trials/explore/scenario.ts'
import type { Call } from './commands/framework.ts'
import { exits } from './exit.ts'
import { opened, settingsOf } from './opening.ts'
import { contextFor, documentText } from './output.ts'
import { changePoolsBy } from './pools.ts'
import { type Product, realProduct } from './product.ts'
import { saveRecordings } from './recording.ts'
import type { Settings } from './settings.ts'
import { sharded } from './shards.ts'
import { version } from './version.ts'

/** Runs `seatrial explore`; answers the exit status. */
export async function runExploreCommand(
  call: Call,
  product: Product = realProduct,
): Promise<number> {
  const { io } = call
  const explored = await exploredReport(call, product)
  if (typeof explored === 'number') return explored
  const { report, settings } = explored
  const refused = refusal(report, settings)
  if (refused !== undefined) {
    io.err(
      refused
        .map(each => problemText(reportProblem(each), contextFor(settings, io, 'err')))
        .join(''),
    )
    return exits.usage
  }
  if (report.scenarios.length === 0) {
    io.err(noScenario(settings))
    return exits.usage
  }
  const own = report.scenarios.filter(({ stray }) => stray === undefined)
  const shown = { ...report, scenarios: own }
  io.out(documentText(shown, settings) ?? explorationText(shown))
  const unsaved = saveRecordings(shown, settings, io)
  return unsaved ?? (explored.isWrong ? exits.usage : exitStatus(shown))
}

interface Explored {
  readonly report: ExploreReport
  readonly settings: Settings
  /** Some of the input could not be read. */
  readonly isWrong: boolean
}

/** The report, or the exit status with which the command is over already. */
async function exploredReport(call: Call, product: Product): Promise<Explored | number> {
  const { io } = call
  const trials = call.args.filter(isTrialFile)
  if (trials.length > 0) return exploredTrialFiles(call, product, trials)
  const start = opened(call, product, { ofActs: true })
  if (typeof start === 'number') return start
  const { settings, prepared } = start
  const { loaded } = prepared
  const problems = loaded.problems.map(reportProblem)
  const { assumptions } = loaded
  io.err(notesText({ assumptions, unmodelled: [], problems }, contextFor(settings, io, 'err')))
  if (loaded.objects.length === 0 || loaded.pools.length === 0) return exits.usage
  const report =
    (await sharded(call, settings)) ?? product.runExplore(loaded, exploreOptions(settings))
  return { report, settings, isWrong: problems.some(({ severity }) => severity === 'error') }
}

function isTrialFile(path: string): boolean {
  return /\.trial\.ya?ml$/.test(path)
}

async function exploredTrialFiles(
  call: Call,
  product: Product,
  files: readonly string[],
): Promise<Explored | number> {
  const settings = settingsOf(call, product)
  if (settings === undefined) return exits.usage
  const others = call.args.filter(path => !isTrialFile(path))
  const options = { ...exploreOptions(settings), changePools: changePoolsBy(settings) }
  const found = (await sharded(call, settings)) ?? product.runExploreTrials(files, options)
  const mixed = others.map(mixedInput)
  const problems = [...(found.problems ?? []), ...mixed]
  const report = problems.length > 0 ? { ...found, problems } : found
  return { report, settings, isWrong: false }
}

function mixedInput(path: string): Problem {
  return {
    code: 'ST0101',
    severity: 'error',
    what: `${path} is no trial file, and trial files were named too`,
    why: 'a trial brings its own sources',
    todo: 'explore trials and platforms one after the other',
  }
}

/** Why nothing is shown: what is wrong with the request, or a schedule of other input. */
function refusal(report: ExploreReport, { schedule }: Settings): readonly Problem[] | undefined {
  const { problems = [], scenarios } = report
  const errors = problems.filter(({ severity }) => severity === 'error')
  if (errors.length > 0) return errors
  const [first] = scenarios
  if (first?.stray === undefined || scenarios.some(({ stray }) => stray === undefined)) {
    return undefined
  }
  return [otherInput(schedule, first.stray)]
}

function exploreOptions(settings: Settings): ExploreCheckOptions {
  const { schedule, explore, trials, kubernetes, subject } = settings
  const isReplay = schedule.windowMs !== undefined || schedule.overrides.size > 0
  const { jobs: _, ...bounds } = explore
  return {
    version,
    ...bounds,
    seed: schedule.seed,
    ...(isReplay && { replay: schedule }),
    ...(trials !== undefined && { trials }),
    ...(subject !== undefined && { subject }),
    ...(kubernetes !== undefined && { kubernetes }),
  }
}

function noScenario({ subject, trials, explore }: Settings): string {
  if (explore.shard !== undefined) return 'seatrial: no act belongs to this shard\n'
  if (trials?.every(trial => !exploredTrials.includes(trial)) === true) {
    return `seatrial: explore knows the trials ${exploredTrials.join(', ')}\n`
  }
  return subject === undefined
    ? 'seatrial: nothing to explore: no workload came up after install\n'
    : `seatrial: nothing to explore on "${subject}": it did not come up after install, or has ` +
        "another name; write it as reports do: 'Deployment default/web', 'node workers-1'\n"
}

/** Errors count first; then whatever was not tried to the end of its bound. */
function exitStatus({ scenarios }: ExploreReport): number {
  const outcomes = scenarios.flatMap(scenario => scenario.outcomes)
  if (outcomes.some(({ severity }) => severity === 'error')) return exits.findings
  const isUnsure = scenarios.some(
    ({ states, unsettled, skipped }) =>
      states?.stoppedBy !== undefined || unsettled !== undefined || skipped !== undefined,
  )
  return isUnsure ? exits.inconclusive : exits.holds
}
