// SHA-256 (FIPS 180-4) of short texts, for the object names that Kubernetes derives with it.
// WebCrypto answers asynchronously and node:crypto is not in browsers.

const wordsOfBlock = 16
const rounds = 64

/** The first `count` primes: their roots are the constants of the algorithm. */
function primes(count: number): readonly number[] {
  const found: number[] = []
  for (let n = 2; found.length < count; n += 1) {
    if (found.every(prime => n % prime !== 0)) found.push(n)
  }
  return found
}

/** The first 32 bits of the fractional part. */
function fraction(value: number): number {
  return ((value - Math.floor(value)) * 2 ** 32) | 0
}

const constants = primes(rounds).map(prime => fraction(Math.cbrt(prime)))
const initial = primes(8).map(prime => fraction(Math.sqrt(prime)))

/** The digest of the text in UTF-8, as 64 hexadecimal digits. */
export function sha256(text: string): string {
  const words = padded(utf8(text))
  const state = [...initial]
  for (let start = 0; start < words.length; start += wordsOfBlock) {
    absorbBlock(state, words.subarray(start, start + wordsOfBlock))
  }
  return state.map(word => (word >>> 0).toString(16).padStart(8, '0')).join('')
}

/** TextEncoder is no part of the language. */
function utf8(text: string): readonly number[] {
  const pieces = encodeURIComponent(text).match(/%..|./g) ?? []
  return pieces.map(piece =>
    piece.length === 3 ? Number.parseInt(piece.slice(1), 16) : piece.charCodeAt(0),
  )
}

/** The message, a single 1 bit, zeros and the length in bits, as big-endian words. */
function padded(bytes: readonly number[]): Int32Array {
  const blocks = Math.ceil((bytes.length + 9) / 64)
  const words = new Int32Array(blocks * wordsOfBlock)
  const put = (byte: number, at: number): void => {
    words[at >> 2] = (words[at >> 2] as number) | (byte << (24 - (at & 3) * 8))
  }
  bytes.forEach(put)
  put(0x80, bytes.length)
  words[words.length - 1] = bytes.length * 8
  return words
}

function rotated(word: number, bits: number): number {
  return (word >>> bits) | (word << (32 - bits))
}

function absorbBlock(state: number[], block: Int32Array): void {
  const w = schedule(block)
  let [a, b, c, d, e, f, g, h] = state as [
    number,
    number,
    number,
    number,
    number,
    number,
    number,
    number,
  ]
  for (let index = 0; index < rounds; index += 1) {
    const mixedE = rotated(e, 6) ^ rotated(e, 11) ^ rotated(e, 25)
    const chosen = (e & f) ^ (~e & g)
    const first = (h + mixedE + chosen + (constants[index] as number) + (w[index] as number)) | 0
    const mixedA = rotated(a, 2) ^ rotated(a, 13) ^ rotated(a, 22)
    const second = (mixedA + ((a & b) ^ (a & c) ^ (b & c))) | 0
    ;[h, g, f, e, d, c, b, a] = [g, f, e, (d + first) | 0, c, b, a, (first + second) | 0]
  }
  const added = [a, b, c, d, e, f, g, h]
  for (let index = 0; index < state.length; index += 1) {
    state[index] = ((state[index] as number) + (added[index] as number)) | 0
  }
}

/** The words of all rounds, made from those of a block. */
function schedule(block: Int32Array): Int32Array {
  const w = new Int32Array(rounds)
  w.set(block)
  for (let index = wordsOfBlock; index < rounds; index += 1) {
    const x = w[index - 15] as number
    const y = w[index - 2] as number
    const small = rotated(x, 7) ^ rotated(x, 18) ^ (x >>> 3)
    const large = rotated(y, 17) ^ rotated(y, 19) ^ (y >>> 10)
    w[index] = (w[index - 16] as number) + small + (w[index - 7] as number) + large
  }
  return w
}
