// What the cluster-proportional-autoscaler remembers of its processes, each for itself: it elects
// no leader.

import type { Forkable, Turn } from '../../engine/actor.ts'
import type { Settings } from './settings.ts'

export interface AutoscalerProcess {
  readonly id: string
  /** The pod in which it runs. */
  readonly key: string
  readonly startedMs: number
  readonly settings: Settings
  /** When it polls next; undefined while nothing calls for it. */
  pollAtMs: number | undefined
  /** Polls that failed, one after the other. */
  failures: number
}

export class AutoscalerState implements Forkable {
  readonly processes: Map<string, AutoscalerProcess>
  /** Processes that gave up on their command line. */
  readonly refused: Set<string>

  constructor(processes: Iterable<AutoscalerProcess> = [], refused: Iterable<string> = []) {
    this.processes = new Map([...processes].map(process => [process.id, { ...process }]))
    this.refused = new Set(refused)
  }

  /** What distinguishes two states, as plain data; settings go with the process. */
  identity(): unknown {
    const processes = [...this.processes.values()].map(
      ({ id, startedMs, pollAtMs, failures }) => [id, startedMs, pollAtMs, failures] as const,
    )
    return [processes, [...this.refused]]
  }

  fork(): this {
    return new AutoscalerState(this.processes.values(), this.refused) as this
  }
}

/**
 * Lets a process poll at its next tick: a whole number of periods after its start. Polls between
 * which nothing changed would change nothing, so they are left out. A `standing` poll is the retry
 * of one that time alone will not mend.
 */
export function planPoll(turn: Turn, process: AutoscalerProcess, standing = false): void {
  if (process.pollAtMs !== undefined) return
  const { startedMs, settings } = process
  const ticks = Math.floor((turn.nowMs - startedMs) / settings.pollMs) + 1
  wakeAt(turn, process, { atMs: startedMs + ticks * settings.pollMs, standing })
}

/** The first poll waits for no tick. */
export function pollAtOnce(turn: Turn, process: AutoscalerProcess): void {
  wakeAt(turn, process, { atMs: turn.nowMs, standing: false })
}

function wakeAt(
  turn: Turn,
  process: AutoscalerProcess,
  { atMs, standing }: { readonly atMs: number; readonly standing: boolean },
): void {
  process.pollAtMs = atMs
  turn.wakeAfter(atMs - turn.nowMs, process.id, standing)
}
