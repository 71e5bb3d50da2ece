// The letters and digits of generated names and hashes: no vowels, so that no word comes about.
// Upstream: apimachinery pkg/util/rand/rand.go, v0.36.3.

export const safeAlphabet = 'bcdfghjklmnpqrstvwxz2456789'
