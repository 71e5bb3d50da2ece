// The names that a template itself defines, by block; what a compiled node is.

import type { Value } from '../values.ts'
import type { Context } from './context.ts'

/** Values that `set`, `for`, macros and `with` define; inner frames see the outer ones. */
export class Frame {
  readonly context: Context
  readonly #parent: Frame | undefined
  readonly #values = new Map<string, Value>()

  constructor(context: Context, parent?: Frame) {
    this.context = context
    this.#parent = parent
  }

  get(name: string): Value | undefined {
    const own = this.#values.get(name)
    if (own !== undefined || this.#parent === undefined) return own
    return this.#parent.get(name)
  }

  set(name: string, value: Value): void {
    this.#values.set(name, value)
  }

  /** Keeps the value of a variable for the rest of the template, which may change it in place. */
  keep(name: string, value: Value): void {
    if (this.#parent === undefined) this.#values.set(name, value)
    else this.#parent.keep(name, value)
  }

  child(): Frame {
    return new Frame(this.context, this)
  }
}

/** A compiled expression. */
export type Node = (frame: Frame) => Value

/** A compiled statement: adds what it prints to `out`. */
export type Step = (frame: Frame, out: Value[]) => void
