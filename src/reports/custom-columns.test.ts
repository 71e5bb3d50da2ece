import { expect, it } from 'vitest'
import { customColumns, parseColumns } from './custom-columns.ts'
import { context, sampleReport } from './testing.ts'

it('has one row per finding, and <none> where there is nothing', () => {
  const template = 'RULE:.rule,WHO:.object.name,LINE:.location.line'
  const [head, first, second] = customColumns
    .render(sampleReport, { ...context, template })
    .split('\n')
  expect(head).toMatch(/^RULE +WHO +LINE$/)
  expect(first).toMatch(/^ST1001 +web-6d4cf56db6-k2xqz +12$/)
  expect(second).toMatch(/<none>$/)
})

it.each(['', 'RULE', 'RULE:', ':.rule', 'A:.a,,B:.b'])('"%s" is refused', text => {
  expect(parseColumns(text).ok).toBe(false)
})
