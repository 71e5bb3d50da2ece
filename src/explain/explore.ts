// Exploration below the command line: one act after the other on the installed platform, each under
// many schedules, and what some of them show that matters.

import { refText } from '../checks/life.ts'
import { type Schedule, scheduleText } from '../engine/schedule.ts'
import type { RecordedChoice } from '../engine/trace.ts'
import type { ObjectRef } from '../kube/object.ts'
import { strategies } from '../trials/explore/registry.ts'
import {
  exploredTrials,
  runScenario,
  type Scenario,
  scenariosOf,
} from '../trials/explore/scenario.ts'
import type { ExploredRun } from '../trials/explore/scenario.ts'
import { search } from '../trials/explore/search.ts'
import type { Strategy, StrategyOptions } from '../trials/explore/strategy.ts'
import { install } from '../trials/install.ts'
import type { Platform } from '../trials/platform.ts'
import type { Base } from '../trials/trial.ts'
import { type Incident, incidentsOf } from './incident.ts'
import type { Severity } from './report.ts'
import { severityOf } from './severity.ts'
import { type StoryLine, storyOf } from './story.ts'

export interface ExploreOptions extends StrategyOptions {
  readonly version: string
  readonly strategy: string
  /** Trials whose acts are explored; all unless given. */
  readonly trials?: readonly string[]
  /** Only acts on this subject: `Deployment default/web`, `node workers-1`. */
  readonly subject?: string
  /** The largest number of schedules for one act. */
  readonly runsMax: number
  /** Only this schedule: how a story is told again. */
  readonly replay?: Schedule
}

export interface ExploredOutcome {
  readonly verdict: string
  readonly object: ObjectRef
  readonly severity: Severity
  readonly message?: string
  /** Number of schedules that showed it. */
  readonly schedules: number
  /** The shortest schedule found that shows it; `--replay` takes it. */
  readonly schedule: string
  /** Departures of that schedule from the documented order. */
  readonly departures: number
  readonly story: readonly StoryLine[]
}

export interface ExploredScenario {
  readonly trial: string
  readonly subject: string
  /** Schedules that were tried. */
  readonly runs: number
  /** Every schedule within the bound was tried. */
  readonly exhaustive: boolean
  readonly endStates: number
  readonly outcomes: readonly ExploredOutcome[]
  /** Why the schedule to replay is none of this act; absent when it is. */
  readonly stray?: string
}

export interface ExploreReport {
  readonly apiVersion: 'seatrial.dev/v1'
  readonly kind: 'Exploration'
  readonly seatrial: { readonly version: string }
  readonly kubernetes: string
  readonly bound: {
    readonly strategy: string
    readonly windowMs: number
    readonly deviations: number
    readonly runs: number
    readonly seed: number
  }
  readonly scenarios: readonly ExploredScenario[]
}

/** Explores the platform; deterministic. */
export function explore(platform: Platform, options: ExploreOptions): ExploreReport {
  const { strategy, windowMs, deviationsMax, runsMax, seed, subject } = options
  const base = install(platform)
  const scenarios = (options.trials ?? exploredTrials)
    .flatMap(trial => scenariosOf(base, trial))
    .filter(scenario => subject === undefined || scenario.subject === subject)
  return {
    apiVersion: 'seatrial.dev/v1',
    kind: 'Exploration',
    seatrial: { version: options.version },
    kubernetes: `v${platform.kubernetes}`,
    bound: { strategy, windowMs, deviations: deviationsMax, runs: runsMax, seed },
    scenarios: scenarios.map(scenario => exploreOne(base, scenario, options)),
  }
}

/** The one schedule that is asked for again. */
function replaying(schedule: Schedule): Strategy {
  return {
    name: 'replay',
    doc: 'One schedule, told again.',
    *schedules() {
      yield schedule
      return false
    },
  }
}

function exploreOne(base: Base, scenario: Scenario, options: ExploreOptions): ExploredScenario {
  const { trial, subject } = scenario
  const { sla } = base.platform
  const named = strategies.get(options.strategy) as Strategy
  const troubles = (explored: ExploredRun): readonly Incident[] =>
    incidentsOf(trial, explored.run).filter(each => severityOf(each, sla) !== 'info')
  const { replay } = options
  let stray: string | undefined
  const { runs, exhaustive, endStates, outcomes } = search({
    ...options,
    strategy: replay === undefined ? named : replaying(replay),
    run: schedule => {
      const explored = runScenario(base, scenario, schedule)
      if (schedule === replay) stray = strayText(replay, explored.choices)
      return explored
    },
    outcomesOf: explored => [
      ...troubles(explored).map(nameOf),
      ...(explored.run.exhausted ? ['inconclusive'] : []),
    ],
  })
  return {
    trial,
    subject,
    runs,
    exhaustive,
    endStates,
    ...(stray !== undefined && { stray }),
    outcomes: outcomes.flatMap(({ name, count, example }) =>
      troubles(example)
        .filter(incident => nameOf(incident) === name)
        .map(incident => ({
          verdict: incident.verdict,
          object: incident.object,
          severity: severityOf(incident, sla),
          ...(incident.message !== undefined && { message: incident.message }),
          schedules: count,
          schedule: scheduleText(example.schedule),
          departures: example.choices.filter(({ option }) => option !== 0).length,
          story: storyOf(example, incident.object),
        })),
    ),
  }
}

/** A choice of the schedule that its run did not have: it was made on other input. */
function strayText(
  { overrides }: Schedule,
  choices: readonly RecordedChoice[],
): string | undefined {
  for (const [index, option] of overrides) {
    const choice = choices.find(each => each.index === index)
    if (choice === undefined) return `it decides choice ${index}, which this run does not have`
    if (option >= choice.count) {
      return `it takes option ${option} of choice ${index}, which has only ${choice.count} here`
    }
  }
  return undefined
}

function nameOf({ verdict, object }: Incident): string {
  return `${verdict} ${refText(object)}`
}
