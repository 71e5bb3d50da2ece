import { describe, expect, it } from 'vitest'
import { envName, type FlagName, flags, type GivenFlags, withEnvironment } from './flags.ts'
import { settingsFrom } from './settings.ts'

const known = {
  formats: ['custom-columns', 'json', 'jsonpath', 'sarif', 'text'],
  trials: ['install', 'restart', 'drain'],
  strategies: ['random'],
  remedies: ['add-nodes'],
}

function read(values: Partial<Record<FlagName, readonly string[]>>, env = {}, args: string[] = []) {
  const entries = Object.entries(values) as [FlagName, readonly string[]][]
  const typed: GivenFlags = new Map(
    entries.map(([name, given]) => [name, { values: given, setBy: `--${name}` }]),
  )
  return settingsFrom(args, withEnvironment(typed, env), known)
}

describe('precedence', () => {
  it('a flag wins over its variable', () => {
    const { settings } = read({ seed: ['2'] }, { SEATRIAL_SEED: '3' })
    expect(settings.schedule.seed).toBe(2)
  })

  it('a variable wins over the default', () => {
    expect(read({}, { SEATRIAL_FAIL_ON: 'never' }).settings.failOn).toBe('never')
  })

  it('an empty variable says nothing', () => {
    expect(read({}, { SEATRIAL_FAIL_ON: '' }).settings.failOn).toBe('error')
  })

  it('a wrong variable is named', () => {
    const { problems } = read({}, { SEATRIAL_NODES: 'many' })
    expect(problems).toMatchObject([{ code: 'ST0001', object: 'SEATRIAL_NODES' }])
  })

  it('every variable is the flag in capitals', () => {
    const names = flags.map(flag => envName(flag)).filter(name => name !== undefined)
    expect(names).toContain('SEATRIAL_NODE_SIZE')
    expect(new Set(names).size).toBe(names.length)
  })
})

it('arguments, -f and -k are inputs in that order', () => {
  const { settings } = read({ filename: ['b', '-'], kustomize: ['c'] }, {}, ['a'])
  expect(settings.inputs).toEqual(['a', 'b', '-', { kustomize: 'c' }])
})

it('--replay wins over --seed and keeps its choices', () => {
  const { settings } = read({ replay: ['st2.5.r.3-1'], seed: ['2'] })
  expect(settings.schedule).toMatchObject({ seed: 5, mode: 'random' })
})

it('--report takes a file or writes to stdout', () => {
  const { settings } = read({ report: ['sarif=out/a=b.sarif', 'json'] })
  expect(settings.reports).toEqual([{ format: 'sarif', file: 'out/a=b.sarif' }, { format: 'json' }])
})

const wrong: readonly {
  readonly values: Partial<Record<FlagName, string[]>>
  readonly want: string
}[] = [
  { values: { output: ['jsn'] }, want: 'did you mean json?' },
  { values: { output: ['jsonpath={.a'] }, want: '.findings[*].id' },
  { values: { output: ['jsonpath='] }, want: '.findings[*].id' },
  { values: { output: ['custom-columns=A'] }, want: 'custom-columns=RULE:.rule' },
  { values: { selector: ['a in b'] }, want: '--selector app=web' },
  { values: { selector: [''] }, want: '--selector app=web' },
  { values: { trials: ['install,drian'] }, want: 'did you mean drain?' },
  { values: { 'fail-on': ['errors'] }, want: 'did you mean error?' },
  { values: { report: ['pdf=x'] }, want: 'known: json, sarif, text' },
  { values: { report: ['json='] }, want: '--report json=FILE' },
  { values: { kubernetes: ['latest'] }, want: '--kubernetes 1.36' },
  { values: { kubernetes: ['1.10'] }, want: '1.30 to 1.36 are supported' },
  { values: { kubernetes: ['1.99'] }, want: '1.30 to 1.36 are supported' },
  { values: { zones: [','] }, want: '--zones a,b,c' },
  { values: { zones: ['a,b,a'] }, want: 'each zone once' },
  { values: { trials: [''] }, want: '--trials restart' },
  { values: { pool: [''] }, want: '--pool name=workers,count=3' },
  { values: { verbosity: ['foo'] }, want: 'write -v=1' },
  { values: { nodes: ['0'] }, want: '--nodes 3' },
  { values: { nodes: ['999999'] }, want: '--nodes 3' },
  { values: { 'node-size': ['0x16Gi'] }, want: '4x16Gi' },
  { values: { namespace: [''] }, want: '--namespace shop' },
  { values: { namespace: ['UPPER'] }, want: '--namespace shop' },
  { values: { replay: ['7'] }, want: 'copy the whole string' },
  { values: { pool: ['name=a', 'name=a'] }, want: 'a name of its own' },
  { values: { pool: ['count=0'] }, want: 'count=1 or more' },
]
it.each(wrong)('$values: $want', ({ values, want }) => {
  const { problems } = read(values)
  expect(problems).toHaveLength(1)
  expect(problems[0]?.todo).toContain(want)
})
