import { expect, it } from 'vitest'
import { sampleReport } from './testing.ts'
import { sarif } from './sarif.ts'

it('renders the sample report as recorded', async () => {
  await expect(sarif.render(sampleReport)).toMatchFileSnapshot('golden/sarif.json')
})

it('keeps the chain of causes, the edits and a stable fingerprint', () => {
  const log = JSON.parse(sarif.render(sampleReport)) as {
    runs: [{ results: Record<string, unknown>[] }]
  }
  const result = log.runs[0].results.find(each => each['ruleId'] === 'ST1001')
  expect(result).toMatchObject({
    partialFingerprints: { 'seatrial/v1': 'ST1001-00c0ffee' },
    codeFlows: [{ threadFlows: [{ locations: [{ location: { physicalLocation: {} } }] }] }],
    fixes: [{ artifactChanges: [{ replacements: [{ deletedRegion: { charOffset: 91 } }] }] }],
  })
})

it('writes paths as URIs', () => {
  const [finding] = sampleReport.findings
  const location = { file: 'a b\\c#d.yaml' }
  const text = sarif.render({ ...sampleReport, findings: [{ ...finding!, location }] })
  expect(text).toContain('"uri": "a%20b/c%23d.yaml"')
})
