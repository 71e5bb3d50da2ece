// The path from a variable to a part of it, as estimates look up sizes by it.

/**
 * A path that is extended as a Go slice is: as long as there is room, extending one path a second
 * time overwrites what the first extension added. Upstream's estimates depend on it: in
 * `self.a.all(x, x.b.all(y, y > x.c))` the size of `x.b` is asked for after `x.c` was seen, and is
 * that of `x.c`. Upstream: cel-go v0.26.0 checker/cost.go, addPath.
 */
export class Path {
  static readonly empty: Path = new Path([], 0, 0)

  private readonly room: string[]
  private readonly length: number
  private readonly capacity: number

  private constructor(room: string[], length: number, capacity: number) {
    this.room = room
    this.length = length
    this.capacity = capacity
  }

  with(step: string): Path {
    const { room, length, capacity } = this
    if (length < capacity) {
      room[length] = step
      return new Path(room, length + 1, capacity)
    }
    return new Path([...room.slice(0, length), step], length + 1, Math.max(1, 2 * capacity))
  }

  /** The same path with one step more, in room of its own. */
  copiedWith(step: string): Path {
    const steps = [...this.steps(), step]
    return new Path(steps, steps.length, steps.length)
  }

  steps(): readonly string[] {
    return this.room.slice(0, this.length)
  }
}
