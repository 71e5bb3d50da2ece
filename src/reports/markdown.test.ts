import { expect, it } from 'vitest'
import { sampleReport } from './testing.ts'
import { markdown } from './markdown.ts'

it('renders the sample report as recorded', async () => {
  await expect(markdown.render(sampleReport)).toMatchFileSnapshot('golden/markdown.md')
})

it('fences a message that holds a fence', () => {
  const [finding] = sampleReport.findings
  const findings = [{ ...finding!, message: 'a\n```\nb' }]
  expect(markdown.render({ ...sampleReport, findings })).toContain('````\na\n```\nb\n````')
})
