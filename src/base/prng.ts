// Counter-based random integers: a draw is a pure function of seed, stream and counter, so a fork
// copies one number and a new draw in one stream shifts no other. Mixer: splitmix32 finaliser.

import { assert } from './assert.ts'
import { fnv1a32 } from './hash.ts'

/** An unsigned 32-bit integer for draw number `counter` of the named stream. */
export function draw(seed: number, stream: string, counter: number): number {
  let state = (seed ^ fnv1a32(stream)) + Math.imul(counter + 1, 0x9e3779b9)
  state = Math.imul(state ^ (state >>> 16), 0x21f0aaad)
  state = Math.imul(state ^ (state >>> 15), 0x735a2d97)
  return (state ^ (state >>> 15)) >>> 0
}

/** The draw reduced to 0..bound-1. */
export function drawBelow(bound: number, seed: number, stream: string, counter: number): number {
  assert(bound > 0, 'a draw needs at least one possible value')
  return draw(seed, stream, counter) % bound
}
