// The flags of explore as settings: its strategy and its bounds.

import type { Checked } from '../base/problem.ts'
import type { FlagName } from './flags.ts'
import { parseCount, right, wrong } from './pools.ts'

export interface ExploreSettings {
  readonly strategy: string
  /** The most schedules for one act. */
  readonly runsMax: number
  /** The most states for one act, and the most memory for what is known of them. */
  readonly statesMax: number
  readonly memoryMiB: number
  readonly windowMs: number
  readonly deviationsMax: number
  readonly staleMax: number
  readonly crashesMax: number
  readonly faults: readonly string[]
  readonly interleave: boolean
  readonly smallest: boolean
  readonly depth: number
  /** Moves that pct takes a run to have. */
  readonly steps: number
  readonly shard?: { readonly index: number; readonly count: number }
  readonly jobs: number
}

/** What of the reader of flags is needed here. */
interface Flags {
  read<T>(name: FlagName, parse: (text: string) => Checked<T>): T | undefined
  oneOf<T extends string>(name: FlagName, words: readonly T[]): T | undefined
  values(name: FlagName): readonly string[]
  has(name: FlagName): boolean
}

/** Reads the flags of explore; a wrong one leaves its default. */
export function exploreSettings(flags: Flags, strategies: readonly string[]): ExploreSettings {
  const count = (name: FlagName, least: number, most?: number): number | undefined =>
    flags.read(name, text =>
      parseCount(text, `--${name}`, { least, ...(most !== undefined && { most }) }),
    )
  const shard = flags.read('shard', parseShard)
  return {
    strategy: flags.oneOf('strategy', strategies) ?? 'deviations',
    runsMax: count('runs', 1) ?? 200,
    statesMax: count('states', 1) ?? 20_000,
    memoryMiB: count('memory', 1) ?? 1024,
    windowMs: count('window', 0, 1_000_000) ?? 20,
    deviationsMax: count('deviations', 0) ?? 1,
    staleMax: count('stale', 0, 100) ?? 0,
    crashesMax: count('crashes', 0, 100) ?? 0,
    faults: flags.values('fault'),
    interleave: flags.has('interleave'),
    smallest: flags.has('smallest'),
    depth: count('depth', 1, 100) ?? 3,
    steps: 1000,
    ...(shard !== undefined && { shard }),
    jobs: count('jobs', 1, 256) ?? 1,
  }
}

function parseShard(text: string): Checked<{ readonly index: number; readonly count: number }> {
  const match = /^(\d{1,4})\/(\d{1,4})$/.exec(text)
  const [index, count] = [Number(match?.[1]), Number(match?.[2])]
  if (match !== null && index >= 1 && index <= count) return right({ index: index - 1, count })
  return wrong(`--shard: "${text}" is not I/N with I from 1 to N`, 'write --shard 1/4')
}
