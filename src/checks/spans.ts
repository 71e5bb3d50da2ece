// Arithmetic on half-open spans of virtual time.

import type { Span } from './verdict.ts'

/** The parts of `spans` outside every span of `holes`; both ascending and disjoint. */
export function subtract(spans: readonly Span[], holes: readonly Span[]): readonly Span[] {
  let rest: readonly Span[] = spans
  for (const hole of holes) rest = rest.flatMap(span => cut(span, hole))
  return rest
}

function cut(span: Span, hole: Span): readonly Span[] {
  if (hole.toMs <= span.fromMs || hole.fromMs >= span.toMs) return [span]
  const parts: Span[] = []
  if (span.fromMs < hole.fromMs) parts.push({ fromMs: span.fromMs, toMs: hole.fromMs })
  if (hole.toMs < span.toMs) parts.push({ fromMs: hole.toMs, toMs: span.toMs })
  return parts
}

export interface CountStep {
  readonly atMs: number
  readonly serving: number
}

/** How many of the spans hold from each moment on; one step per moment of change. */
export function countOver(spans: readonly Span[]): readonly CountStep[] {
  const edges: { atMs: number; change: number }[] = []
  for (const { fromMs, toMs } of spans) {
    if (fromMs >= toMs) continue
    edges.push({ atMs: fromMs, change: 1 })
    if (toMs !== Infinity) edges.push({ atMs: toMs, change: -1 })
  }
  edges.sort((a, b) => a.atMs - b.atMs)
  const steps: CountStep[] = []
  let serving = 0
  for (let index = 0; index < edges.length; index += 1) {
    const { atMs, change } = edges[index] as { atMs: number; change: number }
    serving += change
    if (edges[index + 1]?.atMs !== atMs) steps.push({ atMs, serving })
  }
  return steps
}

/** Spans inside [fromMs, toMs] in which the count was below `bound`. */
export function below(
  steps: readonly CountStep[],
  bound: number,
  { fromMs, toMs }: Span,
): readonly (Span & { readonly least: number })[] {
  const result: (Span & { least: number })[] = []
  let open: { fromMs: number; least: number } | undefined
  const visit = (atMs: number, serving: number): void => {
    if (serving < bound) {
      if (open === undefined) open = { fromMs: atMs, least: serving }
      else open.least = Math.min(open.least, serving)
    } else if (open !== undefined) {
      if (atMs > open.fromMs) result.push({ ...open, toMs: atMs })
      open = undefined
    }
  }
  visit(fromMs, servingAt(steps, fromMs))
  for (const { atMs, serving } of steps) {
    if (atMs > fromMs && atMs <= toMs) visit(atMs, serving)
  }
  if (open !== undefined) result.push({ ...open, toMs: Infinity })
  return result
}

/** The count at a moment; 0 before the first step. */
export function servingAt(steps: readonly CountStep[], atMs: number): number {
  let serving = 0
  for (const step of steps) {
    if (step.atMs > atMs) break
    serving = step.serving
  }
  return serving
}
