// What becomes of one Service or workload after one loss: how long nobody serves, how long fewer
// than before, how long requests may still be sent to the dead, how long a quorum is missing.

import { quorumOf } from '../../checks/quorum.ts'
import { below, countOver, subtract } from '../../checks/spans.ts'
import type { PodLife, Span, WorkloadLife } from '../../checks/verdict.ts'
import type { Listed } from './endpoints.ts'

/** A time that may not have ended within the run. */
export interface Lasting {
  readonly seconds: number
  /** Still so at the end: read `for ever`, as nothing is left to happen. */
  readonly open: boolean
}

export interface QuorumFate {
  readonly needed: number
  readonly members: number
  /** The fewest that served at a time. */
  readonly least: number
  readonly lost: Lasting
}

export interface Fate {
  /** Nobody serves. */
  readonly down: Lasting
  /** Somebody serves, but fewer than before the loss. */
  readonly degraded: Lasting
  /** A dead pod is still listed as a ready endpoint: some requests fail. */
  readonly stale: Lasting
  readonly quorum?: QuorumFate
}

export function lasting(spans: readonly Span[], endMs: number): Lasting {
  const ms = spans.reduce((sum, { fromMs, toMs }) => sum + (Math.min(toMs, endMs) - fromMs), 0)
  return { seconds: ms / 1000, open: spans.at(-1)?.toMs === Infinity }
}

/** The parts that two lists of spans have in common; both ascending and disjoint. */
export function common(a: readonly Span[], b: readonly Span[]): readonly Span[] {
  return a.flatMap(one =>
    b.flatMap(other => {
      const fromMs = Math.max(one.fromMs, other.fromMs)
      const toMs = Math.min(one.toMs, other.toMs)
      return fromMs < toMs ? [{ fromMs, toMs }] : []
    }),
  )
}

/** Spans that hold at a time at which any of the lists holds. */
function union(lists: readonly (readonly Span[])[]): readonly Span[] {
  const result: Span[] = []
  let open: number | undefined
  for (const { atMs, serving } of countOver(lists.flat())) {
    if (serving > 0) open ??= atMs
    else if (open !== undefined) {
      result.push({ fromMs: open, toMs: atMs })
      open = undefined
    }
  }
  if (open !== undefined) result.push({ fromMs: open, toMs: Infinity })
  return result
}

export interface Watch {
  /** The pods that count, with the spans in which each serves. */
  readonly serving: readonly (readonly Span[])[]
  /** The spans in which a pod is listed as ready although it does not serve. */
  readonly stale: readonly (readonly Span[])[]
  /** How many serve while nothing is amiss. */
  readonly full: number
  readonly window: Span
}

export function fateOf({ serving, stale, full, window }: Watch): Fate {
  const { fromMs, toMs } = window
  const steps = countOver(serving.flatMap(spans => common(spans, [{ fromMs, toMs: Infinity }])))
  const down = below(steps, 1, window)
  const short = below(steps, full, window)
  const wrong = union(stale.map(spans => common(spans, [{ fromMs, toMs: Infinity }])))
  return {
    down: lasting(down, toMs),
    degraded: lasting(subtract(short, down), toMs),
    stale: lasting(wrong, toMs),
  }
}

/** Spans in which a pod is an endpoint that works, and in which it is one that does not. */
export function endpointSpans(
  listed: Listed,
  life: ReadonlyMap<string, PodLife>,
): Pick<Watch, 'serving' | 'stale'> {
  const serving: (readonly Span[])[] = []
  const stale: (readonly Span[])[] = []
  for (const [uid, spans] of listed) {
    const pod = life.get(uid)
    // An address that is no pod of the twin is taken to work.
    const alive = pod === undefined ? [{ fromMs: -Infinity, toMs: Infinity }] : pod.serving
    const works = common(spans, alive)
    serving.push(works)
    stale.push(subtract(spans, alive))
  }
  return { serving, stale }
}

/** How the quorum of a workload fares, when its members vote. */
export function quorumFate(workload: WorkloadLife, window: Span): QuorumFate | undefined {
  const { object, wanted, steps } = workload
  const needed = quorumOf(object, wanted)
  if (needed === undefined) return undefined
  const spans = below(steps, needed, window)
  const after = steps.filter(({ atMs }) => atMs >= window.fromMs).map(({ serving }) => serving)
  const atStart = steps.findLast(({ atMs }) => atMs < window.fromMs)?.serving ?? 0
  const least = Math.min(atStart, ...after)
  return { needed, members: wanted, least, lost: lasting(spans, window.toMs) }
}
