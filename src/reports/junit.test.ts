import { expect, it } from 'vitest'
import { cleanReport, sampleReport } from './testing.ts'
import { junit } from './junit.ts'

it('renders the sample report as recorded', async () => {
  await expect(junit.render(sampleReport)).toMatchFileSnapshot('golden/junit.xml')
})

it('replaces characters that XML cannot hold', () => {
  const [finding] = sampleReport.findings
  const findings = [{ ...finding!, message: 'bell \u0007 and null \u0000' }]
  expect(junit.render({ ...sampleReport, findings })).toContain('bell \ufffd and null \ufffd')
})

it('skips a trial that is inconclusive and says why', () => {
  const unsure = { outcome: 'inconclusive', why: 'pods of Certificate are missing' } as const
  const trials = cleanReport.trials.map(trial => ({ ...trial, ...unsure }))
  const text = junit.render({ ...sampleReport, findings: [], trials })
  expect(text).toContain('<skipped message="inconclusive: pods of Certificate are missing"/>')
})
