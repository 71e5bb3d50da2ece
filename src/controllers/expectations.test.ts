// What a controller awaits, and when it stops waiting.

import { describe, expect, it } from 'vitest'
import {
  type Expectations,
  expectationsKey,
  expectCreations,
  expectDeletions,
  observeCreation,
  observeDeletion,
  satisfied,
} from './expectations.ts'
import { FakeCluster } from './testing.ts'

function memoryWith(expectations: Expectations) {
  const memory = new FakeCluster().memory('any')
  memory.set(expectationsKey('k'), expectations)
  return { memory, now: () => memory.get<Expectations>(expectationsKey('k')) }
}

describe('expectations', () => {
  it.each([
    { name: 'none were ever set', given: undefined, nowMs: 0, want: true },
    { name: 'a pod is awaited', given: expectCreations(1, 0), nowMs: 1, want: false },
    { name: 'a deletion is awaited', given: expectDeletions(['p'], 0), nowMs: 1, want: false },
    { name: 'five minutes passed', given: expectCreations(1, 0), nowMs: 300_000, want: false },
    { name: 'more than that', given: expectCreations(1, 0), nowMs: 300_001, want: true },
    { name: 'nothing was asked for', given: expectCreations(0, 0), nowMs: 1, want: true },
  ])('are met or not when $name', ({ given, nowMs, want }) => {
    expect(satisfied(given, nowMs)).toBe(want)
  })

  it('are met when every creation was seen', () => {
    const { memory, now } = memoryWith(expectCreations(2, 0))
    observeCreation(memory, 'k')
    expect(satisfied(now(), 1)).toBe(false)
    observeCreation(memory, 'k')
    expect(satisfied(now(), 1)).toBe(true)
  })

  it('count the mark and the removal of one pod once', () => {
    const { memory, now } = memoryWith(expectDeletions(['n/a', 'n/b'], 0))
    observeDeletion(memory, 'k', 'n/a')
    observeDeletion(memory, 'k', 'n/a')
    observeDeletion(memory, 'k', 'n/other')
    expect(satisfied(now(), 1)).toBe(false)
    observeDeletion(memory, 'k', 'n/b')
    expect(satisfied(now(), 1)).toBe(true)
  })
})
