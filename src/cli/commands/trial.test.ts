import { expect, it } from 'vitest'
import type { Report } from '../../explain/report.ts'
import { cleanReport, sampleReport } from '../../reports/testing.ts'
import { runTrialCommand } from '../run-trial.ts'
import { fakeIo, fakeProduct } from '../testing.ts'

async function trial(args: readonly string[], report: Report) {
  const io = fakeIo()
  const status = await runTrialCommand({ args, given: new Map(), io }, fakeProduct(report))
  return { status, ...io.written }
}

it('a trial as expected is one line', async () => {
  const { out, status } = await trial(['night.trial.yaml'], cleanReport)
  expect(out).toBe('✓ night  night.trial.yaml  1 expectation\n1 of 1 trial as expected\n')
  expect(status).toBe(0)
})

it('a trial that is not says what was expected, where, and what was seen', async () => {
  const { out, status } = await trial(['night.trial.yaml'], { ...sampleReport, problems: [] })
  expect(out).toContain('✗ night  night.trial.yaml  1 of 1 expectation not met\n')
  expect(out).toContain('   night.trial.yaml:9\n   expected never down\n   seen     down Service')
  expect(status).toBe(1)
})

it('a trial file with a problem is invalid input', async () => {
  const { out, err, status } = await trial(['night.trial.yaml'], sampleReport)
  expect(out).toContain(
    '✗ night  night.trial.yaml  1 error in its input, 1 of 1 expectation not met\n',
  )
  expect(err).toContain('ST0105')
  expect(status).toBe(2)
})

it('needs a file', async () => {
  const { err, status } = await trial([], cleanReport)
  expect(err).toContain('no trial was named')
  expect(status).toBe(2)
})
