// Properties of a trial file, in one run and in explored ones.

import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, expect, it } from 'vitest'
import { typed } from '../../src/cli/testing.ts'
import { runTrialFiles } from '../../src/index.ts'

const folder = mkdtempSync(join(tmpdir(), 'properties-'))
afterAll(() => rmSync(folder, { recursive: true, force: true }))
const example = 'examples/small/serves.trial.yaml'
const manifests = join(import.meta.dirname, '..', '..', 'examples', 'small', 'manifests')

function trialWith(property: string): string {
  const path = join(folder, 't.trial.yaml')
  writeFileSync(
    path,
    `apiVersion: seatrial.dev/v1
kind: Trial
metadata: {name: t}
spec:
  cluster: {pools: [{name: workers, count: 3, cpu: "2", memory: 4Gi}]}
  sources: ['${manifests}']
  steps:
  - install: {}
  - scale: {object: Deployment/default/web, replicas: 5}
  properties:
  - ${property}
`,
  )
  return path
}

function findingsOf(property: string) {
  const [result] = runTrialFiles([trialWith(property)], { version: 'test' })
  return result?.report
}

it('the example holds in the documented order', async () => {
  expect(await typed(`trial ${example}`)).toMatchObject({ status: 0 })
})

it('the example holds in explored orders, and the bound is printed', async () => {
  const { out, status } = await typed(`explore ${example} --strategy pct --runs 3`)
  expect(out).toContain(`holds   restart-serves ${example}: 3 schedules`)
  expect(out).toContain('bound: window 20 ms, strategy pct, depth 3, at most 3 schedules each')
  expect(status).toBe(0)
})

it('what happens for a moment only breaks a property, and the report says when', () => {
  const path = 'path: status.replicas'
  const report = findingsOf(`never: {object: Deployment/default/web, ${path}, equals: 5}`)
  expect(report?.findings).toMatchObject([
    {
      rule: 'ST1404',
      verdict: 'property-broken',
      severity: 'error',
      object: { kind: 'Deployment', namespace: 'default', name: 'web' },
      message: expect.stringContaining('default/web: status.replicas is 5'),
    },
  ])
})

it('explore finds it too, with a schedule that replay takes', async () => {
  const path = trialWith('never: {object: Deployment/default/web, path: spec.replicas, equals: 5}')
  const explored = await typed(`explore ${path} --strategy exhaustive --states 5`)
  expect(explored.out).toContain('error: property-broken Deployment default/web')
  const schedule = /--replay (st2\S+)/.exec(explored.out)?.[1] ?? ''
  const again = await typed(`replay ${schedule} ${path}`)
  expect(again.out).toContain('error: property-broken Deployment default/web')
  expect(again.status).toBe(1)
})

it('explore says how small a platform still shows it', async () => {
  const path = trialWith('never: {object: Deployment/default/web, path: spec.replicas, equals: 5}')
  const { out } = await typed(`explore ${path} --strategy exhaustive --states 5 --smallest`)
  expect(out).toContain('smallest platform that shows it: 1 node, at most 1 replica of a workload')
})

it.each([
  ['always: {object: Deployment/default/wbe}', 'ST0322', 'did you mean Deployment default/web?'],
  [
    'always: {object: Deployment/default/web, path: spec.replica, atLeast: 1}',
    'ST0324',
    'did you mean spec.replicas?',
  ],
])('%s is a problem with its line', (property, code, todo) => {
  expect(findingsOf(property)?.problems).toMatchObject([{ code, todo, line: 11 }])
})

it('a property of no kind, or of two, is refused by the schema', () => {
  const both = '{always: {object: A/b}, never: {object: A/b}}'
  for (const property of ['{name: nothing}', both]) {
    expect(findingsOf(property)?.problems).toMatchObject([{ line: 11 }])
  }
})
