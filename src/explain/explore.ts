// Exploration below the command line: one act after the other on the installed platform, each under
// many schedules, and what some of them show that matters.

import type { Problem } from '../base/problem.ts'
import { refText } from '../checks/life.ts'
import { foreignInput, type Schedule, scheduleText } from '../engine/schedule.ts'
import type { RecordedChoice } from '../engine/trace.ts'
import type { Strike, World } from '../engine/world.ts'
import type { ObjectRef } from '../kube/object.ts'
import { strategies } from '../trials/explore/registry.ts'
import {
  leastSize,
  type PlatformSize,
  resized,
  sizeOf,
  toldSize,
} from '../trials/explore/resized.ts'
import { type Script, scriptScenario } from '../trials/explore/script-scenario.ts'
import { exploredByDefault, type Scenario, scenariosOf } from '../trials/explore/scenario.ts'
import type { ExploredRun } from '../trials/explore/scenario.ts'
import { search, type SearchResult } from '../trials/explore/search.ts'
import { type Size, smallest } from '../trials/explore/smallest.ts'
import type { Strategy, StrategyOptions } from '../trials/explore/strategy.ts'
import { faultOf, strikeOf } from '../trials/explore/strikes.ts'
import { inputDigest } from '../trials/input-digest.ts'
import { install } from '../trials/install.ts'
import { type Platform, totalNodes } from '../trials/platform.ts'
import type { SlaSpec } from '../trials/spec.ts'
import { type Incident, incidentsOf } from './incident.ts'
import type { Severity } from './report.ts'
import { severityOf } from './severity.ts'
import { type StoryLine, storyOf } from './story.ts'

export interface ExploreOptions extends Omit<StrategyOptions, 'strikes'> {
  readonly version: string
  readonly strategy: string
  /** Trials whose acts are explored; all unless given. */
  readonly trials?: readonly string[]
  /** Only acts on this subject: `Deployment default/web`, `node workers-1`. */
  readonly subject?: string
  /** The largest number of schedules for one act. */
  readonly runsMax: number
  /** The largest number of states that are visited for one act. */
  readonly statesMax: number
  /** The most memory for what is known of states that were visited. */
  readonly memoryMiB: number
  /** Faults that strike at any moment: `node-loss=workers-1`. */
  readonly faults: readonly string[]
  /** Others may run between any two requests of a reconcile. */
  readonly interleave: boolean
  /** Looks for the fewest nodes and pods with which an outcome still shows. */
  readonly smallest: boolean
  /** Only this schedule: how a story is told again. */
  readonly replay?: Schedule
  /** The steps of a scripted trial, for the digest of the input. */
  readonly script?: string
  /** Only the acts whose number leaves this remainder: how work is divided. */
  readonly shard?: { readonly index: number; readonly count: number }
}

export interface ExploredOutcome {
  readonly verdict: string
  readonly object: ObjectRef
  readonly severity: Severity
  readonly message?: string
  /** Number of schedules, or of end states, that showed it. */
  readonly schedules: number
  /** The shortest schedule found that shows it; `--replay` takes it. */
  readonly schedule: string
  /** Departures of that schedule from the documented order. */
  readonly departures: number
  /** The fewest nodes, and pods of each workload, with which it still shows. */
  readonly smallest?: PlatformSize
  readonly story: readonly StoryLine[]
}

/** How far a visit of states came. */
export interface ExploredStates {
  readonly visited: number
  readonly steps: number
  /** Steps of the longest way. */
  readonly depth: number
  readonly bytes: number
  /** The bound that ended it; absent: nothing was left out. */
  readonly stoppedBy?: 'states' | 'memory' | 'depth'
}

export interface ExploredScenario {
  readonly trial: string
  readonly subject: string
  /** Schedules that were tried to their end. */
  readonly runs: number
  /** Every schedule within the bound was tried, or every state visited. */
  readonly exhaustive: boolean
  readonly endStates: number
  readonly states?: ExploredStates
  readonly outcomes: readonly ExploredOutcome[]
  /** Schedules that never came to rest, and whose turn it was when they were given up. */
  readonly unsettled?: { readonly schedules: number; readonly pending: readonly string[] }
  /** Why it was not explored. */
  readonly skipped?: string
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
    readonly states: number
    readonly memoryMiB: number
    readonly stale: number
    readonly crashes: number
    readonly faults: readonly string[]
    readonly interleave: boolean
    readonly depth: number
    readonly seed: number
  }
  readonly scenarios: readonly ExploredScenario[]
  /** What is wrong with the request, where nothing was explored for it. */
  readonly problems?: readonly Problem[]
}

/** Longest way that a visit goes, in steps. */
const depthMax = 200_000

/** Explores the acts of the standard trials on the platform; deterministic. */
export function explore(platform: Platform, options: ExploreOptions): ExploreReport {
  const { subject, faults } = options
  const strikes = strikesOf(faults)
  if (strikes.problems.length > 0) return refused(platform, options, strikes.problems)
  const base = install(asAsked(platform, options))
  const early = faults.flatMap(fault => faultOf(fault, base.world).problems)
  if (early.length > 0) return refused(platform, options, early)
  const scenarios = (options.trials ?? exploredByDefault)
    .flatMap(trial => scenariosOf(base, trial, strikes.value))
    .filter(scenario => subject === undefined || scenario.subject === subject)
    .map(scenario => ({
      scenario,
      scenarioOn: (other: Platform) =>
        scenariosOf(install(asAsked(other, options)), scenario.trial, strikes.value).find(
          each => each.subject === scenario.subject,
        ),
    }))
  return exploreScenarios(platform, scenarios, options)
}

/** A report of nothing, with the bounds that were asked for. */
export function emptyExploration(platform: Platform, options: ExploreOptions): ExploreReport {
  const { strategy, windowMs, deviationsMax, runsMax, seed, statesMax, memoryMiB } = options
  const { staleMax, crashesMax, faults, interleave, depth } = options
  return {
    apiVersion: 'seatrial.dev/v1',
    kind: 'Exploration',
    seatrial: { version: options.version },
    kubernetes: `v${platform.kubernetes}`,
    bound: {
      strategy,
      windowMs,
      deviations: deviationsMax,
      runs: runsMax,
      states: statesMax,
      memoryMiB,
      stale: staleMax,
      crashes: crashesMax,
      faults,
      interleave,
      depth,
      seed,
    },
    scenarios: [],
  }
}

/** The platform with components that take one step at a time, if that is asked for. */
function asAsked(platform: Platform, { interleave }: ExploreOptions): Platform {
  return interleave ? { ...platform, options: { ...platform.options, interleave } } : platform
}

function refused(
  platform: Platform,
  options: ExploreOptions,
  problems: readonly Problem[],
): ExploreReport {
  return { ...emptyExploration(platform, options), problems }
}

/** Explores a scripted trial; deterministic. */
export function exploreScript(script: Omit<Script, 'strikes'>, options: ExploreOptions) {
  const { platform, spec } = script
  const strikes = strikesOf(options.faults)
  if (strikes.problems.length > 0) return refused(platform, options, strikes.problems)
  const scenarioOn = (other: Platform): Scenario =>
    scriptScenario({ ...script, platform: asAsked(other, options), strikes: strikes.value })
  const { steps, changes } = spec
  const bare = steps.map(({ location: _, ...step }) => step)
  return exploreScenarios(platform, [{ scenario: scenarioOn(platform), scenarioOn }], {
    ...options,
    script: JSON.stringify([bare, changes.map(({ location: _, ...change }) => change)]),
  })
}

function strikesOf(faults: readonly string[]): {
  readonly value: readonly Strike[]
  readonly problems: readonly Problem[]
} {
  const read = faults.map(strikeOf)
  const problems = read.flatMap(each => each.problems)
  return { value: read.flatMap(each => (each.ok ? [each.value] : [])), problems }
}

/** A scenario, and the same one on a platform of another size, if it is there. */
interface Explorable {
  readonly scenario: Scenario
  readonly scenarioOn: (other: Platform) => Scenario | undefined
}

/** Explores scenarios of a platform, each on its own. */
function exploreScenarios(
  platform: Platform,
  scenarios: readonly Explorable[],
  options: ExploreOptions,
): ExploreReport {
  const { shard } = options
  const own = scenarios.filter(
    (_, index) => shard === undefined || index % shard.count === shard.index,
  )
  return {
    ...emptyExploration(platform, options),
    scenarios: own.map(each => withSmallest(platform, each, options)),
  }
}

/** What an exploration shows, with the smallest platform that shows it where that is asked for. */
function withSmallest(
  platform: Platform,
  { scenario, scenarioOn }: Explorable,
  options: ExploreOptions,
): ExploredScenario {
  const explored = exploreOne(platform, scenario, options)
  if (!options.smallest || options.replay !== undefined) return explored
  const outcomes = explored.outcomes.map(outcome => {
    const name = nameOf(outcome)
    const shows = (size: Size): ExploredOutcome | undefined => {
      const other = resized(platform, size)
      const same = totalNodes(other) === 0 ? undefined : scenarioOn(other)
      const again = same && exploreOne(other, same, options)
      return again?.outcomes.find(each => nameOf(each) === name)
    }
    const found = smallest(sizeOf(platform), shows, leastSize(platform))
    return found === undefined ? outcome : { ...outcome, smallest: toldSize(found.size) }
  })
  return { ...explored, outcomes }
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

const clientText =
  'kubectl takes part all the time, so states of the cluster are not all there is; ' +
  'deviations, pct and random explore it'

function exploreOne(
  platform: Platform,
  scenario: Scenario,
  options: ExploreOptions,
): ExploredScenario {
  const { trial, subject } = scenario
  const about = [trial, ...(options.script === undefined ? [subject] : [options.script])]
  const steps = options.interleave ? ['interleave'] : []
  const input = inputDigest(platform, [...about, ...options.faults, ...steps])
  const { replay } = options
  const plain = { trial, subject, runs: 0, exhaustive: false, endStates: 0, outcomes: [] }
  const foreign = replay && foreignInput(replay, input)
  if (foreign !== undefined) return { ...plain, stray: foreign }
  const strategy = replay === undefined ? strategies.get(options.strategy) : replaying(replay)
  if (strategy?.schedules === undefined && scenario.hasClient === true) {
    return { ...plain, skipped: clientText }
  }
  let stray: string | undefined
  const unsettled = { schedules: 0, pending: new Set<string>() }
  const found = search({
    ...options,
    strikes: options.faults.length > 0,
    strategy: strategy as Strategy,
    bounds: {
      statesMax: options.statesMax,
      bytesMax: options.memoryMiB * 2 ** 20,
      depthMax,
    },
    run: schedule => {
      const explored = scenario.run({ ...schedule, input })
      if (schedule === replay) stray = strayText(replay, explored.choices)
      return explored
    },
    launch: schedule => scenario.launch({ ...schedule, input }),
    ...(scenario.marks && { marks: scenario.marks }),
    outcomesOf: explored => {
      if (explored.run.exhausted) {
        unsettled.schedules += 1
        for (const name of whoseTurn(explored.run.observation.world)) unsettled.pending.add(name)
      }
      return troubles(trial, explored, platform.sla).map(nameOf)
    },
  })
  const { schedules, pending } = unsettled
  return {
    ...scenarioOf(scenario, found, platform.sla),
    ...(schedules > 0 && { unsettled: { schedules, pending: [...pending].sort() } }),
    ...(stray !== undefined && { stray }),
  }
}

/** Names of the components that had something to do next. */
function whoseTurn(world: World): readonly string[] {
  const { actors } = world.program
  return world
    .inside()
    .queue.due()
    .map(({ actor }) => actors[actor]?.name ?? '')
}

function troubles(
  trial: string,
  explored: ExploredRun,
  sla: SlaSpec | undefined,
): readonly Incident[] {
  return incidentsOf(trial, explored.run).filter(each => severityOf(each, sla) !== 'info')
}

function scenarioOf(
  { trial, subject }: Scenario,
  { runs, exhaustive, endStates, outcomes, visited }: SearchResult,
  sla: SlaSpec | undefined,
): ExploredScenario {
  return {
    trial,
    subject,
    runs,
    exhaustive,
    endStates,
    ...(visited !== undefined && { states: statesOf(visited) }),
    outcomes: outcomes.flatMap(({ name, count, example }) =>
      troubles(trial, example, sla)
        .filter(incident => nameOf(incident) === name)
        .map(incident => ({
          verdict: incident.verdict,
          object: incident.object,
          severity: severityOf(incident, sla),
          ...(incident.message !== undefined && { message: incident.message }),
          schedules: count,
          schedule: scheduleText(overridesOf(example)),
          departures: example.choices.filter(({ option }) => option !== 0).length,
          story: storyOf(example, incident.object),
        })),
    ),
  }
}

function statesOf(visited: NonNullable<SearchResult['visited']>): ExploredStates {
  const { states, transitions, stoppedBy, ...reach } = visited
  return { visited: states, steps: transitions, ...reach, ...(stoppedBy && { stoppedBy }) }
}

/** A run that was led step by step is repeated by its choices. */
function overridesOf({ schedule, choices }: ExploredRun): Schedule {
  if (schedule.mode !== 'default') return schedule
  const taken = choices.filter(({ option }) => option !== 0)
  return { ...schedule, overrides: new Map(taken.map(({ index, option }) => [index, option])) }
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

function nameOf({ verdict, object }: Pick<ExploredOutcome, 'verdict' | 'object'>): string {
  return `${verdict} ${refText(object)}`
}
