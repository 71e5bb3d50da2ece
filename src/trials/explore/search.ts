// Tries schedule after schedule, or visits state after state, and keeps what each outcome needs:
// how often, and the shortest schedule that shows it. What counts is the caller's choice.

import type { Schedule } from '../../engine/schedule.ts'
import type { World } from '../../engine/world.ts'
import { CellSystem } from './cells/cell-system.ts'
import type { ExploredRun, Launched, Marks } from './scenario.ts'
import { shrunk } from './shrink.ts'
import { documented, type Strategy, type StrategyOptions } from './strategy.ts'
import { visitAll, type VisitBounds, type Visited } from './visit.ts'
import type { System } from './system.ts'
import { WorldSystem } from './world-system.ts'

/** Names what a run showed that matters; equal names are the same outcome. */
export type OutcomesOf = (run: ExploredRun) => readonly string[]

export interface Search extends StrategyOptions {
  readonly strategy: Strategy
  readonly runsMax: number
  readonly bounds: VisitBounds
  readonly run: (schedule: Schedule) => ExploredRun
  /** For strategies that visit states: where they begin. */
  readonly launch?: (schedule: Schedule) => Launched
  readonly outcomesOf: OutcomesOf
  /** A change after which nothing can mend what it breaks: then the end need not show it. */
  readonly marks?: Marks
}

export interface FoundOutcome {
  readonly name: string
  /** Number of schedules, or of end states, that showed it. */
  readonly count: number
  /** A schedule that shows it, with as few departures from the documented order as could be. */
  readonly example: ExploredRun
}

export interface SearchResult {
  /** Schedules that were tried to their end. */
  readonly runs: number
  /** Every schedule within the bound was tried, or every state visited. */
  readonly exhaustive: boolean
  /** Distinct states at the end of a run. */
  readonly endStates: number
  readonly outcomes: readonly FoundOutcome[]
  /** How far a visit of states came. */
  readonly visited?: Visited
}

class Findings {
  private readonly found = new Map<string, { count: number; example: ExploredRun }>()
  private readonly search: Search

  constructor(search: Search) {
    this.search = search
  }

  add(explored: ExploredRun): void {
    for (const name of this.search.outcomesOf(explored)) {
      const known = this.found.get(name)
      if (known === undefined) this.found.set(name, { count: 1, example: explored })
      else known.count += 1
    }
  }

  shrunk(): readonly FoundOutcome[] {
    const { run, outcomesOf } = this.search
    return [...this.found].map(([name, { count, example }]) => {
      const shows = (other: ExploredRun): boolean => outcomesOf(other).includes(name)
      return { name, count, example: shrunk({ run, shows }, example) }
    })
  }
}

/** Runs the strategy to its end or to the bound on runs or states. */
export function search(options: Search): SearchResult {
  const { strategy } = options
  return strategy.schedules === undefined ? byStates(options) : bySchedules(options, strategy)
}

function bySchedules(options: Search, strategy: Strategy): SearchResult {
  const tries = (strategy.schedules as NonNullable<Strategy['schedules']>)(options)
  const findings = new Findings(options)
  const ends = new Set<string>()
  let runs = 0
  let step = tries.next()
  for (; step.done !== true && runs < options.runsMax; runs += 1) {
    const explored = options.run(step.value)
    ends.add(endOf(explored))
    findings.add(explored)
    step = tries.next(explored.choices)
  }
  const outcomes = findings.shrunk()
  return { runs, exhaustive: step.done === true, endStates: ends.size, outcomes }
}

function byStates(options: Search): SearchResult {
  const { launch, marks } = options
  const launched = launch?.(documented(options, true))
  if (launched === undefined) return { runs: 0, exhaustive: false, endStates: 0, outcomes: [] }
  const { world, untilMs } = launched
  if (CellSystem.fits(world)) {
    const cells = new CellSystem(world, untilMs, marks)
    const found = visited(options, launched, {
      system: cells,
      start: cells.start(),
      worldOf: state => cells.worldOf(state),
    })
    if (!cells.isUnfit) return found
  }
  const system = new WorldSystem(untilMs, marks)
  const start = system.stateOf(world)
  return visited(options, launched, { system, start, worldOf: state => state.world })
}

/** What is visited, from where, and how a state becomes a World again. */
interface Ground<S> {
  readonly system: System<S>
  readonly start: S
  readonly worldOf: (state: S) => World
}

function visited<S extends { readonly isMarked: boolean }>(
  options: Search,
  { untilMs, judged }: Launched,
  { system, start, worldOf }: Ground<S>,
): SearchResult {
  const findings = new Findings(options)
  const ends = new Set<string>()
  let runs = 0
  const end = (last: World): void => {
    const explored = judged(last)
    ends.add(endOf(explored))
    runs += 1
    findings.add(explored)
  }
  let hasMark = false
  const reach = visitAll(system, start, {
    ...options.bounds,
    reduces: true,
    atEnd: state => end(worldOf(state)),
    // The first marked state is enough; what comes after it is visited for its own sake.
    atState: state => {
      if (hasMark || !state.isMarked) return true
      hasMark = true
      const rest = worldOf(state).fork()
      rest.run({ untilMs })
      end(rest)
      return true
    },
  })
  const exhaustive = reach.stoppedBy === undefined
  const outcomes = findings.shrunk()
  return { runs, exhaustive, endStates: ends.size, outcomes, visited: reach }
}

/** What is there at the end, whatever the way to it was. */
function endOf({ run }: ExploredRun): string {
  const { world } = run.observation
  const verdicts = run.verdicts.map(({ verdict, object, open }) => [verdict, object, open === true])
  const pods = world.store
    .list('Pod')
    .map(({ metadata, status }) => [
      metadata.namespace,
      (status as { readonly phase?: string } | undefined)?.phase,
      metadata.deletionTimestamp !== undefined,
    ])
  return JSON.stringify([verdicts, pods])
}
