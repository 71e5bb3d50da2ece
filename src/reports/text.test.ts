import { expect, it } from 'vitest'
import { cleanReport, context, sampleReport } from './testing.ts'
import { text } from './text.ts'

it('renders the sample report as recorded', async () => {
  await expect(text.render(sampleReport, context)).toMatchFileSnapshot('golden/text.txt')
})

it('prints one line per trial and nothing else when all trials hold', () => {
  const lines = text.render(cleanReport, context).split('\n')
  expect(lines.map(line => line.slice(0, 11).trimEnd())).toEqual([
    '✓ install',
    '✓ lose-node',
    '✓ drain',
    '',
  ])
})

it('tells notes in full only when asked', () => {
  expect(text.render(sampleReport, context)).not.toContain('ST1002')
  expect(text.render(sampleReport, { ...context, showInfo: true })).toContain('· ST1002')
})

it('marks an inconclusive trial in words, not as holding', () => {
  const [trial] = cleanReport.trials
  const unsure = { outcome: 'inconclusive', why: 'pods of Kafka are missing' } as const
  const report = { ...cleanReport, trials: [{ ...trial!, ...unsure }] }
  const shown = text.render(report, context)
  expect(shown).toMatch(/^! install +inconclusive, /)
  expect(shown).toContain('\ninconclusive: pods of Kafka are missing\n')
})

it('does not mark as good what was not run', () => {
  const [trial] = cleanReport.trials
  const skipped = { ...trial!, bounds: { ...trial!.bounds, runs: 0 }, summary: 'not run: one node' }
  expect(text.render({ ...cleanReport, trials: [skipped] }, context)).toMatch(/^- install +not run/)
})

it('has escape sequences only when colour is asked for', () => {
  expect(text.render(sampleReport, context)).not.toContain('\u001b')
  expect(text.render(sampleReport, { ...context, color: true })).toContain('\u001b[31m✗')
})
