// What one step reads and writes, by name of the thing. Two steps that touch nothing of each other
// end in the same state whichever comes first.

import type { KubeObject } from '../kube/object.ts'
import type { Actor } from './actor.ts'

export class Footprint {
  /**
   * Of everybody: `Kind/key`, `Kind` (a list), `owned/UID`, `count/NAME`, `log/Kind`. Of the actor
   * alone: `view/Kind`, `state` or `state/PART`.
   */
  readonly reads = new Set<string>()
  readonly writes = new Set<string>()
  /** Who takes the step; undefined where it is nobody's, and then it meets every other. */
  actor: string | undefined
  /** It read how things came about, not only how they are. */
  isPathBound = false

  begin({ name, tellsParts }: Actor): void {
    this.actor = name
    if (tellsParts !== true) this.writes.add('state')
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

  /** Whether the two can change places. */
  isIndependentOf(other: Footprint): boolean {
    if (this.actor === undefined || other.actor === undefined) return false
    const isSame = this.actor === other.actor
    return !meets(this.writes, other, isSame) && !meets(other.writes, this, isSame)
  }
}

/** Whether something written is read or written by the other: itself, or as one of a list. */
function meets(writes: ReadonlySet<string>, other: Footprint, isSame: boolean): boolean {
  for (const thing of writes) {
    if (!isSame && (thing.startsWith('view/') || thing.startsWith('state'))) continue
    if (other.writes.has(thing) || other.reads.has(thing)) return true
    const slash = thing.indexOf('/')
    if (slash > 0 && other.reads.has(thing.slice(0, slash))) return true
  }
  return false
}
