// A World as a system: its moves are the steps, its fingerprint tells states apart.

import type { Digest } from '../../base/hash.ts'
import { Fingerprint } from '../../engine/fingerprint.ts'
import { Footprint } from '../../engine/footprint.ts'
import { identityText } from '../../engine/identity.ts'
import { deliverPayload, type Move } from '../../engine/moves.ts'
import type { World } from '../../engine/world.ts'
import type { Marks } from './scenario.ts'
import type { Outcome, System } from './system.ts'

export interface WorldState {
  readonly world: World
  readonly print: Fingerprint
  /** The step to this state broke something that no later one can mend. */
  readonly isMarked: boolean
}

/** Runs of Worlds up to a moment. */
export class WorldSystem implements System<WorldState> {
  private readonly untilMs: number
  private readonly marks: Marks

  constructor(untilMs: number, marks: Marks = () => false) {
    this.untilMs = untilMs
    this.marks = marks
  }

  stateOf(world: World): WorldState {
    return { world, print: Fingerprint.of(world), isMarked: false }
  }

  steps({ world }: WorldState): readonly string[] {
    return movesOf(world, this.untilMs).map(nameOf)
  }

  hash({ print }: WorldState): Digest {
    return print
  }

  take({ world, print }: WorldState, step: number): readonly Outcome<WorldState>[] {
    const move = movesOf(world, this.untilMs)[step] as Move
    return stepOn(world, this.untilMs, step).map(({ world: next, footprint }) => ({
      state: {
        world: next,
        print: print.after(next, actorOf(move)),
        isMarked: next.store.changesAfter(print.revision).some(this.marks),
      },
      footprint,
    }))
  }
}

/** A World after one step, and what the step used. */
export interface Stepped {
  readonly world: World
  readonly footprint: Footprint
}

/** Every World that one move leads to; none where an earlier move has the same name. */
export function stepOn(world: World, untilMs: number, step: number): readonly Stepped[] {
  const moves = movesOf(world, untilMs)
  const name = nameOf(moves[step] as Move)
  if (moves.slice(0, step).some(other => nameOf(other) === name)) return []
  const stepped: Stepped[] = []
  const first = moves.length === 1 ? [] : [step]
  for (const scripts = [first]; scripts.length > 0; ) {
    const script = scripts.pop() as number[]
    const child = world.fork()
    const footprint = new Footprint()
    child.footprint = footprint
    child.take(script, untilMs)
    child.footprint = undefined
    scripts.push(...otherScripts(world, child, script))
    stepped.push({ world: child, footprint })
  }
  return stepped
}

/** What else could have been chosen within a step, beyond the choices that were given. */
function otherScripts(before: World, after: World, script: readonly number[]): number[][] {
  const choices = after
    .traceFrom(before.traceLength)
    .flatMap(entry => (entry.type === 'choice' ? [entry] : []))
  const taken = choices.map(({ option }) => option)
  return choices.slice(script.length).flatMap(({ count }, index) => {
    const prefix = taken.slice(0, script.length + index)
    return Array.from({ length: count - 1 }, (_, other) => [...prefix, other + 1])
  })
}

/** The moves of a World, the documented one first; none at rest. */
export function movesOf(world: World, untilMs: number): readonly Move[] {
  return world.opening(untilMs)?.moves ?? []
}

/** Whose state a move may change; undefined: anybody's. */
function actorOf(move: Move): number | undefined {
  if ('event' in move) return move.event.actor
  if ('crash' in move) return move.crash
  return 'tickToMs' in move ? -1 : undefined
}

/** The name of a move: the same while only independent ones are taken. */
export function nameOf(move: Move): string {
  if ('strike' in move) return `strike ${move.strike}`
  if ('crash' in move) return `crash ${move.crash} ${move.lag}`
  if ('tickToMs' in move) return `tick ${move.tickToMs}`
  const { actor, payload, atMs } = move.event
  if (payload === deliverPayload) return `deliver ${actor} ${move.position}`
  return `wake ${actor} ${atMs} ${identityText(payload)}`
}
