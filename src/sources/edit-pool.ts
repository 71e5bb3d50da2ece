// Another number of nodes as a splice of the file that says how many there are.

import type { Location } from '../base/problem.ts'
import type { Splice } from './edit.ts'
import { filePlace } from './place.ts'

/** `count: 2` or `"node_count": 2` at its key. */
const counted = /^("?)[\w-]+\1\s*:\s*"?(\d+)/

/** The splice, or undefined where the place does not say that number. */
export function poolEditOf(
  location: Location | undefined,
  { from, to }: { readonly from: number; readonly to: number },
): { readonly splice: Splice; readonly text: string } | undefined {
  if (location?.line === undefined) return undefined
  const [document] = filePlace(location.file, true).read().documents
  if (document === undefined) return undefined
  const { text } = document.source.file
  const lines = text.split('\n').slice(0, location.line - 1)
  const start = lines.reduce((sum, line) => sum + line.length + 1, 0) + (location.column ?? 1) - 1
  const match = counted.exec(text.slice(start))
  const number = match?.[2] ?? ''
  if (match === null || Number(number) !== from) return undefined
  const end = start + match[0].length
  const splice = { file: location.file, start: end - number.length, end, text: String(to) }
  return { splice, text }
}
