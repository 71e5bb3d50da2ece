// Steps and expectations of a scripted trial that name what is not there.

import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, expect, it } from 'vitest'
import { defaultSchedule } from '../../src/engine/schedule.ts'
import { runTrialFiles } from '../../src/index.ts'

const folder = mkdtempSync(join(tmpdir(), 'scripted-'))
afterAll(() => rmSync(folder, { recursive: true, force: true }))

writeFileSync(
  join(folder, 'web.yaml'),
  `apiVersion: apps/v1
kind: Deployment
metadata: {name: web, namespace: shop}
spec:
  replicas: 2
  selector: {matchLabels: {app: web}}
  template:
    metadata: {labels: {app: web}}
    spec: {containers: [{name: web, image: 'web:1'}, {name: log, image: log}]}
`,
)

function run(steps: string, expectation = '{holds: all}') {
  const path = join(folder, 't.trial.yaml')
  writeFileSync(
    path,
    `apiVersion: seatrial.dev/v1
kind: Trial
spec:
  sources: [./web.yaml]
  steps:
  - install: {}
  - ${steps}
  expect:
  - ${expectation}
`,
  )
  const [result] = runTrialFiles([path], { version: 'test' })
  if (result === undefined) throw new Error('one trial runs')
  return result
}

it.each([
  {
    step: 'set: {object: Deployment/shop/web, path: spec.replica, value: 3}',
    want: { code: 'ST0324', todo: 'did you mean spec.replicas?' },
  },
  {
    step: 'set: {object: Deployment/shop/wbe, path: spec.replicas, value: 3}',
    want: { code: 'ST0322', todo: 'did you mean Deployment shop/web?' },
  },
  {
    step: 'drain: {node: worker-1}',
    want: { code: 'ST0322', todo: 'did you mean Node workers-1?' },
  },
  { step: 'cordon: {node: n9}', want: { code: 'ST0322' } },
])('$step is a problem with its line', ({ step, want }) => {
  const { met, report } = run(step)
  expect(met).toBe(false)
  expect(report.problems).toMatchObject([{ ...want, line: 7 }])
})

it('a step sets a field of one item of a list; the others stay', () => {
  const field = 'spec.template.spec.containers[0].resources.requests.cpu'
  const step = `set: {object: Deployment/shop/web, path: '${field}', value: "64"}`
  const { report, met } = run(step, '{verdict: rollout-stuck, object: Deployment/shop/web}')
  expect(report.problems).toEqual([])
  expect(report.findings[0]?.message).toContain('Insufficient cpu')
  expect(met).toBe(true)
})

it.each([
  { of: 'Deployment/shop/wbe', want: false },
  { of: 'Deployment/shop/web', want: true },
])('never down of $of: $want', ({ of: object, want }) => {
  const [expectation] = run('wait: {for: 1m}', `{never: down, object: ${object}}`).expectations
  expect(expectation?.met).toBe(want)
})

it('a schedule of other input is refused where the trial names it', () => {
  const path = join(folder, 'foreign.trial.yaml')
  writeFileSync(
    path,
    `apiVersion: seatrial.dev/v1
kind: Trial
spec:
  schedule: st2.1.d.i00000001
  sources: [./web.yaml]
  steps: [install: {}]
  expect: [holds: all]
`,
  )
  const [own] = runTrialFiles([path], { version: 'test' })
  const [problem] = own?.report.problems ?? []
  expect(own?.met).toBe(false)
  expect(problem).toMatchObject({ code: 'ST0201', file: path, line: 4 })
  expect(problem?.text).toContain('schedule: st2.1.d.i00000001 is of other input than this trial')
  const schedule = { ...defaultSchedule, input: '00000002' }
  const [named] = runTrialFiles([path], { version: 'test', schedule })
  expect(named?.report.problems[0]?.text).toContain('--replay: st2.1.d.i00000002')
  const [plain] = runTrialFiles([path], { version: 'test', schedule: { ...defaultSchedule } })
  expect(plain).toMatchObject({ met: true, report: { problems: [] } })
})
