// Offsets of named time zones from 1970 on; before, the offset of 1970 is taken.
// Upstream: Go 1.26 time.LoadLocation, with the IANA database.

import { lookup, timeZoneOf } from '../cron/time-zone.ts'
import { goQuote } from '../go-text.ts'
import { CelError } from './values.ts'

/** Seconds east of UTC at a moment; undefined when there is no such zone. */
function namedOffset(name: string, seconds: number): number | undefined {
  const zone = timeZoneOf(name)
  return zone && lookup(zone, seconds).offset
}

/** Seconds east of UTC at a moment in a zone: a name, `UTC`, or `+09:00`. */
export function zoneOffset(zone: string, seconds: number): number | CelError {
  const colon = zone.indexOf(':')
  if (colon >= 0) return fixedOffset(zone.slice(0, colon), zone.slice(colon + 1))
  return namedOffset(zone, seconds) ?? new CelError(`unknown time zone ${zone}`)
}

function fixedOffset(hourText: string, minuteText: string): number | CelError {
  for (const text of [hourText, minuteText]) {
    if (!/^[+-]?[0-9]+$/.test(text)) {
      return new CelError(`strconv.Atoi: parsing ${goQuote(text)}: invalid syntax`)
    }
  }
  const [hour, minute] = [Number(hourText), Number(minuteText)]
  return (hourText.startsWith('-') ? hour * 60 - minute : hour * 60 + minute) * 60
}
