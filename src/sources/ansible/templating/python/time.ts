// `strptime` and `strftime` for the directives that do not depend on a locale.

import { Moment } from '../../values.ts'

const fields: Readonly<Record<string, string>> = {
  Y: '\\d{4}',
  m: '\\d{1,2}',
  d: '\\d{1,2}',
  H: '\\d{1,2}',
  M: '\\d{1,2}',
  S: '\\d{1,2}',
  f: '\\d{1,6}',
}

/** The moment that a text says in a format, or undefined. */
export function readMoment(text: string, format: string): Moment | undefined {
  const names: string[] = []
  const pattern = format.replace(/%([a-zA-Z%])|[\\^$.*+?()[\]{}|]|\s+/g, (whole, name?: string) => {
    if (name === '%') return '%'
    if (name === undefined) return /\s/.test(whole) ? '\\s+' : `\\${whole}`
    names.push(name)
    return `(${fields[name] ?? '(?!)'})`
  })
  const match = new RegExp(`^${pattern}$`).exec(text)
  if (match === null) return undefined
  const value = (name: string, fallback: string): string => {
    const at = names.indexOf(name)
    return at < 0 ? fallback : (match[at + 1] ?? fallback)
  }
  const two = (name: string, fallback: string): string => value(name, fallback).padStart(2, '0')
  const date = `${value('Y', '1900')}-${two('m', '1')}-${two('d', '1')}`
  const clock = `${two('H', '0')}:${two('M', '0')}:${two('S', '0')}`
  if (!isReal(date, clock)) return undefined
  const fraction = value('f', '').padEnd(6, '0')
  return new Moment('datetime', `${date}T${clock}${Number(fraction) === 0 ? '' : `.${fraction}`}`)
}

function isReal(date: string, clock: string): boolean {
  const [year = 0, month = 0, day = 0] = date.split('-').map(Number)
  const [hours = 0, minutes = 0, seconds = 0] = clock.split(':').map(Number)
  const isLeap = (year % 4 === 0 && year % 100 !== 0) || year % 400 === 0
  const days = [31, isLeap ? 29 : 28, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31]
  const isDate = month >= 1 && month <= 12 && day >= 1 && day <= (days[month - 1] ?? 0)
  return isDate && hours < 24 && minutes < 60 && seconds < 62
}

/** A moment in a format; directives that are not known stay as they are. */
export function writeMoment(moment: Moment, format: string): string {
  const [date = '', clock = '00:00:00'] = moment.iso.split('T')
  const [year = '', month = '', day = ''] = date.split('-')
  const [hours = '', minutes = '', seconds = ''] = clock.slice(0, 8).split(':')
  const values: Readonly<Record<string, string>> = {
    Y: year,
    y: year.slice(2),
    m: month,
    d: day,
    H: hours,
    M: minutes,
    S: seconds,
    F: date,
    T: clock.slice(0, 8),
    '%': '%',
  }
  return format.replace(/%([a-zA-Z%])/g, (whole, name: string) => values[name] ?? whole)
}
