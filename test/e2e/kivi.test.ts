// The smallest platform that still shows each of Kivi's cases, searched from the trial on three
// nodes: not larger than what its authors tell of (USENIX ATC 2024), but for C3. There they count
// three pods; from an empty cluster the sixth is the first that has no place.

import { join } from 'node:path'
import { expect, it } from 'vitest'
import { load, platformOf } from '../../src/index.ts'
import { loadTrial } from '../../src/sources/load-trial.ts'
import { readTrialFile } from '../../src/sources/own/trial-file.ts'
import { leastSize, resized, sizeOf, toldSize } from '../../src/trials/explore/resized.ts'
import { smallest } from '../../src/trials/explore/smallest.ts'
import { totalNodes } from '../../src/trials/platform.ts'
import { runScript } from '../../src/trials/scripted.ts'
import type { TrialRun } from '../../src/trials/trial.ts'

type Verdict = TrialRun['verdicts'][number]
type Sign = (verdict: Verdict) => boolean

const sign =
  (name: Verdict['verdict']): Sign =>
  ({ verdict }) =>
    verdict === name

/** Two pods or more are away at once. */
const twoAway: Sign = ({ n = 0, of = 0 }) => of - n >= 2

it.each([
  { name: 'C1', shows: sign('overscale'), nodes: 1, pods: 3 },
  { name: 'C2', shows: sign('degraded'), nodes: 1, pods: 2 },
  { name: 'C3', shows: sign('pending-forever'), nodes: 3, pods: 6 },
  { name: 'C4', shows: sign('down'), nodes: 2, pods: 5 },
  { name: 'C5', shows: sign('loop'), nodes: 2, pods: 2 },
  { name: 'C6', shows: twoAway, nodes: 2, pods: 2 },
  { name: 'C7', shows: sign('loop'), nodes: 1, pods: 1 },
  { name: 'C8', shows: sign('loop'), nodes: 3, pods: 6 },
])('$name shows with $nodes nodes and $pods pods, or fewer', ({ name, shows, ...most }) => {
  const file = join(import.meta.dirname, '..', '..', 'trials', 'kivi', `${name}.trial.yaml`)
  const [spec] = readTrialFile(file).trials
  if (spec === undefined) throw new Error(`${file} has a trial`)
  const platform = platformOf(loadTrial(spec, {}), {})
  const found = smallest(
    sizeOf(platform),
    size => {
      const small = resized(platform, size)
      if (totalNodes(small) === 0) return undefined
      const { result } = runScript(spec, small, paths => load(paths))
      return result.runs[0]?.verdicts.find(shows)
    },
    leastSize(platform),
  )
  if (found === undefined) throw new Error('the trial shows it at its own size')
  const { nodes, pods } = toldSize(found.size)
  expect({ nodes, pods }).toEqual({
    nodes: Math.min(nodes, most.nodes),
    pods: Math.min(pods, most.pods),
  })
})
