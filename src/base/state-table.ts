// States that were seen, by a hash of 64 bits: an open-addressed table of pairs of words. At most
// half of it is full, so a state takes 16 bytes, or 32 right after it has grown. Two states of
// equal hash are taken for one: among n states the odds are about n² / 2^65.

const startSlots = 1 << 12

export class StateTable {
  private words = new Uint32Array(2 * startSlots)
  private count = 0

  get size(): number {
    return this.count
  }

  /** Bytes that the table takes. */
  get bytes(): number {
    return this.words.byteLength
  }

  /** Whether the state was not there before; it is from now on. */
  add(high: number, low: number): boolean {
    const [first, second] = nonZero(high, low)
    const at = slotOf(this.words, first, second)
    if (this.words[at] === first && this.words[at + 1] === second) return false
    this.words[at] = first
    this.words[at + 1] = second
    this.count += 1
    if (this.count * 4 > this.words.length) this.grow()
    return true
  }

  private grow(): void {
    const { words } = this
    const larger = new Uint32Array(2 * words.length)
    for (let from = 0; from < words.length; from += 2) {
      const [first, second] = [words[from] as number, words[from + 1] as number]
      if (first === 0 && second === 0) continue
      const at = slotOf(larger, first, second)
      larger[at] = first
      larger[at + 1] = second
    }
    this.words = larger
  }
}

/** An empty slot is two zeros, so that no state may be. */
function nonZero(high: number, low: number): readonly [number, number] {
  const [first, second] = [high >>> 0, low >>> 0]
  return first === 0 && second === 0 ? [0, 1] : [first, second]
}

/** Where the pair is, or where it would go. */
function slotOf(words: Uint32Array, first: number, second: number): number {
  const mask = words.length - 1
  let at = (Math.imul(first ^ (second >>> 7), 0x9e3779b1) << 1) & mask
  for (;;) {
    const [high, low] = [words[at], words[at + 1]]
    if ((high === 0 && low === 0) || (high === first && low === second)) return at
    at = (at + 2) & mask
  }
}
