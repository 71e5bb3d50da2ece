// Steps and expectations of a scripted trial that name what is not there.

import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, expect, it } from 'vitest'
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
