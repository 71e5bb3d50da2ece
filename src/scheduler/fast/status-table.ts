// Statuses as small numbers, so that a column can hold one per node and text is made only when
// somebody reads it.

import { assert } from '../../base/assert.ts'
import type { Status } from '../status.ts'

/** Columns hold codes as 15 bits. */
const codesMax = 32_000

/** Code 0 is success; every other distinct (plugin, code, reasons) has its own number. */
export class StatusTable {
  private readonly statuses: (Status | undefined)[] = [undefined]
  private readonly byObject = new WeakMap<Status, number>()
  private readonly byText = new Map<string, number>()

  codeOf(status: Status): number {
    if (status.code === 'Success') return 0
    let code = this.byObject.get(status)
    if (code === undefined) {
      code = this.codeOfText(status)
      this.byObject.set(status, code)
    }
    return code
  }

  status(code: number): Status {
    const status = this.statuses[code]
    assert(status !== undefined, 'a code is one that the table gave out')
    return status
  }

  /** Whether so many texts were met that the table should be made anew. */
  get isFull(): boolean {
    return this.statuses.length >= codesMax
  }

  private codeOfText(status: Status): number {
    const text = `${status.plugin}\0${status.code}\0${status.reasons.join('\0')}`
    let code = this.byText.get(text)
    if (code === undefined) {
      code = this.statuses.length
      this.statuses.push(status)
      this.byText.set(text, code)
    }
    return code
  }
}
