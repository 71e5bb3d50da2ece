// Random suffixes of generated names. Upstream: apimachinery pkg/util/rand/rand.go and apiserver
// pkg/storage/names/generate.go, v0.36.3.

import { safeAlphabet } from '../kube/safe-alphabet.ts'

const suffixLength = 5
/** What is kept of the base of a generated name. */
export const baseLengthMax = 63 - suffixLength

/** Five characters without vowels, so that no word comes about. */
export function randomSuffix(randomBelow: (bound: number) => number): string {
  let suffix = ''
  for (let index = 0; index < suffixLength; index += 1) {
    suffix += safeAlphabet[randomBelow(safeAlphabet.length)]
  }
  return suffix
}

/** `base` cut to 58 characters, followed by a random suffix. */
export function generateName(base: string, randomBelow: (bound: number) => number): string {
  return base.slice(0, baseLengthMax) + randomSuffix(randomBelow)
}
