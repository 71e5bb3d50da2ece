// Visits every state of a system, depth first, each once. Steps that are independent of each other
// are not taken in both orders: sleep sets, with the states that were seen.
// Godefroid: Partial-Order Methods for the Verification of Concurrent Systems, LNCS 1032, chapter 5
// and section 5.3 (state space caching).

import type { Digest } from '../../base/hash.ts'
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
  /** One for each of its outcomes: all of them are left out. */
  readonly footprints: readonly Outcome<unknown>['footprint'][]
}

interface Frame<S> {
  readonly state: S
  readonly steps: readonly string[]
  next: number
  /** Outcomes of the step before `next`, and which of them come next. */
  outcomes: readonly Outcome<S>[]
  followed: number
  sleep: readonly Sleeper[]
  /** When a state is visited again: the steps that were asleep then and are not now. */
  readonly only: readonly string[] | undefined
}

const nobody: readonly Sleeper[] = []

class Visit<S> {
  private readonly system: System<S>
  private readonly options: VisitOptions<S>
  private readonly table = new StateTable()
  /** Of every state in the table the number of the steps that slept when it was visited. */
  private readonly slept = new StepSets()
  private readonly stack: Frame<S>[] = []
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
    const bytes = table.bytes + this.slept.bytes
    const reach = { states: table.size, transitions, depth, bytes }
    return stoppedBy === undefined ? reach : { ...reach, stoppedBy }
  }

  private mayGoOn(): boolean {
    const { statesMax, bytesMax } = this.options
    if (this.table.size >= statesMax) this.stoppedBy = 'states'
    else if (this.table.bytesNext + this.slept.bytes > bytesMax) this.stoppedBy = 'memory'
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
    if (reduces && isLast) {
      const footprints = frame.outcomes.map(outcome => outcome.footprint)
      frame.sleep = [...frame.sleep, { step, footprints }]
    }
    if (this.stack.length > depthMax) {
      this.stoppedBy = 'depth'
      return
    }
    this.enter(state, sleep)
  }

  private enter(state: S, sleep: readonly Sleeper[]): void {
    const hash = this.system.hash(state)
    const isNew = this.table.add(hash.high, hash.low)
    const only = isNew ? undefined : this.awake(hash, sleep)
    if (only?.length === 0) return
    this.remember(hash, sleep, isNew)
    if (isNew && this.options.atState?.(state) === false) return
    const steps = this.system.steps(state)
    if (steps.length === 0) {
      if (isNew) this.options.atEnd(state)
      return
    }
    this.depth = Math.max(this.depth, this.stack.length + 1)
    this.stack.push({ state, steps, next: 0, outcomes: [], followed: 0, sleep, only })
  }

  /** Steps that were left out when the state was visited before and are not to be left out now. */
  private awake({ high, low }: Digest, sleep: readonly Sleeper[]): readonly string[] {
    const before = this.slept.at(this.table.noteOf(high, low))
    return before.filter(step => !isAsleep(sleep, step))
  }

  private remember({ high, low }: Digest, sleep: readonly Sleeper[], isNew: boolean): void {
    if (isNew && sleep.length === 0) return
    const steps = sleep.map(({ step }) => step)
    const before = isNew ? steps : this.slept.at(this.table.noteOf(high, low))
    const now = steps.filter(step => before.includes(step))
    this.table.note(high, low, this.slept.numberOf(now))
  }
}

/** Sets of steps by number, each kept once; 0 is that of none. */
class StepSets {
  bytes = 0
  private readonly numbers = new Map<string, number>([['', 0]])
  private readonly sets: (readonly string[])[] = [[]]

  at(number: number): readonly string[] {
    return this.sets[number] as readonly string[]
  }

  numberOf(steps: readonly string[]): number {
    const name = steps.join('\n')
    const known = this.numbers.get(name)
    if (known !== undefined) return known
    const number = this.sets.push(steps) - 1
    this.numbers.set(name, number)
    this.bytes += name.length + bytesPerStep * steps.length + bytesPerSet
    return number
  }
}

/** What a set takes beside its name, about. */
const bytesPerSet = 128
const bytesPerStep = 8

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
  const isFree = (other: Outcome<unknown>['footprint']): boolean =>
    other !== undefined && footprint.isIndependentOf(other as Footprint)
  const left = sleep.filter(({ footprints }) => footprints.every(isFree))
  return left.length === 0 ? nobody : left
}

/** Visits every state that can be reached, as far as the bounds allow. */
export function visitAll<S>(system: System<S>, start: S, options: VisitOptions<S>): Visited {
  return new Visit(system, options).run(start)
}
