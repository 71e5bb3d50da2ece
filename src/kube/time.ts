// RFC 3339 times as milliseconds since 1970 without Date. Upstream: apimachinery
// pkg/apis/meta/v1/time.go and micro_time.go, v0.36.3; Go time.Parse with the RFC3339 layout.

const msPerDay = 86_400_000

/** Days since 1970-01-01 in the proleptic Gregorian calendar; `month` counts from 1. */
export function daysFromCivil(year: number, month: number, day: number): number {
  const shifted = month <= 2 ? year - 1 : year
  const era = Math.floor(shifted / 400)
  const yearOfEra = shifted - era * 400
  const dayOfYear = Math.floor((153 * (month + (month > 2 ? -3 : 9)) + 2) / 5) + day - 1
  const dayOfEra =
    yearOfEra * 365 + Math.floor(yearOfEra / 4) - Math.floor(yearOfEra / 100) + dayOfYear
  return era * 146_097 + dayOfEra - 719_468
}

/** The day of the Gregorian calendar that is `days` after 1970-01-01; `month` counts from 1. */
export function civilFromDays(days: number): { year: number; month: number; day: number } {
  const shifted = days + 719_468
  const era = Math.floor(shifted / 146_097)
  const dayOfEra = shifted - era * 146_097
  const yearOfEra = Math.floor(
    (dayOfEra -
      Math.floor(dayOfEra / 1460) +
      Math.floor(dayOfEra / 36_524) -
      Math.floor(dayOfEra / 146_096)) /
      365,
  )
  const dayOfYear =
    dayOfEra - (365 * yearOfEra + Math.floor(yearOfEra / 4) - Math.floor(yearOfEra / 100))
  const shiftedMonth = Math.floor((5 * dayOfYear + 2) / 153)
  const month = shiftedMonth + (shiftedMonth < 10 ? 3 : -9)
  const day = dayOfYear - Math.floor((153 * shiftedMonth + 2) / 5) + 1
  return { year: yearOfEra + era * 400 + (month <= 2 ? 1 : 0), month, day }
}

/** Days of a month; `month` counts from 1. */
export function daysInMonth(year: number, month: number): number {
  if (month === 2) return year % 4 === 0 && (year % 100 !== 0 || year % 400 === 0) ? 29 : 28
  return month === 4 || month === 6 || month === 9 || month === 11 ? 30 : 31
}

const pattern =
  /^(\d{4})-(\d\d)-(\d\d)T(\d\d):(\d\d):(\d\d)(?:[.,](\d+))?(?:Z|([+-])(\d\d):(\d\d))$/

/** Milliseconds since 1970 of an RFC 3339 text, fractions below one cut off; NaN when invalid. */
export function parseTime(text: string): number {
  const parts = pattern.exec(text)
  if (parts === null) return Number.NaN
  const [year, month, day] = [Number(parts[1]), Number(parts[2]), Number(parts[3])]
  const [hour, minute, second] = [Number(parts[4]), Number(parts[5]), Number(parts[6])]
  if (month < 1 || month > 12 || day < 1 || day > daysInMonth(year, month)) return Number.NaN
  if (hour > 23 || minute > 59 || second > 59) return Number.NaN
  const fraction = parts[7] === undefined ? 0 : Number(`${parts[7]}000`.slice(0, 3))
  const offset = parts[8] === undefined ? 0 : Number(parts[9]) * 60 + Number(parts[10])
  const east = parts[8] === '-' ? -offset : offset
  const minutes = hour * 60 + minute - east
  return daysFromCivil(year, month, day) * msPerDay + minutes * 60_000 + second * 1000 + fraction
}

function two(number: number): string {
  return number < 10 ? `0${number}` : String(number)
}

let lastDays = Number.NaN
let lastDate = ''

function dateText(days: number): string {
  if (days !== lastDays) {
    const { year, month, day } = civilFromDays(days)
    lastDate = `${String(year).padStart(4, '0')}-${two(month)}-${two(day)}T`
    lastDays = days
  }
  return lastDate
}

let lastSecond = Number.NaN
let lastText = ''

/** Writes of one moment carry the same time: the text of the last second is kept. */
function secondsText(ms: number): string {
  const second = Math.floor(ms / 1000)
  if (second !== lastSecond) {
    lastText = textOfSecond(ms)
    lastSecond = second
  }
  return lastText
}

function textOfSecond(ms: number): string {
  const days = Math.floor(ms / msPerDay)
  const seconds = Math.floor((ms - days * msPerDay) / 1000)
  const minutes = Math.floor(seconds / 60)
  return `${dateText(days)}${two(Math.floor(minutes / 60))}:${two(minutes % 60)}:${two(seconds % 60)}`
}

/** `2025-01-10T12:00:00Z`: UTC and whole seconds, as metav1.Time is written. */
export function formatTime(ms: number): string {
  return `${secondsText(ms)}Z`
}

/** `2025-01-10T12:00:00.123000Z`: as metav1.MicroTime is written. */
export function formatMicroTime(ms: number): string {
  const fraction = Math.floor(ms) - Math.floor(ms / 1000) * 1000
  return `${secondsText(ms)}.${String(fraction).padStart(3, '0')}000Z`
}
