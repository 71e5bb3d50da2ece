// A text many times over, with a bound: what would not fit into memory is Python's MemoryError.

import { TemplateFailure } from '../failures.ts'

/** Characters or items that a value may have. */
export const sizeMax = 1_000_000

/** `text * count`; fails where the result would be too large. */
export function repeatText(text: string, count: number): string {
  if (text.length * count > sizeMax) throw new TemplateFailure('MemoryError')
  return text.repeat(count)
}
