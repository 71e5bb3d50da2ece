// Which nodes of a scheduler cache changed, followable across forks. A reader that has caught up
// with one fork reaches another by looking again at the nodes named between the two and where they
// parted: what a node is now, its cache says.

const lengthMin = 1024
const depthMax = 64

export class CacheLog {
  readonly names: string[] = []
  readonly parent: CacheLog | undefined
  /** How much of the parent's log came before this one. */
  readonly parentLength: number
  readonly depth: number

  constructor(parent?: CacheLog, parentLength = 0) {
    this.parent = parent
    this.parentLength = parentLength
    this.depth = parent === undefined ? 0 : parent.depth + 1
  }

  /** The log of a fork. Long lines of ancestors are cut: a reader then compares all nodes. */
  fork(): CacheLog {
    if (this.names.length === 0 && this.parent !== undefined) {
      return new CacheLog(this.parent, this.parentLength)
    }
    return this.depth >= depthMax ? new CacheLog() : new CacheLog(this, this.names.length)
  }

  /** This log, or an empty one when it became longer than comparing all nodes takes. */
  trimmed(lengthMax: number): CacheLog {
    return this.names.length <= Math.max(lengthMin, lengthMax) ? this : new CacheLog()
  }
}

/** How far a reader has come in a log. */
export interface LogPlace {
  readonly log: CacheLog
  readonly length: number
}

/** Calls `visit` for nodes that may differ between two places; false without a common past. */
export function visitBetween(from: LogPlace, to: LogPlace, visit: (name: string) => void): boolean {
  const steps: (readonly [CacheLog, number, number])[] = []
  let here = from
  let there = to
  while (here.log !== there.log) {
    const deeper = here.log.depth >= there.log.depth ? here : there
    const { parent, parentLength } = deeper.log
    if (parent === undefined) return false
    steps.push([deeper.log, 0, deeper.length])
    const above = { log: parent, length: parentLength }
    if (deeper === here) here = above
    else there = above
  }
  const [start, end] = [here.length, there.length].sort((a, b) => a - b) as [number, number]
  steps.push([here.log, start, end])
  for (const [log, first, last] of steps) {
    for (let index = first; index < last; index += 1) visit(log.names[index] as string)
  }
  return true
}
