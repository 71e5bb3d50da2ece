// A schedule decides every choice point of a run: seed + mode + the choices that differ from the
// mode's own. It is one short string, printed with every finding and accepted by --replay.

import { assert } from '../base/assert.ts'
import { drawBelow } from '../base/prng.ts'
import type { Checked } from '../base/problem.ts'

export interface Schedule {
  readonly seed: number
  /** `default`: option 0 everywhere (the documented rule); `random`: drawn from the seed. */
  readonly mode: 'default' | 'random'
  /** Choices that override the mode: by number of the choice in the run. */
  readonly overrides: ReadonlyMap<number, number>
  /** What a named choice point answers throughout, unless an override says otherwise. */
  readonly points?: ReadonlyMap<string, number>
  /** How far apart in ms two events may be and yet happen in either order; absent: not at all. */
  readonly windowMs?: number
}

export const defaultSchedule: Schedule = { seed: 1, mode: 'default', overrides: new Map() }

/** The option taken at choice number `index` of the run. */
export function choiceAt(schedule: Schedule, index: number, point: string, count: number): number {
  assert(count > 0, 'a choice point offers at least one option')
  const override = schedule.overrides.get(index)
  if (override !== undefined) return override % count
  const named = schedule.points?.get(point)
  if (named !== undefined) return named % count
  if (schedule.mode === 'default' || count === 1) return 0
  return drawBelow(count, schedule.seed, point, index)
}

/**
 * `st1.SEED.d` or `st1.SEED.r`, the window in ms if any, then `.POINT=OPTION` for each named point
 * and `.INDEX-OPTION` for each override.
 */
export function scheduleText(schedule: Schedule): string {
  const overrides = [...schedule.overrides].sort(([a], [b]) => a - b)
  const parts = overrides.map(([index, option]) => `.${index}-${option}`)
  const { seed, mode, windowMs, points = new Map<string, number>() } = schedule
  const named = [...points].map(([point, option]) => `.${point}=${option}`)
  const head = `st1.${seed}.${mode === 'default' ? 'd' : 'r'}${windowMs ?? ''}`
  return [head, ...named, ...parts].join('')
}

/** Reads what `scheduleText` wrote. */
export function parseSchedule(text: string): Checked<Schedule> {
  const parts = text.split('.')
  const [version, seed = '', mode = '', ...choices] = parts
  const kind = /^([dr])(\d{1,7})?$/.exec(mode)
  if (version !== 'st1' || !/^\d{1,10}$/.test(seed) || kind === null) return malformed(text)
  const overrides = new Map<number, number>()
  const points = new Map<string, number>()
  for (const choice of choices) {
    const named = /^([a-z][a-z-]*)=(\d{1,9})$/.exec(choice)
    if (named !== null) {
      points.set(named[1] as string, Number(named[2]))
      continue
    }
    const match = /^(\d{1,9})-(\d{1,9})$/.exec(choice)
    if (match === null) return malformed(text)
    overrides.set(Number(match[1]), Number(match[2]))
  }
  const schedule: Schedule = {
    seed: Number(seed),
    mode: kind[1] === 'd' ? 'default' : 'random',
    overrides,
    ...(points.size > 0 && { points }),
    ...(kind[2] !== undefined && { windowMs: Number(kind[2]) }),
  }
  return { ok: true, value: schedule, problems: [] }
}

function malformed(text: string): Checked<Schedule> {
  return {
    ok: false,
    problems: [
      {
        code: 'ST0201',
        severity: 'error',
        what: `"${text}" is not a schedule`,
        why:
          'a schedule reads st1.SEED.d or st1.SEED.r, a window in ms, .POINT=OPTION for a named ' +
          'choice point, .INDEX-OPTION for each choice',
        todo: 'copy the whole string that the report printed after --replay',
      },
    ],
  }
}
