// A running generator that can be forked. JavaScript cannot copy a generator, so a process is its
// code, its arguments and the answers so far; a fork feeds the same answers to a fresh generator.

import { assert } from '../base/assert.ts'

export class Process<Step, Result> {
  private readonly code: () => Generator<Step, Result, unknown>
  private readonly answers: unknown[]
  private live: Generator<Step, Result, unknown> | undefined
  private current: IteratorResult<Step, Result> | undefined

  /** `code` starts the generator with its arguments bound; called again for each fork. */
  constructor(code: () => Generator<Step, Result, unknown>, answers: readonly unknown[] = []) {
    this.code = code
    this.answers = [...answers]
  }

  /** The answers so far: with code and arguments they are all there is to it. */
  get given(): readonly unknown[] {
    return this.answers
  }

  fork(): Process<Step, Result> {
    return new Process(this.code, this.answers)
  }

  /** The step that waits for an answer, or the result. */
  peek(): IteratorResult<Step, Result> {
    if (this.current === undefined) this.recreate()
    assert(this.current !== undefined, 'a process has a current step once it has started')
    return this.current
  }

  /** Answers the current step and advances to the next one. */
  answer(value: unknown): IteratorResult<Step, Result> {
    assert(this.peek().done !== true, 'a finished process takes no answer')
    this.answers.push(value)
    assert(this.live !== undefined, 'a process is live once it was looked at')
    this.current = this.live.next(value)
    return this.current
  }

  private recreate(): void {
    this.live = this.code()
    this.current = this.live.next()
    for (const value of this.answers) this.current = this.live.next(value)
  }
}
