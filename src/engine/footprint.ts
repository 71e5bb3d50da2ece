// What one step reads and writes, by name of the thing. Two steps that touch nothing of each other
// end in the same state whichever comes first.

import type { KubeObject } from '../kube/object.ts'
import type { Actor } from './actor.ts'
import { comeBackPayload, type Move } from './moves.ts'

export class Footprint {
  /**
   * Of everybody: `Kind/key`, `Kind` (a list), `owned/UID`, `count/NAME`, `log/Kind`, `past/Kind`
   * (its last changes), `outage/NAME`. Of the actor of number N alone: `N:view/Kind`, `N:state` or
   * `N:state/PART`.
   */
  readonly reads = new Set<string>()
  readonly writes = new Set<string>()
  /** Numbers of the actors that act in the step. */
  readonly actors = new Set<number>()
  /** Those of them that begin with nothing: what they were before does not matter. */
  readonly anew = new Set<number>()
  /** Actors of which everything that was planned is forgotten. */
  readonly forgotten = new Set<number>()
  /** It may change places with no other. */
  isFixed = false
  /** It looks at the store from outside, which tells nobody what was read. */
  readsStore = false
  /** It read how things came about, not only how they are. */
  isPathBound = false
  private actor = -1

  /** It is the footprint of this move. */
  take(move: Move): void {
    this.isFixed = !('event' in move) || move.event.payload === comeBackPayload
    this.readsStore = 'strike' in move
  }

  /** From now on it is this actor that reads and writes. */
  begin(number: number, { name, tellsParts }: Actor): void {
    this.actor = number
    this.actors.add(number)
    this.read(`outage/${name}`)
    if (tellsParts !== true) this.writeOwn('state')
  }

  writeObject(
    kind: string,
    key: string,
    before: KubeObject | undefined,
    after: KubeObject | undefined,
  ): void {
    this.writes.add(`${kind}/${key}`)
    // Whoever watches the kind hears of its changes one after the other.
    this.writes.add(`log/${kind}`)
    for (const object of [before, after]) {
      for (const { uid } of object?.metadata.ownerReferences ?? []) this.writes.add(`owned/${uid}`)
    }
  }

  read(thing: string): void {
    this.reads.add(thing)
  }

  write(thing: string): void {
    this.writes.add(thing)
  }

  /** Of what belongs to the actor alone. */
  readOwn(thing: string): void {
    this.reads.add(`${this.actor}:${thing}`)
  }

  writeOwn(thing: string): void {
    this.writes.add(`${this.actor}:${thing}`)
  }

  /** Whether the two can change places. */
  isIndependentOf(other: Footprint): boolean {
    if (this.isFixed || other.isFixed) return false
    return !meets(this.writes, other) && !meets(other.writes, this)
  }
}

/** Whether something written is read or written by the other: itself, or as one of a list. */
function meets(writes: ReadonlySet<string>, { reads, writes: others }: Footprint): boolean {
  for (const thing of writes) {
    if (others.has(thing) || reads.has(thing)) return true
    const slash = thing.indexOf('/')
    if (slash > 0 && reads.has(thing.slice(0, slash))) return true
  }
  return false
}
