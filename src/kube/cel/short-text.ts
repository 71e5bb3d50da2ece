// Values inside messages, as Go prints them with %v.

import { shortestText } from './go-format.ts'
import { timestampText, durationText } from './time.ts'
import { CelError, Double, Duration, Timestamp, TypeValue, Uint, type Value } from './values.ts'

export function shortText(value: Value): string {
  if (value instanceof Double) return shortestText(value.value)
  if (value instanceof Uint) return String(value.value)
  if (value instanceof Timestamp) return timestampText(value)
  if (value instanceof Duration) return durationText(value)
  if (value instanceof TypeValue) return value.name
  if (value instanceof CelError) return value.message
  if (value === null) return '0'
  if (Array.isArray(value)) return `[${value.map(shortText).join(', ')}]`
  return String(value)
}
