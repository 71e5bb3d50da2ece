// Findings as a kubectl table.

import type { Finding } from '../explain/report.ts'
import { columns } from './columns.ts'
import type { Reporter } from './framework.ts'
import { bySeverity, clockText, objectText } from './words.ts'

export const tableHeads = ['SEVERITY', 'RULE', 'VERDICT', 'OBJECT', 'TRIAL', 'AT', 'COUNT']

export const table = {
  name: 'table',
  doc: 'One row per finding, most severe first.',
  render: ({ findings }) => columns([tableHeads, ...bySeverity(findings).map(tableCells)]),
} satisfies Reporter

/** The cells of a finding under `tableHeads`. */
export function tableCells(finding: Finding): readonly string[] {
  const { severity, rule, verdict, object, workload, trial, at, count } = finding
  const who = objectText(workload ?? object)
  return [severity, rule, verdict, who, trial, clockText(at), String(count)]
}
