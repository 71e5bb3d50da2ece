// Only the ids of findings, one per line, for shell loops.

import type { Reporter } from './framework.ts'
import { bySeverity } from './words.ts'

export const name = {
  name: 'name',
  doc: 'The ids of the findings, one per line, most severe first.',
  render: ({ findings }) =>
    bySeverity(findings)
      .map(({ id }) => `${id}\n`)
      .join(''),
} satisfies Reporter
