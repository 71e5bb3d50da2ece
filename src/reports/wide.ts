// Findings as a kubectl table with everything that fits a line.

import { columns } from './columns.ts'
import { placeText } from './frame.ts'
import type { Reporter } from './framework.ts'
import { tableCells, tableHeads } from './table.ts'
import { bySeverity, secondsText } from './words.ts'

export const wide = {
  name: 'wide',
  doc: 'One row per finding with its duration, place and message.',
  render: ({ findings }) => {
    const rows = bySeverity(findings).map(finding => [
      ...tableCells(finding),
      finding.seconds === undefined ? '<none>' : secondsText(finding.seconds),
      finding.location === undefined ? '<none>' : placeText(finding.location),
      finding.message.replaceAll('\n', ' '),
    ])
    return columns([[...tableHeads, 'LASTED', 'PLACE', 'MESSAGE'], ...rows])
  },
} satisfies Reporter
