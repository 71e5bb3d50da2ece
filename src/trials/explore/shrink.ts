// The shortest schedule that still shows an outcome: departures that do not matter are left out.

import type { RecordedChoice } from '../../engine/trace.ts'
import type { Schedule } from '../../engine/schedule.ts'
import type { ExploredRun } from './scenario.ts'

export interface Shrinking {
  readonly run: (schedule: Schedule) => ExploredRun
  /** Whether a run shows what is to be kept. */
  readonly shows: (run: ExploredRun) => boolean
}

/** Departures of a run from the documented order, as overrides of the default mode. */
function departures(choices: readonly RecordedChoice[]): [number, number][] {
  return choices.filter(({ option }) => option !== 0).map(({ index, option }) => [index, option])
}

/** Leaves out departures as long as the outcome stays; answers the original when none can go. */
export function shrunk({ run, shows }: Shrinking, example: ExploredRun): ExploredRun {
  const { priorities: _, ...schedule } = example.schedule
  const attempt = (overrides: readonly [number, number][]): ExploredRun | undefined => {
    const again = run({ ...schedule, mode: 'default', overrides: new Map(overrides) })
    return shows(again) ? again : undefined
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
