// Findings that users chose to live with are not told, and a suppression that does nothing is.

import { expect, it } from 'vitest'
import { load, type Report, runCheck } from '../../src/index.ts'
import type { PoolSpec } from '../../src/trials/spec.ts'

const two: PoolSpec = { name: 'n', count: 2, cpu: '4', memory: '16Gi' }

function app(name: string, { note = '', replicas = 1, spec = '' } = {}): string {
  return `apiVersion: apps/v1
kind: Deployment
${note}metadata: {name: ${name}}
spec:
  replicas: ${replicas}
  selector: {matchLabels: {app: ${name}}}
  template:
    metadata: {labels: {app: ${name}}}
    spec:
${spec}      containers: [{name: c, image: c}]
`
}

function check(manifest: string, trials?: readonly string[]): Report {
  const loaded = load(['-'], { pools: [two], readStdin: () => manifest })
  const chosen = trials === undefined ? {} : { trials }
  return runCheck(loaded, { version: 'test', sources: ['-'], ...chosen })
}

const note = '# seatrial:ignore ST1101 the vendor licenses one\n'

function down({ findings }: Report): readonly string[] {
  const found = findings.filter(
    ({ verdict, severity }) => verdict === 'down' && severity !== 'info',
  )
  return found.map(({ object }) => object.name)
}

it('hides the finding about its object, and no other', () => {
  const report = check(`${app('web', { note })}---\n${app('db')}`)
  expect(down(report)).toEqual(['db'])
  expect(report.suppressed).toMatchObject([
    { rule: 'ST1101', object: { name: 'web' }, reason: 'the vendor licenses one' },
  ])
  expect(report.problems).toEqual([])
})

it('a trial whose only finding is suppressed holds', () => {
  const [before, after] = [check(app('web')), check(app('web', { note }))]
  const outcomeOf = ({ trials }: Report) => trials.find(({ name }) => name === 'lose-node')?.outcome
  expect([outcomeOf(before), outcomeOf(after)]).toEqual(['findings', 'holds'])
})

it('is told when it does nothing, unless not everything was tried', () => {
  const manifest = app('web', { note, replicas: 2 })
  expect(check(manifest).problems).toMatchObject([{ code: 'ST0161', severity: 'warning', line: 3 }])
  expect(check(manifest, ['restart']).problems).toEqual([])
})

it('hides a warning about the input', () => {
  const spec = '      volumes: [{name: v, secret: {secretName: by-hand}}]\n'
  const hidden = '# seatrial:ignore ST0150 made by hand\n'
  const [before, after] = [
    check(app('web', { spec, replicas: 2 })),
    check(app('web', { spec, replicas: 2, note: hidden })),
  ]
  expect(before.problems.map(({ code }) => code)).toEqual(['ST0150'])
  expect(after.problems).toEqual([])
})
