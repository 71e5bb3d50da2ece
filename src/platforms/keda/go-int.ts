// Go's strconv.ParseInt(text, 10, 32).

import { goQuote, parseGoInt } from '../../kube/go-text.ts'

const int32Max = 2 ** 31 - 1

/** A text is the error. */
export function parseInt32(text: string): number | string {
  const parsed = parseGoInt(text)
  const failed = (error: string): string => `strconv.ParseInt: parsing ${goQuote(text)}: ${error}`
  if (!parsed.ok) return failed(parsed.error)
  const isInRange = parsed.value <= int32Max && parsed.value >= -int32Max - 1
  return isInRange ? parsed.value : failed('value out of range')
}
