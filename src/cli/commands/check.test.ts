import { mkdtempSync, readFileSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { describe, expect, it } from 'vitest'
import type { Report } from '../../explain/report.ts'
import { cleanReport, sampleReport } from '../../reports/testing.ts'
import { type FlagName, type GivenFlags, withEnvironment } from '../flags.ts'
import { runCheckCommand, runsFor } from '../run-check.ts'
import { fakeIo, fakeProduct } from '../testing.ts'

const folder = mkdtempSync(join(tmpdir(), 'seatrial-'))
const manifest = join(folder, 'config.yaml')
writeFileSync(manifest, 'apiVersion: v1\nkind: ConfigMap\nmetadata: {name: a, namespace: b}\n')

type Values = Partial<Record<FlagName, string>>

function given(values: Values): GivenFlags {
  const entries = Object.entries(values) as [FlagName, string][]
  return new Map(entries.map(([name, value]) => [name, { values: [value], setBy: `--${name}` }]))
}

interface Run {
  readonly report?: Report
  readonly values?: Values
  readonly args?: readonly string[]
  readonly env?: Readonly<Record<string, string>>
}

async function check({ report = cleanReport, values = {}, args = [manifest], env = {} }: Run) {
  const io = fakeIo(env)
  const call = { args, given: withEnvironment(given(values), env), io }
  const status = await runCheckCommand(call, fakeProduct(report))
  return { status, ...io.written }
}

const found: Report = { ...sampleReport, problems: [] }
const inconclusive: Report = {
  ...cleanReport,
  trials: cleanReport.trials.map(trial => ({ ...trial, outcome: 'inconclusive' })),
}

it.each([
  { events: 0, want: 12 },
  { events: 1_000, want: 12 },
  { events: 5_000, want: 4 },
  { events: 1_000_000, want: 1 },
])('of $events events trials run $want times again for remedies', ({ events, want }) => {
  const { run } = cleanReport
  const report = { ...cleanReport, run: { ...run, bounds: { ...run.bounds, events } } }
  expect(runsFor(report)).toBe(want)
})

describe('exit status', () => {
  const cases: readonly (Run & { readonly name: string; readonly want: number })[] = [
    { name: 'all trials hold', want: 0 },
    { name: 'an error was found', report: found, want: 1 },
    {
      name: 'an error was found, and never fails',
      report: found,
      values: { 'fail-on': 'never' },
      want: 0,
    },
    {
      name: 'a warning fails when asked',
      report: found,
      values: { 'fail-on': 'warning' },
      want: 1,
    },
    { name: 'something is not modelled', report: inconclusive, want: 3 },
    { name: 'the input has an error', report: sampleReport, want: 2 },
    { name: 'a path does not exist', args: [join(folder, 'none')], want: 2 },
    { name: 'one of two paths does not exist', args: [manifest, join(folder, 'none')], want: 2 },
    { name: 'a flag is wrong', values: { nodes: 'x' }, want: 2 },
    { name: 'a variable is wrong', env: { SEATRIAL_SEED: 'x' }, want: 2 },
  ]
  it.each(cases)('$want when $name', async ({ want, ...run }) => {
    expect((await check(run)).status).toBe(want)
  })
})

describe('streams', () => {
  it('the report goes to stdout, notes and problems to stderr', async () => {
    const { out, err } = await check({ report: sampleReport })
    expect(out).toMatch(/^✗ install/)
    expect(out).not.toContain('ST0105')
    expect(err).toContain('✗ ST0105 bad indentation')
    expect(err).toContain('assumed 2 nodes')
  })

  it('with -o json there is nothing but the document', async () => {
    const { out, err } = await check({ report: sampleReport, values: { output: 'json' } })
    expect(JSON.parse(out)).toMatchObject({ kind: 'Report', findings: [{}, {}, {}] })
    expect(err).toBe('')
  })

  it('a path that does not exist is a document too', async () => {
    const { out } = await check({ args: [join(folder, 'none')], values: { output: 'json' } })
    expect(JSON.parse(out)).toMatchObject({ trials: [], problems: [{ code: 'ST0101' }] })
  })

  it('a version that is not supported ends with the ones that are', async () => {
    const { status, err } = await check({ values: { kubernetes: '1.29' } })
    expect(err).toContain('1.30 to 1.36 are supported')
    expect(status).toBe(2)
  })

  it('a variable that means nothing is named', async () => {
    const { err } = await check({ env: { SEATRIAL_NODS: '3' } })
    expect(err).toContain('SEATRIAL_NODS is not a setting and is ignored')
  })

  it('the report is the same each time, but for the time that -v asks for', async () => {
    const wallMs = async (values: Values): Promise<unknown> =>
      (JSON.parse((await check({ values: { output: 'json', ...values } })).out) as Report).run
        .wallMs
    expect(await wallMs({})).toBe(0)
    expect(await wallMs({ verbosity: '1' })).toBe(40)
  })
})

describe('reports', () => {
  it('one run writes all of them', async () => {
    const io = fakeIo()
    const files = ['sarif', 'junit'].map(format => [format, join(folder, 'deep', format)] as const)
    const values = files.map(([format, file]) => `${format}=${file}`)
    const flags: GivenFlags = new Map([['report', { values, setBy: '--report' }]])
    await runCheckCommand({ args: [manifest], given: flags, io }, fakeProduct(found))
    expect(readFileSync(join(folder, 'deep', 'sarif'), 'utf8')).toContain('"2.1.0"')
    expect(readFileSync(join(folder, 'deep', 'junit'), 'utf8')).toContain('<testsuites')
  })

  it('one that cannot be written is an error with its reason', async () => {
    const { status, err } = await check({ values: { report: `json=${manifest}/x` } })
    expect(status).toBe(2)
    expect(err).toContain('cannot write the json report')
  })

  it('GitHub gets annotations and a step summary', async () => {
    const summary = join(folder, 'summary.md')
    const env = { GITHUB_ACTIONS: 'true', GITHUB_STEP_SUMMARY: summary }
    const { out } = await check({ report: found, env })
    expect(out).toContain('::error file=deploy/web.yaml,line=12')
    expect(readFileSync(summary, 'utf8')).toContain('# Sea trials')
  })

  it('GitHub does not change a document that was asked for', async () => {
    const { out } = await check({ env: { GITHUB_ACTIONS: 'true' }, values: { output: 'json' } })
    expect(() => JSON.parse(out) as unknown).not.toThrow()
  })
})

it('--show-config names who set what, and runs nothing', async () => {
  const { out, status } = await check({
    values: { 'show-config': 'true', nodes: '5' },
    env: { SEATRIAL_SEED: '7' },
  })
  expect(status).toBe(0)
  expect(out).toMatch(/^pool +workers: 5 × 4 CPU, 16Gi +flags$/m)
  expect(out).toMatch(/^seed +7 +SEATRIAL_SEED$/m)
})

it('--show-config shows what seatrial.yaml says', async () => {
  const own = mkdtempSync(join(folder, 'own-'))
  writeFileSync(join(own, 'a.yaml'), readFileSync(manifest, 'utf8'))
  writeFileSync(
    join(own, 'seatrial.yaml'),
    'apiVersion: seatrial.dev/v1\nkind: Platform\nkubernetes: "1.35"\n' +
      'trials: [install, drain]\nsla: {downSeconds: 60, services: {web: {downSeconds: 10}}}\n',
  )
  const { out } = await check({ args: [own], values: { 'show-config': 'true' } })
  expect(out).toMatch(/^kubernetes +1\.35 +your files$/m)
  expect(out).toMatch(/^trials +install,drain +your files$/m)
  expect(out).toMatch(/^sla +60 s down; web 10 s +your files$/m)
})

it('says what it left out: files without objects, trial files of seatrial.yaml', async () => {
  const deploy = mkdtempSync(join(folder, 'deploy-'))
  writeFileSync(join(deploy, 'values.yaml'), 'replicaCount: 3\n')
  writeFileSync(join(deploy, 'a.yaml'), readFileSync(manifest, 'utf8'))
  writeFileSync(
    join(deploy, 'seatrial.yaml'),
    'apiVersion: seatrial.dev/v1\nkind: Platform\ntrials: [install, {file: ./night.trial.yaml}]\n',
  )
  const { err } = await check({ args: [deploy] })
  expect(err).toContain('note: 1 file holds no Kubernetes object')
  expect(err).toContain(`seatrial trial ${join(deploy, 'night.trial.yaml')}`)
})

it('a finding ends with the command that repeats it', async () => {
  const { out } = await check({ report: found, values: { nodes: '2' } })
  expect(out).toContain(`again: seatrial check ${manifest} --nodes 2 --replay st2.1.d`)
})
