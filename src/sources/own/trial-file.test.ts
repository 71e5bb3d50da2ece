import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { verdictNames } from '../../checks/verdict.ts'
import { scheduleText } from '../../engine/schedule.ts'
import { loadTrial } from '../load-trial.ts'
import { readTrialFile } from './trial-file.ts'

let root = ''
beforeEach(() => {
  root = mkdtempSync(join(tmpdir(), 'own-'))
})
afterEach(() => {
  rmSync(root, { recursive: true, force: true })
})

function write(name: string, text: string): string {
  const path = join(root, name)
  mkdirSync(dirname(path), { recursive: true })
  writeFileSync(path, text)
  return path
}

function withoutPlace(step: object): object {
  return Object.fromEntries(Object.entries(step).filter(([key]) => key !== 'location'))
}

const web = 'apiVersion: apps/v1\nkind: Deployment\nmetadata: {name: web}\nspec: {replicas: 2}\n'

describe('a trial file', () => {
  const trial = (spec: string): string =>
    `apiVersion: seatrial.dev/v1\nkind: Trial\nmetadata: {name: t}\nspec:\n${spec}`

  it.each([
    { text: 'st2.4.d.late-update-replicaset=2.37-1', read: 1 },
    { text: 'st2.1.x', read: 0 },
    { text: 'st1.1.d', read: 0 },
  ])('may name its schedule: $text', ({ text, read }) => {
    const path = write('s.trial.yaml', trial(`  schedule: ${text}\n  steps: [install: ]\n`))
    const { trials, problems } = readTrialFile(path)
    expect(trials).toHaveLength(read)
    expect(problems.map(({ location }) => location?.line)).toEqual(read === 1 ? [] : [5])
    const texts = trials.flatMap(({ schedule }) =>
      schedule ? [scheduleText(schedule.chosen)] : [],
    )
    expect(texts).toEqual(read === 1 ? [text] : [])
  })

  it('steps and expectations become data with their places', () => {
    write('web.yaml', web)
    const path = write(
      't.trial.yaml',
      trial(`  cluster: {pools: [{name: workers, count: 3}], kubernetes: "1.33"}
  sources: [./web.yaml]
  changes:
  - {object: Deployment/default/web, path: spec.replicas, value: 5}
  - {object: Deployment/default/web, path: 'metadata.labels[a.b/c]', value: x}
  steps:
  - install: {timeout: 1m30s}
  - install:
  - restart: {kind: Deployment, name: web}
  - restart: {all: true}
  - set: {object: Deployment/default/web, path: spec.replicas, value: 8}
  - apply: {files: [more.yaml]}
  - delete: {object: Node/workers-1}
  - scale: {object: Deployment/default/web, replicas: 0}
  - fault: {kind: node-loss, nodeOf: {object: Deployment/default/web}, for: 15m}
  - drain: {node: workers-1}
  - cordon: {node: workers-1}
  - uncordon: {node: workers-1}
  - wait: {for: 20m}
  expect:
  - {verdict: rollout-stuck, object: Deployment/default/web, count: 1, seconds: {max: 9}}
  - {never: down}
  - {holds: all}
  - {gate: web, timesOut: true}
  - {ready: Deployment/default/web, count: 2}
`),
    )
    const { trials, problems } = readTrialFile(path)
    expect(problems).toEqual([])
    const [spec] = trials
    if (spec === undefined) throw new Error('one trial is read')
    expect(spec.steps.map(withoutPlace)).toEqual([
      { install: { timeoutMs: 90_000 } },
      { install: { timeoutMs: 600_000 } },
      { restart: { kind: 'Deployment', namespace: 'default', name: 'web' } },
      { restart: { all: true } },
      { set: { object: 'Deployment/default/web', path: 'spec.replicas', value: 8 } },
      { apply: { files: [join(root, 'more.yaml')], by: 'kubectl' } },
      { delete: { object: 'Node/workers-1' } },
      { scale: { object: 'Deployment/default/web', replicas: 0 } },
      {
        fault: {
          kind: 'node-loss',
          nodeOf: { object: 'Deployment/default/web', index: 0 },
          forMs: 900_000,
        },
      },
      { drain: { node: 'workers-1' } },
      { cordon: { node: 'workers-1' } },
      { uncordon: { node: 'workers-1' } },
      { wait: { forMs: 1_200_000 } },
    ])
    expect(spec.steps[0]?.location).toMatchObject({ file: path, line: 11, column: 5 })
    expect(spec.expect.map(({ location, ...item }) => [location.line, item])).toEqual([
      [
        25,
        {
          verdict: 'rollout-stuck',
          object: 'Deployment/default/web',
          count: 1,
          seconds: { max: 9 },
        },
      ],
      [26, { never: 'down' }],
      [27, { holds: 'all' }],
      [28, { gate: 'web', timesOut: true }],
      [29, { ready: 'Deployment/default/web', count: 2 }],
    ])
    const loaded = loadTrial(spec)
    expect(loaded).toMatchObject({ kubernetes: '1.33', poolsSetBy: path, pools: [{ count: 3 }] })
    expect(loaded.objects[0]?.object).toMatchObject({
      metadata: { labels: { 'a.b/c': 'x' } },
      spec: { replicas: 5 },
    })
  })

  it('faults, drains and deletions take what their tools take', () => {
    const path = write(
      'f.trial.yaml',
      `apiVersion: seatrial.dev/v1
kind: Trial
spec:
  steps:
  - fault: {kind: image-pull-failure, node: a, image: "app:1", for: 5m}
  - fault: {kind: slow-start, by: 90s}
  - drain: {node: a, timeout: 1m, gracePeriod: 5s, disableEviction: true, ignoreDaemonSets: false,
      deleteEmptyDirData: false, force: false}
  - drain: {node: b}
  - delete: {object: Pod/default/db-0, gracePeriod: 0s}
`,
    )
    const { trials, problems } = readTrialFile(path)
    expect(problems).toEqual([])
    expect(trials[0]?.steps.map(withoutPlace)).toEqual([
      { fault: { kind: 'image-pull-failure', node: 'a', image: 'app:1', forMs: 300_000 } },
      { fault: { kind: 'slow-start', byMs: 90_000 } },
      {
        drain: {
          node: 'a',
          timeoutMs: 60_000,
          gracePeriodSeconds: 5,
          disableEviction: true,
          ignoreDaemonSets: false,
          deleteEmptyDirData: false,
          force: false,
        },
      },
      { drain: { node: 'b' } },
      { delete: { object: 'Pod/default/db-0', gracePeriodSeconds: 0 } },
    ])
  })

  it('every verdict of a report can be expected', () => {
    const expected = verdictNames.map(name => `{verdict: ${name}}`).join(', ')
    const text = trial(`  steps: [{install: {}}]\n  expect: [${expected}]\n`)
    const { trials, problems } = readTrialFile(write('t.trial.yaml', text))
    expect(problems).toEqual([])
    expect(trials[0]?.expect).toHaveLength(verdictNames.length)
  })

  it('an absolute path stays what it is', () => {
    const path = join(root, 'elsewhere/web.yaml')
    const text = trial(
      `  sources: [${path}, {path: ${path}}]\n  steps: [{apply: {files: [${path}]}}]\n`,
    )
    const [spec] = readTrialFile(write('t.trial.yaml', text)).trials
    expect(spec?.sources).toEqual([{ path }, { path }])
    expect(spec?.steps.map(withoutPlace)).toEqual([{ apply: { files: [path], by: 'kubectl' } }])
  })

  const mistakes = [
    {
      name: 'two things in one step',
      text: '  steps: [{install: {}, wait: {for: 1m}}]\n',
      want: '5:11 spec.steps[0] says install and wait at once',
    },
    {
      name: 'an unknown step',
      text: '  steps: [{instal: {}}]\n',
      want: '5:12 unknown field "instal"',
    },
    {
      name: 'a duration without unit',
      text: '  steps: [{wait: {for: "10"}}]\n',
      want: '5:19 spec.steps[0].wait.for cannot be "10"',
    },
    {
      name: 'an expectation of nothing',
      text: '  steps: [{install: {}}]\n  expect: [{count: 1}]\n',
      want: '6:12 spec.expect[0] says none of verdict, never, holds, gate, ready',
    },
    {
      name: 'an unknown verdict',
      text: '  steps: [{install: {}}]\n  expect: [{never: dwon}]\n',
      want: '6:13 spec.expect[0].never cannot be "dwon"',
    },
    {
      name: 'an object without a kind',
      text: '  steps: [{delete: {object: web}}]\n',
      want: '5:21 spec.steps[0].delete.object cannot be "web"',
    },
    {
      name: 'an empty list of steps',
      text: '  steps: []\n',
      want: '5:3 spec.steps is an empty list',
    },
    { name: 'an empty step', text: '  steps: [{}]\n', want: '5:11 spec.steps[0] is empty' },
    {
      name: 'an expectation of two things',
      text: '  steps: [{install: {}}]\n  expect: [{never: down, holds: all}]\n',
      want: '6:12 spec.expect[0] says never and holds at once',
    },
    { name: 'no steps', text: '  sources: []\n', want: '4:1 spec has no steps' },
  ]
  it.each(mistakes)('$name', ({ text, want }) => {
    const { trials, problems } = readTrialFile(write('t.trial.yaml', trial(text)))
    expect(trials).toEqual([])
    const [first] = problems
    const place = `${first?.location?.line}:${first?.location?.column}`
    expect(`${place} ${first?.what}`.slice(0, want.length)).toBe(want)
  })

  it('a change of an object that is not there is a problem', () => {
    write('web.yaml', web)
    const text = trial(
      '  sources: [./web.yaml]\n  changes: [{object: Deployment/default/wbe, path: spec, value: 1}]\n  steps: [{install: {}}]\n',
    )
    const [spec] = readTrialFile(write('t.trial.yaml', text)).trials
    if (spec === undefined) throw new Error('one trial is read')
    expect(loadTrial(spec).problems).toMatchObject([
      {
        what: 'there is no Deployment/default/wbe to change',
        location: { line: 6 },
        todo: 'did you mean Deployment/default/web?',
      },
    ])
  })

  it.each([
    { path: 'spec.replica', want: 'Deployment has no field spec.replica' },
    { path: 'spec.template.spec.containers[3].image', want: 'containers has 0 items, none at [3]' },
    { path: 'spec.template.spec.containers.image', want: 'containers is a list' },
    { path: 'metadata.labels.app.kubernetes.io/name', want: 'a key with dots stands in brackets' },
  ])('a change of $path is a problem and changes nothing', ({ path: field, want }) => {
    write('web.yaml', web)
    const text = trial(
      `  sources: [./web.yaml]\n  changes:\n  - {object: Deployment/default/web, path: '${field}', value: 1}\n  steps: [{install: {}}]\n`,
    )
    const [spec] = readTrialFile(write('t.trial.yaml', text)).trials
    if (spec === undefined) throw new Error('one trial is read')
    const { problems, objects } = loadTrial(spec)
    expect(problems).toMatchObject([{ code: 'ST0140', severity: 'error', location: { line: 7 } }])
    expect(problems[0]?.what).toContain(want)
    expect(objects[0]?.object['spec']).toEqual({ replicas: 2 })
  })

  it('a missing file is a problem', () => {
    expect(readTrialFile(join(root, 'no.trial.yaml')).problems).toMatchObject([{ code: 'ST0101' }])
  })
})
