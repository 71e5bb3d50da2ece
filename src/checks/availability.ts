// How many pods of a workload served, over time: none (down) or fewer than wanted (degraded).

import { servingAt } from './spans.ts'
import type { Check, Observation, Span, Verdict, WorkloadLife } from './verdict.ts'

interface Watched {
  readonly workload: WorkloadLife
  readonly window: Span
}

/** A span in which too few served: how few at the worst moment. */
interface Shortage extends Span {
  readonly least: number
}

/** From when a workload is watched: its first full moment, else its first serving one. */
function watch(workload: WorkloadLife, { startMs, endMs }: Observation): Watched | undefined {
  if (workload.wanted === 0) return undefined
  const full = workload.steps.find(({ atMs, serving }) => {
    const wanted = wantedAt(workload, atMs)
    return wanted > 0 && serving >= wanted
  })
  const served = workload.steps.find(step => step.serving > 0)
  const from = full ?? served
  const fromMs = Math.max(startMs, from?.atMs ?? startMs)
  return { workload, window: { fromMs, toMs: endMs } }
}

function watched(observation: Observation, workloads: readonly WorkloadLife[]): Watched[] {
  return workloads.flatMap(workload => watch(workload, observation) ?? [])
}

function wantedAt({ wants }: WorkloadLife, atMs: number): number {
  return wants.findLast(step => step.atMs <= atMs)?.wanted ?? 0
}

/** The spans in which fewer served than `bound` asks for at that moment. */
function shortages(
  { steps, wants }: WorkloadLife,
  { fromMs, toMs }: Span,
  bound: (atMs: number) => number,
): readonly Shortage[] {
  const inside = [...steps, ...wants]
    .map(({ atMs }) => atMs)
    .filter(ms => ms > fromMs && ms <= toMs)
  const moments = [...new Set([fromMs, ...inside])].sort((a, b) => a - b)
  const result: Shortage[] = []
  let open: { fromMs: number; least: number } | undefined
  for (const atMs of moments) {
    const serving = servingAt(steps, atMs)
    if (serving < bound(atMs)) {
      open = { fromMs: open?.fromMs ?? atMs, least: Math.min(open?.least ?? serving, serving) }
    } else if (open !== undefined) {
      result.push({ ...open, toMs: atMs })
      open = undefined
    }
  }
  if (open !== undefined) result.push({ ...open, toMs: Infinity })
  return result
}

function totalSeconds(spans: readonly Span[], endMs: number): number {
  const lengths = spans.map(({ fromMs, toMs }) => Math.min(toMs, endMs) - fromMs)
  return lengths.reduce((sum, length) => sum + length, 0) / 1000
}

function downOf({ workload, window }: Watched): readonly Verdict[] {
  const spans = shortages(workload, window, () => 1)
  const first = spans[0]
  if (first === undefined) return []
  const open = spans.at(-1)?.toMs === Infinity
  const seconds = totalSeconds(spans, window.toMs)
  const { ref: object } = workload
  return [{ verdict: 'down', object, atMs: first.fromMs, seconds, ...(open && { open }) }]
}

/** A workload with no serving pod at all at the end is down instead. */
function degradedOf({ workload, window }: Watched): readonly Verdict[] {
  const { wanted: of, steps, ref: object } = workload
  const spans = shortages(workload, window, atMs => wantedAt(workload, atMs))
  const last = spans.at(-1)
  if (last === undefined) return []
  const open = last.toMs === Infinity
  const serving = servingAt(steps, window.toMs)
  if (open && serving === 0) return []
  const n = open ? serving : Math.min(...spans.map(({ least }) => least))
  const seconds = totalSeconds(spans, window.toMs)
  const atMs = (spans[0] as Shortage).fromMs
  return [{ verdict: 'degraded', object, atMs, n, of, seconds, ...(open && { open }) }]
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
