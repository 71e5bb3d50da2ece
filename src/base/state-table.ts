// States that were seen, by a hash of 64 bits, each with a number that its visitor notes: an
// open-addressed table of three words a slot. At most three quarters of it are full, so a state
// takes 16 bytes, or 32 right after it has grown. Two states of equal hash are taken for one: among
// n states the odds are about n² / 2^65.

const startSlots = 1 << 12
const wordsPerSlot = 3

export class StateTable {
  private words = new Uint32Array(wordsPerSlot * startSlots)
  private count = 0

  get size(): number {
    return this.count
  }

  /** Bytes that the table takes. */
  get bytes(): number {
    return this.words.byteLength
  }

  /** Bytes that it takes once one more state was added. */
  get bytesNext(): number {
    return this.isFull ? 2 * this.bytes : this.bytes
  }

  /** Whether the state was not there before; it is from now on, with 0 noted. */
  add(high: number, low: number): boolean {
    let at = slotOf(this.words, high >>> 0, low >>> 0)
    if (this.words[at + 2] !== 0) return false
    if (this.isFull) {
      this.grow()
      at = slotOf(this.words, high >>> 0, low >>> 0)
    }
    this.words[at] = high
    this.words[at + 1] = low
    this.words[at + 2] = 1
    this.count += 1
    return true
  }

  private get isFull(): boolean {
    return this.count * wordsPerSlot * 4 >= this.words.length * 3
  }

  /** What is noted of a state that is there. */
  noteOf(high: number, low: number): number {
    return (this.words[slotOf(this.words, high >>> 0, low >>> 0) + 2] as number) - 1
  }

  /** Notes a number below 2^32 - 1 of a state that is there. */
  note(high: number, low: number, value: number): void {
    this.words[slotOf(this.words, high >>> 0, low >>> 0) + 2] = value + 1
  }

  private grow(): void {
    const { words } = this
    const larger = new Uint32Array(2 * words.length)
    for (let from = 0; from < words.length; from += wordsPerSlot) {
      if (words[from + 2] === 0) continue
      const at = slotOf(larger, words[from] as number, words[from + 1] as number)
      for (let word = 0; word < wordsPerSlot; word += 1) {
        larger[at + word] = words[from + word] as number
      }
    }
    this.words = larger
  }
}

/** Where the pair is, or where it would go: the third word of an empty slot is zero. */
function slotOf(words: Uint32Array, first: number, second: number): number {
  const slots = words.length / wordsPerSlot
  let slot = (Math.imul(first ^ (second >>> 7), 0x9e3779b1) >>> 1) & (slots - 1)
  for (;;) {
    const at = slot * wordsPerSlot
    if (words[at + 2] === 0 || (words[at] === first && words[at + 1] === second)) return at
    slot = (slot + 1) & (slots - 1)
  }
}
