// How many pods of a workload served, over time: none (down) or fewer than wanted (degraded).

import { below, servingAt } from './spans.ts'
import type { Check, Observation, Span, Verdict, WorkloadLife } from './verdict.ts'

interface Watched {
  readonly workload: WorkloadLife
  readonly window: Span
  /** The workload had all its pods at some moment up to the end. */
  readonly wasFull: boolean
}

/** From when a workload is watched: its first full moment, else its first serving one. */
function watch(workload: WorkloadLife, { startMs, endMs }: Observation): Watched | undefined {
  if (workload.wanted === 0 || workload.pods.length === 0) return undefined
  const full = workload.steps.find(step => step.serving >= workload.wanted)
  const served = workload.steps.find(step => step.serving > 0)
  const from = full ?? served
  const fromMs = Math.max(startMs, from?.atMs ?? startMs)
  return { workload, window: { fromMs, toMs: endMs }, wasFull: full !== undefined }
}

function watched(observation: Observation, workloads: readonly WorkloadLife[]): Watched[] {
  return workloads.flatMap(workload => watch(workload, observation) ?? [])
}

function totalSeconds(spans: readonly Span[], endMs: number): number {
  const lengths = spans.map(({ fromMs, toMs }) => Math.min(toMs, endMs) - fromMs)
  return lengths.reduce((sum, length) => sum + length, 0) / 1000
}

function isOpen(spans: readonly Span[]): boolean {
  return spans.at(-1)?.toMs === Infinity
}

function downOf({ workload, window }: Watched): readonly Verdict[] {
  const spans = below(workload.steps, 1, window)
  const first = spans[0]
  if (first === undefined) return []
  const seconds = totalSeconds(spans, window.toMs)
  const open = isOpen(spans)
  const { ref: object } = workload
  return [{ verdict: 'down', object, atMs: first.fromMs, seconds, ...(open && { open }) }]
}

function degradedOf({ workload, window, wasFull }: Watched): readonly Verdict[] {
  const { wanted: of, steps, ref: object } = workload
  const spans = below(steps, of, window)
  const first = spans[0]
  if (first === undefined) return []
  const n = wasFull
    ? Math.min(...spans.map(span => span.least))
    : servingAt(steps, window.toMs)
  const open = isOpen(spans)
  const seconds = totalSeconds(spans, window.toMs)
  return [{ verdict: 'degraded', object, atMs: first.fromMs, n, of, seconds, ...(open && { open }) }]
}

export const down = {
  name: 'down',
  doc: 'A workload that served has no serving pod, or it never had one.',
  verdicts: ['down'],
  judge: (observation, life) => watched(observation, life.workloads).flatMap(downOf),
} satisfies Check

export const degraded = {
  name: 'degraded',
  doc: 'A workload has fewer serving pods than it wants, after it was full or at the end.',
  verdicts: ['degraded'],
  judge: (observation, life) => watched(observation, life.workloads).flatMap(degradedOf),
} satisfies Check
