// The fast engine of the scheduler against the specification on random clusters: window, feasible
// nodes, ties, scores, node, texts, preemption; with nodes and pods that come, change and go, and
// forks whose columns are shared.

import fc from 'fast-check'
import { expect, it } from 'vitest'
import { SchedulerCache } from '../../src/scheduler/cache.ts'
import { decodeConfiguration } from '../../src/scheduler/configuration.ts'
import { specification } from '../../src/scheduler/engine.ts'
import { FastEngine } from '../../src/scheduler/fast/engine.ts'
import type { Profile } from '../../src/scheduler/profile.ts'
import { type RandomCluster, randomCluster } from './scheduler-clusters.ts'
import { Line, seen } from './scheduler-lines.ts'

/** Decisions of both engines that are not the same. */
function compare({ nodes, steps, percentageOfNodesToScore, version }: RandomCluster): FastEngine {
  const [profile] = decodeConfiguration({ percentageOfNodesToScore }, version).profiles as [Profile]
  const fast = new FastEngine()
  const cache = new SchedulerCache()
  for (const node of nodes) cache.setNode(node)
  const lines = [new Line(cache, [], new Map())]
  steps.forEach((step, at) => {
    const line = lines[at % lines.length] as Line
    if (step.kind === 'fork') {
      if (lines.length < 4) lines.push(line.fork())
      return
    }
    if (step.kind !== 'schedule') return line.happen(step)
    const got = fast.schedule(step.pod, line.request(profile))
    const gotSeen = seen(got)
    const want = specification.schedule(step.pod, line.request(profile))
    expect(gotSeen).toEqual(seen(want))
    line.settle(step.pod, want)
    return undefined
  })
  return fast
}

it('decides as the specification does, whatever the cluster looks like', () => {
  let decisions = 0
  let fallbacks = 0
  const property = fc.property(randomCluster, cluster => {
    const { counts } = compare(cluster)
    decisions += counts.decisions
    for (const count of counts.fallbacks.values()) fallbacks += count
  })
  const numRuns = Number(process.env['PROPERTY_RUNS'] ?? 300)
  const seed = Number(process.env['PROPERTY_SEED'] ?? 20_260_101)
  fc.assert(property, { numRuns, seed })
  expect(decisions).toBeGreaterThan(1000)
  // Else the test would compare the specification with itself.
  expect(fallbacks).toBeLessThan(decisions / 3)
})
