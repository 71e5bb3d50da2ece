import { describe, expect, it } from 'vitest'
import { formatTime, parseTime } from '../time.ts'
import { nextTime } from './next.ts'
import { parseSchedule } from './parse.ts'
import { civilOf, lookup, secondsOf, timeZoneOf } from './time-zone.ts'

function times(text: string, from: string, count: number): readonly string[] {
  const parsed = parseSchedule(text)
  if (!parsed.ok) throw new Error(parsed.error)
  const found: string[] = []
  let at = parseTime(from)
  for (let each = 0; each < count; each += 1) {
    const next = nextTime(parsed.schedule, at)
    if (typeof next !== 'number') return [...found, next]
    found.push(formatTime(next))
    at = next
  }
  return found
}

describe('next time', () => {
  it('is the next quarter of an hour', () => {
    expect(times('*/15 9 * * 1-5', '2026-01-02T09:40:00Z', 2)).toEqual([
      '2026-01-02T09:45:00Z',
      '2026-01-05T09:00:00Z',
    ])
  })

  it('takes either day field when both are restricted', () => {
    expect(times('0 0 13 * 5', '2026-02-10T00:00:00Z', 3)).toEqual([
      '2026-02-13T00:00:00Z',
      '2026-02-20T00:00:00Z',
      '2026-02-27T00:00:00Z',
    ])
  })

  it('follows the clocks of a time zone into summer time', () => {
    expect(times('TZ=Europe/Berlin 30 6 * * *', '2026-03-28T00:00:00Z', 2)).toEqual([
      '2026-03-28T05:30:00Z',
      '2026-03-29T04:30:00Z',
    ])
  })

  it('gives up on a day that never comes', () => {
    expect(times('0 0 31 2 *', '2026-01-01T00:00:00Z', 1)).toEqual(['never'])
  })

  it('says where the search of upstream does not end', () => {
    expect(times('TZ=Pacific/Apia 0 5 31 12 *', '2011-12-29T12:00:00Z', 1)).toEqual(['hangs'])
  })

  it('repeats after a duration, on whole seconds', () => {
    expect(times('@every 90.5s', '2026-01-01T00:00:00.700Z', 1)).toEqual(['2026-01-01T00:01:30Z'])
  })
})

const errors = [
  { given: '* * * *', want: 'expected exactly 5 fields, found 4: [* * * *]' },
  { given: '60 * * * *', want: 'end of range (60) above maximum (59): 60' },
  { given: '@reboot', want: 'unrecognized descriptor: @reboot' },
  { given: '@every x', want: 'failed to parse duration @every x: time: invalid duration "x"' },
  {
    given: 'TZ=Nope/Zone * * * * *',
    want: 'provided bad location Nope/Zone: unknown time zone Nope/Zone',
  },
]

it.each(errors)('refuses $given', ({ given, want }) => {
  expect(parseSchedule(given)).toMatchObject({ ok: false, error: want })
})

describe('time zones', () => {
  const offsets = [
    { name: 'Asia/Kolkata', at: '2026-07-01T00:00:00Z', hours: 5.5 },
    { name: 'America/New_York', at: '2050-07-01T00:00:00Z', hours: -4 },
    { name: 'America/New_York', at: '2050-12-01T00:00:00Z', hours: -5 },
    { name: 'Australia/Sydney', at: '2050-12-01T00:00:00Z', hours: 11 },
    { name: 'Etc/GMT+3', at: '2026-01-01T00:00:00Z', hours: -3 },
  ]

  it.each(offsets)('$name is $hours h from UTC at $at', ({ name, at, hours }) => {
    const zone = timeZoneOf(name)
    expect(zone && lookup(zone, parseTime(at) / 1000).offset).toBe(hours * 3600)
  })

  it('reads a wall clock back to the same second', () => {
    const zone = timeZoneOf('America/St_Johns')
    expect(zone).toBeDefined()
    if (zone === undefined) return
    for (let seconds = 1_700_000_000; seconds < 1_800_000_000; seconds += 999_983) {
      expect(secondsOf(zone, civilOf(zone, seconds))).toBe(seconds)
    }
  })

  it('knows no zone of another name', () => {
    expect(timeZoneOf('Europe/Seatrial')).toBeUndefined()
  })
})
