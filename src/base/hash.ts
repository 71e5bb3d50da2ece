// Stable hashes: equal text gives equal bits on every machine and Node version.

/** 32-bit FNV-1a over UTF-16 code units, as an unsigned integer. */
export function fnv1a32(text: string): number {
  let hash = 0x811c9dc5
  for (let index = 0; index < text.length; index += 1) {
    hash = Math.imul(hash ^ text.charCodeAt(index), 0x01000193)
  }
  return hash >>> 0
}

/** Two 32-bit lanes that absorb text one piece at a time. */
export interface Digest {
  readonly high: number
  readonly low: number
}

export const emptyDigest: Digest = { high: 0x811c9dc5 | 0, low: 0x9e3779b9 | 0 }

/** The digest after also absorbing `text`; pieces are separated, so ab+c differs from a+bc. */
export function absorb(digest: Digest, text: string): Digest {
  let { high, low } = digest
  for (let index = 0; index < text.length; index += 1) {
    const unit = text.charCodeAt(index)
    high = Math.imul(high ^ unit, 0x01000193)
    low = Math.imul(low ^ unit, 0x85ebca6b)
    low ^= low >>> 13
  }
  return { high: Math.imul(high ^ 0x10001, 0x01000193), low: Math.imul(low ^ 0x10001, 0xc2b2ae35) }
}

/** Sixteen hexadecimal digits. */
export function digestText(digest: Digest): string {
  const hex = (lane: number): string => (lane >>> 0).toString(16).padStart(8, '0')
  return hex(digest.high) + hex(digest.low)
}
