import { expect, it } from 'vitest'
import { jsonpath } from './jsonpath.ts'
import { context, sampleReport } from './testing.ts'

it('fills the template from the report', () => {
  const template = '{range .findings[*]}{.rule} {.object.name}{"\\n"}{end}'
  const text = jsonpath.render(sampleReport, { ...context, template })
  expect(text.split('\n')).toHaveLength(sampleReport.findings.length + 1)
  expect(text).toContain('ST1101 db|a\n')
})

it('gives nothing without a template', () => {
  expect(jsonpath.render(sampleReport, context)).toBe('')
})
