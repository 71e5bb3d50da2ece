// Python's `random.Random(seed)`: Mersenne Twister, seeded by a text or an integer. Port of
// CPython 3.11 Lib/random.py and Modules/_randommodule.c.

import { createHash } from 'node:crypto'

const size = 624
const middle = 397

/** A stream of random numbers, the same for the same seed on every machine. */
export class PythonRandom {
  readonly #state = new Uint32Array(size)
  #index = size

  /** A text, or an integer of any size. */
  constructor(seed: string | bigint) {
    this.#seedArray(words(typeof seed === 'string' ? textSeed(seed) : seed))
  }

  #seedOne(seed: number): void {
    const state = this.#state
    state[0] = seed
    for (let at = 1; at < size; at++) {
      const before = state[at - 1] as number
      state[at] = Math.imul(1812433253, before ^ (before >>> 30)) + at
    }
  }

  #seedArray(key: readonly number[]): void {
    const state = this.#state
    this.#seedOne(19650218)
    let at = 1
    let from = 0
    const mix = (factor: number, add: number): void => {
      const before = state[at - 1] as number
      state[at] = ((state[at] as number) ^ Math.imul(before ^ (before >>> 30), factor)) + add
      at += 1
      if (at >= size) {
        state[0] = state[size - 1] as number
        at = 1
      }
    }
    for (let count = Math.max(size, key.length); count > 0; count--) {
      mix(1664525, (key[from] as number) + from)
      from = (from + 1) % key.length
    }
    for (let count = size - 1; count > 0; count--) mix(1566083941, -at)
    state[0] = 0x80000000
  }

  #next(): number {
    const state = this.#state
    if (this.#index >= size) this.#generate()
    let value = state[this.#index++] as number
    value ^= value >>> 11
    value ^= (value << 7) & 0x9d2c5680
    value ^= (value << 15) & 0xefc60000
    return (value ^ (value >>> 18)) >>> 0
  }

  #generate(): void {
    const state = this.#state
    for (let at = 0; at < size; at++) {
      const value =
        ((state[at] as number) & 0x80000000) | ((state[(at + 1) % size] as number) & 0x7fffffff)
      const twist = value & 1 ? 0x9908b0df : 0
      state[at] = (state[(at + middle) % size] as number) ^ (value >>> 1) ^ twist
    }
    this.#index = 0
  }

  #bits(count: number): bigint {
    let result = 0n
    let shift = 0n
    for (let left = count; left > 0; left -= 32) {
      const word = left < 32 ? this.#next() >>> (32 - left) : this.#next()
      result |= BigInt(word) << shift
      shift += 32n
    }
    return result
  }

  /** An integer from 0 to `limit`, without it. */
  below(limit: bigint): bigint {
    const count = limit.toString(2).length
    let value = this.#bits(count)
    while (value >= limit) value = this.#bits(count)
    return value
  }

  /** The items in a random order. */
  shuffled<T>(items: readonly T[]): T[] {
    const result = [...items]
    for (let at = result.length - 1; at > 0; at--) {
      const other = Number(this.below(BigInt(at + 1)))
      const item = result[at] as T
      result[at] = result[other] as T
      result[other] = item
    }
    return result
  }
}

function textSeed(text: string): bigint {
  const bytes = Buffer.from(text, 'utf8')
  const all = Buffer.concat([bytes, createHash('sha512').update(bytes).digest()])
  return BigInt(`0x${all.toString('hex')}`)
}

function words(seed: bigint): number[] {
  let rest = seed < 0n ? -seed : seed
  const result: number[] = []
  while (rest > 0n) {
    result.push(Number(rest & 0xffffffffn))
    rest >>= 32n
  }
  return result.length === 0 ? [0] : result
}
