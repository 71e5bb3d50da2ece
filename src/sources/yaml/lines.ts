// From an offset in a text to its line and column, both counted from 1.

/** Starts of lines of one text, computed when the first position is asked for. */
export class LineTable {
  readonly #text: string
  #starts: Int32Array | undefined

  constructor(text: string) {
    this.#text = text
  }

  /** The line and column of `offset`. */
  at(offset: number): { readonly line: number; readonly column: number } {
    const starts = this.#lineStarts()
    let low = 0
    let high = starts.length - 1
    while (low < high) {
      const middle = (low + high + 1) >> 1
      if ((starts[middle] ?? 0) <= offset) low = middle
      else high = middle - 1
    }
    return { line: low + 1, column: offset - (starts[low] ?? 0) + 1 }
  }

  /** The text of a line without its end, or undefined beyond the last one. */
  text(line: number): string | undefined {
    const starts = this.#lineStarts()
    const start = starts[line - 1]
    if (start === undefined) return undefined
    const end = starts[line] ?? this.#text.length + 1
    return this.#text.slice(start, end - 1).replace(/\r$/, '')
  }

  get count(): number {
    return this.#lineStarts().length
  }

  #lineStarts(): Int32Array {
    if (this.#starts !== undefined) return this.#starts
    const starts = [0]
    for (let at = this.#text.indexOf('\n'); at >= 0; at = this.#text.indexOf('\n', at + 1)) {
      starts.push(at + 1)
    }
    this.#starts = Int32Array.from(starts)
    return this.#starts
  }
}
