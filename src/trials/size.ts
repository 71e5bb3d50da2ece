// The smallest number of nodes at which each trial holds.

import { install } from './install.ts'
import { totalNodes, variedPool, withNodeCount, type Platform } from './platform.ts'
import { defaultTrials } from './registry.ts'
import type { Base, Trial, TrialResult } from './trial.ts'

export interface SizeRow {
  readonly trial: string
  /** The smallest node count at which it holds; undefined when none up to `tried` does. */
  readonly nodes: number | undefined
  /** The largest node count that was tried. */
  readonly tried: number
}

export interface SizeOptions {
  readonly nodesMax: number
  /** Whether a trial's result counts as holding. */
  readonly holds: (base: Base, result: TrialResult) => boolean
}

/** Tries 1, 2, 3 … nodes in the pool that varies until every trial holds, or up to the maximum. */
export function size(platform: Platform, { nodesMax, holds }: SizeOptions): readonly SizeRow[] {
  const least = new Map<string, number>()
  const trials = defaultTrials(platform)
  const names = ['install', ...trials.map(trial => trial.name)]
  const fixed = totalNodes(platform) - variedPool(platform).count
  let tried = fixed
  for (let nodes = fixed + 1; nodes <= nodesMax && least.size < names.length; nodes += 1) {
    tried = nodes
    const installed = install(withNodeCount(platform, nodes))
    if (!holds(installed, installed.result)) continue
    record(least, 'install', nodes)
    for (const trial of open(trials, least)) {
      const result = trial.run(installed)
      // Where there is nothing to strike, nothing is shown.
      if (result.skipped === undefined && holds(installed, result)) {
        record(least, trial.name, nodes)
      }
    }
  }
  return names.map(trial => ({ trial, nodes: least.get(trial), tried }))
}

function open(all: readonly Trial[], least: ReadonlyMap<string, number>): readonly Trial[] {
  return all.filter(({ name }) => !least.has(name))
}

function record(least: Map<string, number>, trial: string, nodes: number): void {
  if (!least.has(trial)) least.set(trial, nodes)
}
