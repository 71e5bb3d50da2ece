import { describe, expect, it } from 'vitest'
import { formatDuration, parseDuration } from './duration.ts'
import { formatMicroTime, formatTime, parseTime } from './time.ts'

describe('RFC 3339 times', () => {
  const cases = [
    { name: 'the epoch', text: '1970-01-01T00:00:00Z', ms: 0 },
    { name: 'a leap day', text: '2024-02-29T23:59:59Z', ms: Date.UTC(2024, 1, 29, 23, 59, 59) },
    { name: 'before the epoch', text: '1969-12-31T23:59:58Z', ms: -2000 },
    { name: 'the year 1', text: '0001-01-01T00:00:00Z', ms: -62_135_596_800_000 },
  ]
  for (const { name, text, ms } of cases) {
    it(`reads and writes ${name}`, () => {
      expect(parseTime(text)).toBe(ms)
      expect(formatTime(ms)).toBe(text)
    })
  }

  it('agrees with Date over four hundred years, day by day', () => {
    const wrong: string[] = []
    for (let ms = Date.UTC(1850, 0, 1); ms < Date.UTC(2250, 0, 1); ms += 86_399_123) {
      const text = new Date(ms).toISOString()
      if (parseTime(text) !== ms || formatTime(ms) !== `${text.slice(0, 19)}Z`) wrong.push(text)
    }
    expect(wrong).toEqual([])
  })

  it('reads offsets and fractions, and writes micro times', () => {
    expect(parseTime('2025-01-10T12:00:00.5+01:30')).toBe(Date.UTC(2025, 0, 10, 10, 30, 0, 500))
    expect(formatMicroTime(Date.UTC(2025, 0, 10, 10, 30, 0, 7))).toBe('2025-01-10T10:30:00.007000Z')
  })

  for (const text of ['', '2025-02-29T00:00:00Z', '2025-01-01T24:00:00Z', '2025-01-01 00:00:00Z']) {
    it(`refuses ${JSON.stringify(text)}`, () => expect(parseTime(text)).toBeNaN())
  }
})

describe('Go durations', () => {
  const cases = [
    { ms: 0, text: '0s' },
    { ms: 100, text: '100ms' },
    { ms: 1500, text: '1.5s' },
    { ms: 3_600_000, text: '1h0m0s' },
    { ms: -90_000, text: '-1m30s' },
    { ms: 0.0015, text: '1.5µs' },
  ]
  for (const { ms, text } of cases) {
    it(`reads and writes ${text}`, () => {
      expect(parseDuration(text)).toBe(ms)
      expect(formatDuration(ms)).toBe(text)
    })
  }

  for (const text of ['', '1', 's', '1x', '300y', '10000000h']) {
    it(`refuses ${JSON.stringify(text)}`, () => expect(parseDuration(text)).toBeUndefined())
  }
})
