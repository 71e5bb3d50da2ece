import { mkdtempSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { expect, it } from 'vitest'
import { json } from '../reports/json.ts'
import { name } from '../reports/name.ts'
import { sampleReport } from '../reports/testing.ts'
import { readBaseline, withoutKnown } from './baseline.ts'

const folder = mkdtempSync(join(tmpdir(), 'baseline-'))

it.each([name, json])('reads what -o $name printed, and hides all of it', reporter => {
  const file = join(folder, reporter.name)
  writeFileSync(file, (reporter.render as typeof name.render)(sampleReport))
  const known = readBaseline(file)
  if (!known.ok) throw new Error('it can be read')
  const { report, notes } = withoutKnown(sampleReport, known.value)
  expect(report.findings).toEqual([])
  expect(report.trials.map(({ outcome }) => outcome)).toEqual(['holds', 'holds', 'holds'])
  expect(notes).toEqual(['the baseline hides 3 findings'])
})

it('leaves what is new, and says what is gone', () => {
  const [first] = sampleReport.findings
  const { report, notes } = withoutKnown(sampleReport, new Set([first!.id, 'ST1001-00000000']))
  expect(report.findings).toHaveLength(2)
  expect(report.trials[0]?.outcome).toBe('findings')
  expect(notes[1]).toBe('1 finding of the baseline is gone: renew it')
})

it('a file that is not there is a usage problem', () => {
  expect(readBaseline(join(folder, 'none'))).toMatchObject({ ok: false })
})
