// A mapping whose values are made when they are asked for, such as `hostvars`.

import type { Value } from '../values.ts'

/** What a lazy mapping reads from. */
export interface LazySource {
  /** The name of Python's class, as errors tell it. */
  readonly pythonClass: string
  readonly keys: () => Iterable<Value>
  readonly get: (key: Value) => Value | undefined
  readonly has: (key: Value) => boolean
}

/** A mapping over a source; it cannot be changed. */
export class LazyMapping extends Map<Value, Value> {
  readonly #source: LazySource

  constructor(source: LazySource) {
    super()
    this.#source = source
  }

  get pythonClass(): string {
    return this.#source.pythonClass
  }

  override get(key: Value): Value | undefined {
    return this.#source.get(key)
  }

  override has(key: Value): boolean {
    return this.#source.has(key)
  }

  override get size(): number {
    return [...this.#source.keys()].length
  }

  override *keys(): MapIterator<Value> {
    yield* this.#source.keys()
  }

  override *values(): MapIterator<Value> {
    for (const key of this.#source.keys()) yield this.#source.get(key) ?? null
  }

  override *entries(): MapIterator<[Value, Value]> {
    for (const key of this.#source.keys()) yield [key, this.#source.get(key) ?? null]
  }

  override [Symbol.iterator](): MapIterator<[Value, Value]> {
    return this.entries()
  }

  override forEach(run: (value: Value, key: Value, map: Map<Value, Value>) => void): void {
    for (const [key, value] of this.entries()) run(value, key, this)
  }
}
