// -o jsonpath=TEMPLATE: the report through a template, as kubectl does it.

import type { Reporter } from './framework.ts'
import { fillTemplate, parseTemplate } from './json-path.ts'

export const jsonpath = {
  name: 'jsonpath',
  doc: 'Parts of the report by a JSONPath template: -o jsonpath={.findings[*].id}.',
  render: (report, { template = '' }) => {
    const parsed = parseTemplate(template)
    return parsed.ok ? fillTemplate(parsed.value, report) : ''
  },
} satisfies Reporter
