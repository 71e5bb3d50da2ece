// What the cluster autoscaler remembers from one look at the cluster to the next.

import type { Forkable, Turn } from '../../engine/actor.ts'

export const programName = 'cluster-autoscaler'

/** Assumed: from the request to a cloud until the node registers. */
export const provisionMs = 60_000

export type Wake =
  | { readonly type: 'scan' }
  | { readonly type: 'node'; readonly group: string; readonly index: number }

export class AutoscalerState implements Forkable {
  /** The process that leads, or led last. */
  process: string | undefined
  /** How often it looks; as its command line says. */
  scanMs = 10_000
  /** When it looks next; undefined while nothing calls for it. */
  scanAtMs: number | undefined
  /** Nodes that were asked for, as group and index. */
  upcoming = new Set<string>()
  /** Since when nodes have been unneeded. */
  unneededSince = new Map<string, number>()
  /** Nodes that are being emptied, since when. */
  draining = new Map<string, number>()
  lastAddMs = Number.NEGATIVE_INFINITY
  lastDeleteMs = Number.NEGATIVE_INFINITY
  /** What was last said of a pod or node, by uid or name: the same is not said again. */
  said = new Map<string, string>()

  /** Another process leads: it knows nothing of what the last one had seen. */
  begin(process: string): void {
    this.process = process
    this.unneededSince.clear()
    this.draining.clear()
    this.lastAddMs = Number.NEGATIVE_INFINITY
    this.lastDeleteMs = Number.NEGATIVE_INFINITY
  }

  /** What distinguishes two states, as plain data. */
  identity(): unknown {
    const { process, scanMs, scanAtMs, lastAddMs, lastDeleteMs } = this
    const collections = [this.upcoming, this.unneededSince, this.draining, this.said]
    const times = [scanMs, scanAtMs, String(lastAddMs), String(lastDeleteMs)]
    return [process, times, collections.map(each => [...each])]
  }

  fork(): this {
    const copy = new AutoscalerState()
    copy.process = this.process
    copy.scanMs = this.scanMs
    copy.scanAtMs = this.scanAtMs
    copy.upcoming = new Set(this.upcoming)
    copy.unneededSince = new Map(this.unneededSince)
    copy.draining = new Map(this.draining)
    copy.lastAddMs = this.lastAddMs
    copy.lastDeleteMs = this.lastDeleteMs
    copy.said = new Map(this.said)
    return copy as this
  }
}

/** Lets it look again at `atMs`, or earlier if that is planned. */
export function planScan(turn: Turn, state: AutoscalerState, atMs: number): void {
  if (state.scanAtMs !== undefined && state.scanAtMs <= atMs) return
  state.scanAtMs = atMs
  turn.wakeAfter(Math.max(0, atMs - turn.nowMs), { type: 'scan' } satisfies Wake)
}
