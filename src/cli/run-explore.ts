// `explore` behind its words: install, explore, print what some schedules show.

import type { Problem } from '../base/problem.ts'
import { refText } from '../checks/life.ts'
import { reportProblem } from '../explain/problems.ts'
import type { ExploredOutcome, ExploredScenario, ExploreReport } from '../explain/explore.ts'
import type { StoryLine } from '../explain/story.ts'
import { type Schedule, scheduleText } from '../engine/schedule.ts'
import { notesText } from '../reports/notes.ts'
import { problemText } from '../reports/problem.ts'
import { counted } from '../reports/words.ts'
import { exploredTrials } from '../trials/explore/scenario.ts'
import type { Call } from './commands/framework.ts'
import { exits } from './exit.ts'
import { opened } from './opening.ts'
import { contextFor, documentText } from './output.ts'
import { type Product, realProduct } from './product.ts'
import type { Settings } from './settings.ts'
import { version } from './version.ts'

/** Runs `seatrial explore`; answers the exit status. */
export async function runExploreCommand(
  call: Call,
  product: Product = realProduct,
): Promise<number> {
  const { io } = call
  const start = opened(call, product)
  if (typeof start === 'number') return start
  const { settings, prepared } = start
  const { loaded } = prepared
  const problems = loaded.problems.map(reportProblem)
  const { assumptions } = loaded
  io.err(notesText({ assumptions, unmodelled: [], problems }, contextFor(settings, io, 'err')))
  if (loaded.objects.length === 0 || loaded.pools.length === 0) return exits.usage
  const report = product.runExplore(loaded, exploreOptions(settings))
  if (report.scenarios.length === 0) {
    io.err(noScenario(settings))
    return exits.usage
  }
  const fitting = report.scenarios.filter(({ stray }) => stray === undefined)
  if (fitting.length === 0) {
    const stray = report.scenarios.flatMap(scenario => scenario.stray ?? [])
    const problem = reportProblem(otherInput(settings.schedule, stray[0] ?? ''))
    io.err(problemText(problem, contextFor(settings, io, 'err')))
    return exits.usage
  }
  io.out(reportText({ ...report, scenarios: fitting }, settings))
  if (problems.some(({ severity }) => severity === 'error')) return exits.usage
  return exitStatus(report)
}

function otherInput(schedule: Schedule, why: string): Problem {
  return {
    code: 'ST0201',
    severity: 'error',
    what: `--replay: ${scheduleText(schedule)} is a schedule of other input`,
    why,
    todo: 'give the files, nodes, --trials and --subject of the report that printed it',
  }
}

function exploreOptions(settings: Settings) {
  const { schedule, explore, trials, kubernetes, subject } = settings
  const isReplay = schedule.windowMs !== undefined || schedule.overrides.size > 0
  return {
    version,
    ...explore,
    seed: schedule.seed,
    ...(isReplay && { replay: schedule }),
    ...(trials !== undefined && { trials }),
    ...(subject !== undefined && { subject }),
    ...(kubernetes !== undefined && { kubernetes }),
  }
}

function noScenario({ subject, trials }: Settings): string {
  if (trials?.every(trial => !exploredTrials.includes(trial)) === true) {
    return `seatrial: explore knows the trials ${exploredTrials.join(', ')}\n`
  }
  return subject === undefined
    ? 'seatrial: nothing to explore: no workload came up after install\n'
    : `seatrial: nothing to explore on "${subject}": it did not come up after install, or has ` +
        "another name; write it as reports do: 'Deployment default/web', 'node workers-1'\n"
}

function exitStatus({ scenarios }: ExploreReport): number {
  const outcomes = scenarios.flatMap(scenario => scenario.outcomes)
  return outcomes.some(({ severity }) => severity === 'error') ? exits.findings : exits.holds
}

function reportText(report: ExploreReport, settings: Settings): string {
  const document = documentText(report, settings)
  if (document !== undefined) return document
  const { bound, scenarios } = report
  const reach = `window ${bound.windowMs} ms, strategy ${bound.strategy}`
  const depth =
    bound.strategy === 'deviations' ? `, up to ${counted(bound.deviations, 'departure')}` : ''
  const blocks = scenarios.map(scenario => scenarioText(scenario))
  return `${blocks.join('')}\nbound: ${reach}${depth}, at most ${counted(bound.runs, 'schedule')} each\n`
}

function scenarioText(scenario: ExploredScenario): string {
  const { trial, subject, runs, exhaustive, endStates, outcomes } = scenario
  const tried = `${counted(runs, 'schedule')}${exhaustive ? ' (all within the bound)' : ''}`
  const head = `${outcomes.length === 0 ? 'holds ' : 'breaks'}  ${trial} ${subject}: ${tried}`
  return `${head}, ${counted(endStates, 'end state')}\n${outcomes.map(each => outcomeText(each, runs)).join('')}`
}

function outcomeText(outcome: ExploredOutcome, runs: number): string {
  const { severity, verdict, object, message, schedules, schedule, departures, story } = outcome
  const lines = [
    `  ${severity}: ${verdict} ${refText(object)}, in ${schedules} of ${counted(runs, 'schedule')}`,
    ...(message === undefined ? [] : [`    ${message}`]),
    `    shortest: ${counted(departures, 'departure')}, --replay ${schedule}`,
    ...story.map((line, index) => `    ${String(index + 1).padStart(3)}. ${lineText(line)}`),
  ]
  return `${lines.join('\n')}\n`
}

function lineText({ at, actor, text, departure }: StoryLine): string {
  return `${at.toFixed(3).padStart(9)} s  ${departure ? '! ' : '  '}${actor}: ${text}`
}
