// The text of a change for digests.

import type { Change } from './store.ts'

/** What a write changed, as text: equal runs change the same fields to the same. */
export function changedText({ before, after }: Change): string {
  return after === undefined ? '' : changedFields(before ?? nothing, after, 2)
}

type Fields = Readonly<Record<string, unknown>>

const nothing: Fields = {}

/** Fields that are not the same any more, `depth` levels down: what is kept needs no text. */
function changedFields(before: Fields, after: Fields, depth: number): string {
  let text = ''
  for (const field in after) {
    const value = after[field]
    const old = before[field]
    if (old === value) continue
    const opens = depth > 1 && isFields(old) && isFields(value)
    text += opens
      ? `${field}{${changedFields(old, value, depth - 1)}}`
      : `${field}${JSON.stringify(value)}`
  }
  for (const field in before) if (!(field in after)) text += `-${field}`
  return text
}

function isFields(value: unknown): value is Fields {
  return typeof value === 'object' && value !== null && !Array.isArray(value)
}
