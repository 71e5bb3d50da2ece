// -o custom-columns=HEAD:PATH,…: one row per finding, as kubectl makes one per object.
// Upstream: kubectl pkg/cmd/get/customcolumn.go, v0.36.3.

import type { Checked } from '../base/problem.ts'
import { columns } from './columns.ts'
import type { Reporter } from './framework.ts'
import { fillTemplate, parseTemplate, type Template } from './json-path.ts'
import { bySeverity } from './words.ts'

interface Column {
  readonly head: string
  readonly template: Template
}

/** Reads `RULE:.rule,OBJECT:.object.name`. */
export function parseColumns(text: string): Checked<readonly Column[]> {
  const found: Column[] = []
  for (const part of text.split(',')) {
    const at = part.indexOf(':')
    const parsed = parseTemplate(part.slice(at + 1))
    if (at <= 0 || at === part.length - 1 || !parsed.ok) {
      const what = `custom-columns: "${part}" is not HEAD:PATH`
      const todo = 'write -o custom-columns=RULE:.rule,OBJECT:.object.name'
      return { ok: false, problems: [{ code: 'ST0001', severity: 'error', what, todo }] }
    }
    found.push({ head: part.slice(0, at), template: parsed.value })
  }
  return { ok: true, value: found, problems: [] }
}

export const customColumns = {
  name: 'custom-columns',
  doc: 'One row per finding with columns of your own: -o custom-columns=RULE:.rule.',
  render: ({ findings }, { template = '' }) => {
    const parsed = parseColumns(template)
    if (!parsed.ok) return ''
    const rows = bySeverity(findings).map(finding =>
      parsed.value.map(column => fillTemplate(column.template, finding) || '<none>'),
    )
    return columns([parsed.value.map(({ head }) => head), ...rows])
  },
} satisfies Reporter
