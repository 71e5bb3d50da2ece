import { describe, expect, it } from 'vitest'
import { World } from '../engine/world.ts'
import { degraded, down } from './availability.ts'
import type { ClusterLife, Observation, PodLife, WorkloadLife } from './verdict.ts'

interface Given {
  readonly serving: readonly (readonly [number, number])[]
  readonly wants: readonly (readonly [number, number])[]
  readonly startMs?: number
}

function life({ serving, wants }: Given): ClusterLife {
  const workload: WorkloadLife = {
    ref: { kind: 'Deployment', namespace: 'default', name: 'web' },
    object: { apiVersion: 'apps/v1', kind: 'Deployment', metadata: { name: 'web' } },
    wanted: wants.at(-1)?.[1] ?? 0,
    wants: wants.map(([atMs, wanted]) => ({ atMs, wanted })),
    pods: [{} as PodLife],
    steps: serving.map(([atMs, count]) => ({ atMs, serving: count })),
  }
  return { pods: [], workloads: [workload], silences: new Map() }
}

function observation(startMs: number): Observation {
  const program = { actors: [], indexes: [], serve: () => undefined }
  const schedule = { seed: 1, mode: 'default' as const, overrides: new Map() }
  const world = World.create(program, { epochMs: 0, latencyMs: 0, schedule })
  return { world, startMs, startRevision: 0, endMs: 60_000, quiet: true, refusals: [] }
}

function verdicts(given: Given): readonly object[] {
  const [seen, lived] = [observation(given.startMs ?? 0), life(given)]
  return [...down.judge(seen, lived), ...degraded.judge(seen, lived)].map(
    ({ object: _, ...verdict }) => verdict,
  )
}

describe('availability', () => {
  const cases: readonly { name: string; given: Given; want: readonly object[] }[] = [
    {
      name: 'a workload that was full all the time is not mentioned',
      given: { serving: [[1000, 2]], wants: [[0, 2]] },
      want: [],
    },
    {
      name: 'the start of a workload is not an outage',
      given: {
        serving: [
          [1000, 1],
          [2000, 2],
        ],
        wants: [[0, 2]],
      },
      want: [],
    },
    {
      name: 'one of two gone for 5 s, twice: seconds add up, the least counts',
      given: {
        serving: [
          [0, 2],
          [10_000, 1],
          [15_000, 2],
          [20_000, 1],
          [25_000, 2],
        ],
        wants: [[0, 2]],
      },
      want: [{ verdict: 'degraded', atMs: 10_000, n: 1, of: 2, seconds: 10 }],
    },
    {
      name: 'none left for 3 s is down, and degraded for as long',
      given: {
        serving: [
          [0, 1],
          [10_000, 0],
          [13_000, 1],
        ],
        wants: [[0, 1]],
      },
      want: [
        { verdict: 'down', atMs: 10_000, seconds: 3 },
        { verdict: 'degraded', atMs: 10_000, n: 0, of: 1, seconds: 3 },
      ],
    },
    {
      name: 'none left at the end is down and open, and nothing else',
      given: {
        serving: [
          [0, 2],
          [50_000, 0],
        ],
        wants: [[0, 2]],
      },
      want: [{ verdict: 'down', atMs: 50_000, seconds: 10, open: true }],
    },
    {
      name: 'a shortage that is open counts with those before it',
      given: {
        serving: [
          [0, 2],
          [10_000, 1],
          [20_000, 2],
          [56_000, 1],
        ],
        wants: [[0, 2]],
      },
      want: [{ verdict: 'degraded', atMs: 10_000, n: 1, of: 2, seconds: 14, open: true }],
    },
    {
      name: 'scaled up: short until the new one serves',
      given: {
        serving: [
          [0, 1],
          [31_000, 2],
        ],
        wants: [
          [0, 1],
          [30_000, 2],
        ],
      },
      want: [{ verdict: 'degraded', atMs: 30_000, n: 1, of: 2, seconds: 1 }],
    },
    {
      name: 'what happened before the trial is not its fault',
      given: {
        serving: [
          [0, 1],
          [5000, 0],
          [9000, 1],
        ],
        wants: [[0, 1]],
        startMs: 10_000,
      },
      want: [],
    },
    {
      name: 'scaled to nothing on purpose',
      given: {
        serving: [
          [0, 1],
          [10_000, 0],
        ],
        wants: [
          [0, 1],
          [10_000, 0],
        ],
      },
      want: [],
    },
  ]
  it.each(cases)('$name', ({ given, want }) => {
    expect(verdicts(given)).toEqual(want)
  })
})
