// A schedule decides every choice point of a run: seed + mode + the choices that differ from the
// mode's own. It is one short string, printed with every finding and accepted by --replay.

import { assert } from '../base/assert.ts'
import { drawBelow } from '../base/prng.ts'
import type { Checked } from '../base/problem.ts'

export interface Schedule {
  readonly seed: number
  /**
   * `default`: option 0 everywhere (the documented rule); `random`: drawn from the seed; `pct`:
   * the move of the process with the highest priority, where priorities are drawn from the seed.
   */
  readonly mode: 'default' | 'random' | 'pct'
  /** Choices that override the mode: by number of the choice in the run. */
  readonly overrides: ReadonlyMap<number, number>
  /** What a named choice point answers throughout, unless an override says otherwise. */
  readonly points?: ReadonlyMap<string, number>
  /** How far apart in ms two events may be and yet happen in either order; absent: not at all. */
  readonly windowMs?: number
  /** Time passes in steps of the window, and within a step the order is entirely open. */
  readonly grid?: Grid
  /** Of mode `pct`. */
  readonly priorities?: PriorityBounds
  /** Eight hex digits of the input that the schedule was made on. */
  readonly input?: string
}

/** What else may happen on a grid of time, and how often. */
export interface Grid {
  /** How many changes an informer may be behind when time passes, and how often that may be. */
  readonly staleMax: number
  /** How many components may lose their process, one after the other. */
  readonly crashesMax: number
}

export interface PriorityBounds {
  /** Number of orderings that must hold for the fault to show: one less are changes of priority. */
  readonly depth: number
  /** The moves among which the changes are spread. */
  readonly steps: number
}

export const defaultSchedule: Schedule = { seed: 1, mode: 'default', overrides: new Map() }

/** The option taken at choice number `index` of the run. */
export function choiceAt(schedule: Schedule, index: number, point: string, count: number): number {
  assert(count > 0, 'a choice point offers at least one option')
  const override = schedule.overrides.get(index)
  if (override !== undefined) return override % count
  const named = schedule.points?.get(point)
  if (named !== undefined) return named % count
  if (schedule.mode !== 'random' || count === 1) return 0
  return drawBelow(count, schedule.seed, point, index)
}

const modes = { d: 'default', r: 'random', p: 'pct' } as const
const version = 'st2'

/**
 * `st2.SEED.MODE`, then `.POINT=OPTION` per named point, `.INDEX-OPTION` per override, `.iDIGEST`
 * of the input. MODE is d, r or p, the window in ms, `gSTALE-CRASHES` on a grid of time, and
 * `kDEPTH-STEPS` with priorities.
 */
export function scheduleText(schedule: Schedule): string {
  const { seed, mode, windowMs, grid, priorities, input } = schedule
  const { points = new Map<string, number>() } = schedule
  const overrides = [...schedule.overrides].sort(([a], [b]) => a - b)
  return [
    version,
    String(seed),
    [
      mode.charAt(0),
      windowMs ?? '',
      grid === undefined ? '' : `g${grid.staleMax}-${grid.crashesMax}`,
      priorities === undefined ? '' : `k${priorities.depth}-${priorities.steps}`,
    ].join(''),
    ...[...points].map(([point, option]) => `${point}=${option}`),
    ...overrides.map(([index, option]) => `${index}-${option}`),
    ...(input === undefined ? [] : [`i${input}`]),
  ].join('.')
}

const modePattern = /^([drp])(\d{1,7})?(?:g(\d{1,3})-(\d{1,3}))?(?:k(\d{1,3})-(\d{1,7}))?$/

/** Reads what `scheduleText` wrote. */
export function parseSchedule(text: string): Checked<Schedule> {
  const parts = text.split('.')
  const input = /^i([0-9a-f]{8})$/.exec(parts.at(-1) ?? '')?.[1]
  const [read, seed = '', mode = '', ...choices] = input === undefined ? parts : parts.slice(0, -1)
  const kind = modePattern.exec(mode)
  if (read !== version && /^st\d+$/.test(read ?? '')) return otherVersion(text, read ?? '')
  if (read !== version || !/^\d{1,10}$/.test(seed) || kind === null) return malformed(text)
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
  const [, letter, windowMs, stale, crashes, depth, steps] = kind
  const schedule: Schedule = {
    seed: Number(seed),
    mode: modes[letter as keyof typeof modes],
    overrides,
    ...(points.size > 0 && { points }),
    ...(windowMs !== undefined && { windowMs: Number(windowMs) }),
    ...(stale !== undefined && { grid: { staleMax: Number(stale), crashesMax: Number(crashes) } }),
    ...(depth !== undefined && { priorities: { depth: Number(depth), steps: Number(steps) } }),
    ...(input !== undefined && { input }),
  }
  return { ok: true, value: schedule, problems: [] }
}

/** Why a schedule does not belong to the input at hand; undefined when it does, or does not say. */
export function foreignInput({ input }: Schedule, present: string): string | undefined {
  if (input === undefined || input === present) return undefined
  return `it was made on input ${input}, and this is input ${present}`
}

function malformed(text: string): Checked<Schedule> {
  return refused(
    `"${text}" is not a schedule`,
    `a schedule reads ${version}.SEED.MODE, .POINT=OPTION for a named choice point, ` +
      '.INDEX-OPTION for each choice, .iDIGEST of its input',
    'copy the whole string that the report printed after --replay',
  )
}

function otherVersion(text: string, read: string): Checked<Schedule> {
  return refused(
    `"${text}" is a schedule of another version`,
    `it is of version ${read}, and this seatrial reads ${version}`,
    'run the exploration again, or replay with the seatrial that printed it',
  )
}

function refused(what: string, why: string, todo: string): Checked<Schedule> {
  return { ok: false, problems: [{ code: 'ST0201', severity: 'error', what, why, todo }] }
}
