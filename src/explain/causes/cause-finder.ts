// The shape of a cause finder: it reads a context and names one cause with its numbers, or none.

import type { ExplainContext } from '../context.ts'
import type { Incident } from '../incident.ts'
import type { Cause } from '../report.ts'

export interface CauseFinder {
  readonly name: string
  readonly doc: string
  find(context: ExplainContext): readonly Cause[]
}

/** A list for a sentence: `a`, `a and b`, `a, b and 3 more`. */
export function listText(names: readonly string[], shownMax = 4): string {
  if (names.length <= 1) return names.join('')
  if (names.length > shownMax) {
    const shown = names.slice(0, shownMax - 1)
    return `${shown.join(', ')} and ${names.length - shown.length} more`
  }
  return `${names.slice(0, -1).join(', ')} and ${names.at(-1)}`
}

/** An eviction is refused for good; upgrades drain as well. */
export function isRefusedEviction({ verdict }: Incident): boolean {
  return verdict === 'drain-stuck' || verdict === 'upgrade-stuck'
}
