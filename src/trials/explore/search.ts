// Tries schedule after schedule and keeps what each outcome needs: how often, and the shortest
// schedule that shows it. What counts as an outcome is the caller's choice.

import type { Schedule } from '../../engine/schedule.ts'
import type { RecordedChoice } from '../../engine/trace.ts'
import type { ExploredRun } from './scenario.ts'
import type { Strategy, StrategyOptions } from './strategy.ts'

/** Names what a run showed that matters; equal names are the same outcome. */
export type OutcomesOf = (run: ExploredRun) => readonly string[]

export interface Search extends StrategyOptions {
  readonly strategy: Strategy
  readonly runsMax: number
  readonly run: (schedule: Schedule) => ExploredRun
  readonly outcomesOf: OutcomesOf
}

export interface FoundOutcome {
  readonly name: string
  /** Number of schedules that showed it. */
  readonly count: number
  /** A schedule that shows it, with as few departures from the documented order as could be. */
  readonly example: ExploredRun
}

export interface SearchResult {
  /** Schedules that were tried. */
  readonly runs: number
  /** Every schedule within the bound was tried. */
  readonly exhaustive: boolean
  /** Distinct digests at the end of a run. */
  readonly endStates: number
  readonly outcomes: readonly FoundOutcome[]
}

/** Runs the strategy to its end or to the bound on runs. */
export function search(options: Search): SearchResult {
  const { strategy, runsMax, run, outcomesOf } = options
  const tries = strategy.schedules(options)
  const found = new Map<string, { count: number; example: ExploredRun }>()
  const ends = new Set<string>()
  let runs = 0
  let step = tries.next()
  for (; step.done !== true && runs < runsMax; runs += 1) {
    const explored = run(step.value)
    ends.add(endOf(explored))
    for (const name of outcomesOf(explored)) {
      const known = found.get(name)
      if (known === undefined) found.set(name, { count: 1, example: explored })
      else known.count += 1
    }
    step = tries.next(explored.choices)
  }
  const outcomes = [...found].map(([name, { count, example }]) => ({
    name,
    count,
    example: shrunk(options, name, example),
  }))
  return { runs, exhaustive: step.done === true, endStates: ends.size, outcomes }
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

/** Departures of a run from the documented order, as overrides of the default mode. */
function departures(choices: readonly RecordedChoice[]): [number, number][] {
  return choices.filter(({ option }) => option !== 0).map(({ index, option }) => [index, option])
}

/** Leaves out departures as long as the outcome stays; answers the original when none can go. */
function shrunk({ run, outcomesOf }: Search, name: string, example: ExploredRun): ExploredRun {
  const { seed, windowMs } = example.schedule
  const attempt = (overrides: readonly [number, number][]): ExploredRun | undefined => {
    const schedule: Schedule = {
      seed,
      mode: 'default',
      overrides: new Map(overrides),
      ...(windowMs !== undefined && { windowMs }),
    }
    const again = run(schedule)
    return outcomesOf(again).includes(name) ? again : undefined
  }
  let best = attempt(departures(example.choices))
  if (best === undefined) return example
  for (let size = departures(best.choices).length; size >= 1; size = Math.floor(size / 2)) {
    for (let at = 0; at < departures(best.choices).length; ) {
      const all = departures(best.choices)
      const fewer = attempt([...all.slice(0, at), ...all.slice(at + size)])
      if (fewer === undefined || departures(fewer.choices).length >= all.length) at += size
      else best = fewer
    }
  }
  return best
}
