// Durations in custom resources: Go's, or Scala's such as `2 days`.
// Port of k8s.io/kube-openapi v0.0.0-20260317180543 pkg/validation/strfmt/duration.go: results.

import { parseDurationText } from './time.ts'

const second = 1_000_000_000n

/** Exact names of a unit; a text that begins with the last one counts too: `seconds`. */
const units: readonly (readonly [nanoseconds: bigint, names: string])[] = [
  [1n, 'ns nano'],
  [1000n, 'us µs micro'],
  [1_000_000n, 'ms milli'],
  [second, 's sec'],
  [60n * second, 'm min'],
  [3600n * second, 'h hr hour'],
  [86_400n * second, 'd day'],
  [604_800n * second, 'w wk week'],
]

/** Nanoseconds; undefined for a text that is no duration. */
export function durationOf(text: string): bigint | undefined {
  const plain = parseDurationText(text)
  if (plain !== undefined) return plain
  let total: bigint | undefined
  for (const [, amount = '', name = ''] of text.matchAll(/(\d+)\s*([A-Za-zµ]+)/g)) {
    if (BigInt.asIntN(64, BigInt(amount)) !== BigInt(amount)) return undefined
    const unit = name.toLowerCase()
    for (const [nanoseconds, names] of units) {
      const known = names.split(' ')
      const fits = known.includes(unit) || unit.startsWith(known.at(-1) as string)
      if (fits) total = (total ?? 0n) + BigInt(amount) * nanoseconds
    }
  }
  return total === undefined ? undefined : BigInt.asIntN(64, total)
}
