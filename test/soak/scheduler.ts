// `npm run -s soak -- scheduler [--minutes 5] [--seed 1]`: random clusters live twice, once with
// each engine of the scheduler deciding, and everything that can be seen of each decision goes into
// a digest. Equal digests or exit 1 with the seed and the step that differs.

import fc from 'fast-check'
import { absorb, type Digest, digestText, emptyDigest } from '../../src/base/hash.ts'
import { SchedulerCache } from '../../src/scheduler/cache.ts'
import { decodeConfiguration } from '../../src/scheduler/configuration.ts'
import { type SchedulingEngine, specification } from '../../src/scheduler/engine.ts'
import { FastEngine } from '../../src/scheduler/fast/engine.ts'
import type { Profile } from '../../src/scheduler/profile.ts'
import { type RandomCluster, randomClusterOf } from '../property/scheduler-clusters.ts'
import { Line, seen } from '../property/scheduler-lines.ts'

/** From a handful of nodes to many more than a walk looks at. */
const clusters = randomClusterOf({
  templatesMax: 12,
  stepsMin: 100,
  stepsMax: 300,
  copies: fc.constantFrom(1, 4, 12, 40),
})

/** The cluster of a seed. */
export function clusterOf(seed: number): RandomCluster {
  return fc.sample(clusters, { seed, numRuns: 1 })[0] as RandomCluster
}

/** Digests after each decision of one engine. */
export function live(cluster: RandomCluster, engine: SchedulingEngine): readonly string[] {
  const { nodes, steps, percentageOfNodesToScore, version } = cluster
  const [profile] = decodeConfiguration({ percentageOfNodesToScore }, version).profiles as [Profile]
  const cache = new SchedulerCache()
  for (const node of nodes) cache.setNode(node)
  const lines = [new Line(cache, [], new Map())]
  const digests: string[] = []
  let digest: Digest = emptyDigest
  steps.forEach((step, at) => {
    const line = lines[at % lines.length] as Line
    if (step.kind === 'fork') {
      if (lines.length < 4) lines.push(line.fork())
    } else if (step.kind === 'schedule') {
      const outcome = engine.schedule(step.pod, line.request(profile))
      digest = absorb(digest, JSON.stringify(seen(outcome)))
      digests.push(digestText(digest))
      line.settle(step.pod, outcome)
    } else line.happen(step)
  })
  return digests
}

/** The first decision about which the engines differ, or undefined. */
export function firstDifference(
  cluster: RandomCluster,
  engine: SchedulingEngine,
): number | undefined {
  const got = live(cluster, engine)
  const want = live(cluster, specification)
  const at = got.findIndex((digest, index) => digest !== want[index])
  return at < 0 ? undefined : at
}

/** Goes on until the time is over; answers the seed that failed, or undefined. */
export function soakScheduler(
  { minutes, seed }: { readonly minutes: number; readonly seed: number },
  { nowMs, say }: { readonly nowMs: () => number; readonly say: (text: string) => void },
): number | undefined {
  const began = nowMs()
  let saidMs = began
  let decisions = 0
  let clustersDone = 0
  let fallbacks = 0
  const told = (): string => `${clustersDone} clusters, ${decisions} decisions by each engine`
  for (let current = seed; nowMs() - began < minutes * 60_000; current += 1) {
    const engine = new FastEngine()
    const at = firstDifference(clusterOf(current), engine)
    if (at !== undefined) {
      say(`soak: seed ${current}: decision ${at} differs; again: --seed ${current}`)
      return current
    }
    clustersDone += 1
    decisions += engine.counts.decisions
    for (const count of engine.counts.fallbacks.values()) fallbacks += count
    if (nowMs() - saidMs > 10_000) {
      saidMs = nowMs()
      say(`soak: ${told()}, no difference`)
    }
  }
  say(`soak: ${told()} (${fallbacks} of the fast engine by the specification), no difference`)
  return undefined
}
