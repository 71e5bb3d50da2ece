// Visits every state of a system, depth first, each once. Steps that are independent of each other
// are not taken in both orders: sleep sets, with the states that were seen.
// Godefroid: Partial-Order Methods for the Verification of Concurrent Systems, LNCS 1032, chapter 5
// and section 5.3 (state space caching).

import { StateTable } from '../../base/state-table.ts'
import type { Footprint } from '../../engine/footprint.ts'
import type { Outcome, System } from './system.ts'

export interface VisitBounds {
  readonly statesMax: number
  /** Bytes for what is known of states that were seen. */
  readonly bytesMax: number
  /** Steps from the start. */
  readonly depthMax: number
}

export interface VisitOptions<S> extends VisitBounds {
  /** Leaves out orders that end in the same states. */
  readonly reduces: boolean
  /** A state in which there is nothing left to do. */
  readonly atEnd: (state: S) => void
  /** Every state, once; false: not to go on from here. */
  readonly atState?: (state: S) => boolean
  /** A step leads back to a state on the way to this one: what happens may happen for ever. */
  readonly atCycle?: (state: S) => void
}

export interface Visited {
  readonly states: number
  readonly transitions: number
  /** The longest way from the start. */
  readonly depth: number
  readonly bytes: number
  /** The bound at which the visit stopped or left something out; absent: every state was visited. */
  readonly stoppedBy?: 'states' | 'memory' | 'depth'
}

/** A step that need not be taken, as its order with what was taken does not matter. */
interface Sleeper {
  readonly step: string
  readonly footprint: Outcome<unknown>['footprint']
}

interface Frame<S> {
  readonly state: S
  readonly key: number
  readonly steps: readonly string[]
  next: number
  /** Outcomes of the step before `next`, and which of them come next. */
  outcomes: readonly Outcome<S>[]
  followed: number
  sleep: readonly Sleeper[]
  /** When a state is visited again: the steps that were asleep then and are not now. */
  readonly only: readonly string[] | undefined
}

/** A step in a sleeping set takes about so much. */
const bytesPerSleeper = 16
const nobody: readonly Sleeper[] = []

class Visit<S> {
  private readonly system: System<S>
  private readonly options: VisitOptions<S>
  private readonly table = new StateTable()
  /** Steps that slept when a state was visited; only where there were any. */
  private readonly slept = new Map<number, readonly string[]>()
  private sleepers = 0
  private readonly stack: Frame<S>[] = []
  private readonly onStack = new Set<number>()
  private transitions = 0
  private depth = 0
  private stoppedBy: Visited['stoppedBy']

  constructor(system: System<S>, options: VisitOptions<S>) {
    this.system = system
    this.options = options
  }

  run(start: S): Visited {
    this.enter(start, nobody)
    while (this.stack.length > 0 && this.mayGoOn()) this.advance()
    const { table, transitions, depth, stoppedBy } = this
    const reach = { states: table.size, transitions, depth, bytes: this.bytes }
    return stoppedBy === undefined ? reach : { ...reach, stoppedBy }
  }

  private get bytes(): number {
    return this.table.bytes + this.sleepers * bytesPerSleeper
  }

  private mayGoOn(): boolean {
    const { statesMax, bytesMax } = this.options
    if (this.table.size >= statesMax) this.stoppedBy = 'states'
    else if (this.bytes > bytesMax) this.stoppedBy = 'memory'
    else return true
    return false
  }

  private advance(): void {
    const frame = this.stack[this.stack.length - 1] as Frame<S>
    const outcome = frame.outcomes[frame.followed]
    if (outcome !== undefined) {
      frame.followed += 1
      this.follow(frame, outcome)
      return
    }
    const step = frame.steps[frame.next]
    if (step === undefined) {
      this.stack.pop()
      if (this.options.atCycle !== undefined) this.onStack.delete(frame.key)
      return
    }
    frame.next += 1
    if (isAsleep(frame.sleep, step) || frame.only?.includes(step) === false) return
    frame.outcomes = this.system.take(frame.state, frame.next - 1)
    frame.followed = 0
  }

  private follow(frame: Frame<S>, { state, footprint }: Outcome<S>): void {
    this.transitions += 1
    const step = frame.steps[frame.next - 1] as string
    const { reduces, depthMax } = this.options
    const sleep = reduces ? stillAsleep(frame.sleep, footprint) : nobody
    const isLast = frame.followed === frame.outcomes.length
    if (reduces && isLast) frame.sleep = [...frame.sleep, { step, footprint }]
    if (this.stack.length > depthMax) {
      this.stoppedBy = 'depth'
      return
    }
    this.enter(state, sleep)
  }

  private enter(state: S, sleep: readonly Sleeper[]): void {
    const { high, low } = this.system.hash(state)
    const key = (high >>> 0) * 0x20_0000 + (low & 0x1f_ffff)
    const isNew = this.table.add(high, low)
    const only = isNew ? undefined : this.awake(key, sleep)
    if (!isNew && this.onStack.has(key)) this.options.atCycle?.(state)
    if (!isNew && (only === undefined || only.length === 0)) return
    this.remember(key, sleep, isNew)
    if (isNew && this.options.atState?.(state) === false) return
    const steps = this.system.steps(state)
    if (steps.length === 0) {
      if (isNew) this.options.atEnd(state)
      return
    }
    this.depth = Math.max(this.depth, this.stack.length + 1)
    if (this.options.atCycle !== undefined) this.onStack.add(key)
    this.stack.push({ state, key, steps, next: 0, outcomes: [], followed: 0, sleep, only })
  }

  /** Steps that were left out when the state was visited before and are not to be left out now. */
  private awake(key: number, sleep: readonly Sleeper[]): readonly string[] | undefined {
    return this.slept.get(key)?.filter(step => !isAsleep(sleep, step))
  }

  private remember(key: number, sleep: readonly Sleeper[], isNew: boolean): void {
    if (isNew && sleep.length === 0) return
    const before = isNew ? undefined : this.slept.get(key)
    const steps = sleep.map(({ step }) => step)
    const now = before === undefined ? steps : steps.filter(step => before.includes(step))
    this.sleepers += now.length - (before?.length ?? 0)
    if (now.length === 0) this.slept.delete(key)
    else this.slept.set(key, now)
  }
}

function isAsleep(sleep: readonly Sleeper[], step: string): boolean {
  for (const sleeper of sleep) if (sleeper.step === step) return true
  return false
}

/** What sleeps on after a step: everything that is independent of it. */
function stillAsleep(
  sleep: readonly Sleeper[],
  footprint: Outcome<unknown>['footprint'],
): readonly Sleeper[] {
  if (sleep.length === 0 || footprint === undefined) return nobody
  const left = sleep.filter(({ footprint: other }) => {
    return other !== undefined && footprint.isIndependentOf(other as Footprint)
  })
  return left.length === 0 ? nobody : left
}

/** Visits every state that can be reached, as far as the bounds allow. */
export function visitAll<S>(system: System<S>, start: S, options: VisitOptions<S>): Visited {
  return new Visit(system, options).run(start)
}
