import { describe, expect, it } from 'vitest'
import { layers } from '../../tools/layers.ts'
import { sourceFile } from '../../tools/source-file.ts'
import { afterRatchet, offencesIn, shrunk, tidy } from '../../tools/tidy.ts'

const firstLine = '// A planted file that tidy has to judge.\n'

/** `line check` of every offence in planted files, given as path → text without its first line. */
function judged(planted: Readonly<Record<string, string>>): string[] {
  const files = Object.entries(planted).map(([path, text]) => sourceFile(path, firstLine + text))
  return offencesIn(files).map(({ line, check, text }) => `${line} ${check}: ${text}`)
}

describe('the repository', () => {
  it('has no offence that the list of old offenders does not excuse', () => {
    const { files, offences } = tidy()
    expect(files).toBeGreaterThan(20)
    expect(offences.map(({ path, line, text }) => `${path}:${line} ${text}`)).toEqual([])
  })

  it('gives every layer a folder once', () => {
    const folders = layers.map(layer => layer.folder)
    expect(new Set(folders).size).toBe(folders.length)
  })
})

describe('imports', () => {
  const cases = [
    {
      name: 'a lower tier passes',
      path: 'src/engine/a.ts',
      text: `import { x } from '../base/x.ts'\n`,
      want: [],
    },
    {
      name: 'the same folder passes',
      path: 'src/engine/deep/a.ts',
      text: `import { x } from '../b.ts'\n`,
      want: [],
    },
    {
      name: 'an upper tier fails, even for a type',
      path: 'src/engine/a.ts',
      text: `import type { X } from '../cluster/x.ts'\n`,
      want: [/^2 imports: engine \(tier 2\) may not import cluster\/x.ts \(tier 5\): .*layers.ts/],
    },
    {
      name: 'sideways fails',
      path: 'src/scheduler/a.ts',
      text: `\nexport { x } from '../controllers/x.ts'\n`,
      want: [/^3 imports: scheduler \(tier 4\) may not import controllers\/x.ts/],
    },
    {
      name: 'a sideways import that the table names passes',
      path: 'src/remedies/a.ts',
      text: `import type { Cause } from '../explain/report.ts'\n`,
      want: [],
    },
    {
      name: 'a package in core fails',
      path: 'src/kube/a.ts',
      text: `import { readFileSync } from 'node:fs'\n`,
      want: [/^2 imports: core code \(tier 1\) may not import "node:fs"/],
    },
    {
      name: 'a package in a source passes',
      path: 'src/sources/a.ts',
      text: `import { readFileSync } from 'node:fs'\n`,
      want: [],
    },
    {
      name: 'an import on demand counts',
      path: 'src/kube/a.ts',
      text: `export const f = () => import('../cli/main.ts')\n`,
      want: [/^2 imports: kube \(tier 1\) may not import cli\/main.ts/],
    },
    {
      name: 'test code in the product fails',
      path: 'src/engine/a.ts',
      text: `import { x } from './testing.ts'\n`,
      want: [/^2 imports: product code may not import test code/],
    },
    {
      name: 'code outside src in the product fails',
      path: 'src/cli/a.ts',
      text: `import { x } from '../../tools/x.ts'\n`,
      want: [/^2 imports: product code may not import tools\/x.ts/],
    },
    {
      name: 'a folder without a layer fails',
      path: 'src/utils/a.ts',
      text: '',
      want: [/^1 imports: no layer has this folder/],
    },
    {
      name: 'a test may import what it needs',
      path: 'src/engine/a.test.ts',
      text: `import { x } from '../cluster/x.ts'\n`,
      want: [],
    },
  ]
  it.each(cases)('$name', ({ path, text, want }) => {
    const got = judged({ [path]: text })
    expect(got).toHaveLength(want.length)
    want.forEach((pattern, index) => expect(got[index]).toMatch(pattern))
  })
})

describe('banned names in core', () => {
  const cases = [
    { text: 'export const now = () => Date.now()', want: ['Date'] },
    { text: 'export const t = new Date()', want: ['Date'] },
    { text: 'export const r = Math.random()', want: ['Math.random'] },
    { text: 'export const m = Math.max(1, 2)', want: [] },
    { text: 'setTimeout(() => 1, 5)', want: ['setTimeout'] },
    { text: 'export const p = performance.now()', want: ['performance'] },
    { text: 'export const p = globalThis.performance', want: ['performance'] },
    { text: 'export const u = crypto.randomUUID()', want: ['crypto'] },
    { text: 'export const f = new Intl.NumberFormat()', want: ['Intl'] },
    { text: `export const c = 'a'.localeCompare('b')`, want: ['localeCompare'] },
    { text: 'export const c = (5).toLocaleString()', want: ['toLocaleString'] },
    { text: 'export type P = Promise<number>', want: ['Promise'] },
    { text: 'export async function f() { await 1 }', want: ['async', 'await'] },
    { text: 'export const e = process.env', want: ['process'] },
    { text: `console.log('x')`, want: ['console'] },
    { text: 'export const c = structuredClone({})', want: ['structuredClone'] },
    { text: `export const s = 'Date.now() and Math.random()' // new Date()`, want: [] },
    { text: 'export const o = { process: 1 }\nexport const p = o.process', want: [] },
    { text: 'export const o = { process }', want: ['process'] },
    { text: 'export function f(process: number) { return process }', want: [] },
    { text: 'for (const { process } of []) void process', want: [] },
  ]
  it.each(cases)('$text', ({ text, want }) => {
    const got = judged({ 'src/engine/a.ts': text })
    expect(got.map(each => /banned: (\S+) is not allowed/.exec(each)?.[1])).toEqual(want)
  })

  it('says what to use instead', () => {
    expect(judged({ 'src/kube/a.ts': 'export const r = Math.random()' })[0]).toContain('prng.ts')
  })

  it('is silent above the core', () => {
    expect(judged({ 'src/cli/a.ts': 'export const e = process.env' })).toEqual([])
  })
})

describe('sizes', () => {
  const lines = (count: number): string => '  void 0\n'.repeat(count)

  it('accepts a function of 70 lines and refuses 71', () => {
    expect(judged({ 'src/base/a.ts': `export function f() {\n${lines(68)}}\n` })).toEqual([])
    expect(judged({ 'src/base/a.ts': `export function f() {\n${lines(69)}}\n` })).toEqual([
      '2 size: function f has 71 lines, limit 70: split it',
    ])
  })

  it('counts methods and arrow functions too', () => {
    const text = `export class A {\n  run() {\n${lines(70)}  }\n}\nconst g = () => {\n${lines(70)}}\n`
    expect(judged({ 'src/base/a.ts': text })).toEqual([
      '3 size: function run has 72 lines, limit 70: split it',
      '76 size: function g has 72 lines, limit 70: split it',
    ])
  })

  it('accepts a file of 600 lines and refuses 601', () => {
    expect(judged({ 'src/base/a.ts': '\n'.repeat(599) })).toEqual([])
    expect(judged({ 'src/base/a.ts': '\n'.repeat(600) })[0]).toContain('601 lines, limit 600')
  })

  it('refuses a line of 101 columns unless one literal fills it', () => {
    expect(judged({ 'src/base/a.ts': `void [${'1, '.repeat(30)}1]\n` })).toEqual([])
    expect(judged({ 'src/base/a.ts': `void [${'1, '.repeat(31)}1]\n` })[0]).toContain('101 columns')
    expect(judged({ 'src/base/a.ts': `void '${'a '.repeat(60)}'\n` })).toEqual([])
  })
})

describe('first line', () => {
  it('must be a comment', () => {
    const bare = sourceFile('src/base/a.ts', 'export const a = 1\n')
    expect(offencesIn([bare]).map(({ check }) => check)).toEqual(['first-line'])
  })
})

describe('what the build takes for a copy of an object', () => {
  it.each(['const { ...rest } = f()', "const text = '{...}'", 'const text = `a ${b} { ...`'])(
    '%s',
    text => {
      expect(judged({ 'src/base/a.ts': `${text}\n` })[0]).toMatch(/^2 spread: /)
    },
  )

  it('is no copy, and no pattern with a name first', () => {
    const text = 'const { a, ...rest } = { ...f(), b: `${g({ ...a })}` }\n'
    expect(judged({ 'src/base/a.ts': text })).toEqual([])
  })
})

describe('members', () => {
  const member = `import type { Fault } from './fault.ts'
export const nodeLoss = { name: 'node-loss', doc: 'Cuts a node off.' } satisfies Fault
`
  const registry = `import { nodeLoss } from './node-loss.ts'\nexport const faults = [nodeLoss]\n`
  const complete = {
    'src/faults/node-loss.ts': member,
    'src/faults/node-loss.test.ts': '',
    'src/faults/registry.ts': registry,
  }

  it('with doc, test and registry line pass', () => {
    expect(judged(complete)).toEqual([])
  })

  it('without a doc fail', () => {
    const text = member.replace(`, doc: 'Cuts a node off.'`, '')
    expect(judged({ ...complete, 'src/faults/node-loss.ts': text })).toEqual([
      '3 members: nodeLoss satisfies Fault but has no doc',
    ])
  })

  it('without a test fail', () => {
    const { 'src/faults/node-loss.test.ts': _, ...untested } = complete
    expect(judged(untested)).toEqual([
      '3 members: nodeLoss has no test: add src/faults/node-loss.test.ts',
    ])
  })

  it('without a registry line fail', () => {
    expect(judged({ ...complete, 'src/faults/registry.ts': '' })).toEqual([
      '3 members: nodeLoss is not in src/faults/registry.ts: add its line',
    ])
  })

  it('imported by anyone but the registry fail', () => {
    const sibling = `import { nodeLoss } from './node-loss.ts'\nvoid nodeLoss\n`
    expect(judged({ ...complete, 'src/faults/other.ts': sibling })).toEqual([
      '2 members: only src/faults/registry.ts imports members: ask it for nodeLoss',
    ])
    const shared = `import { lossText } from './node-loss.ts'\nvoid lossText\n`
    expect(judged({ ...complete, 'src/faults/other.ts': shared })).toEqual([])
  })

  it('may be a folder, whose tests and parts are its own', () => {
    const folder = {
      'src/controllers/job/job.ts': `export const job = { name: 'job', doc: 'Runs.' } satisfies Controller\n`,
      'src/controllers/job/pods.test.ts': '',
      'src/controllers/job/watches.ts': `import { job } from './job.ts'\nvoid job\n`,
      'src/controllers/registry.ts': `import { job } from './job/job.ts'\nvoid job\n`,
    }
    expect(judged(folder)).toEqual([])
  })
})

describe('the list of old offenders', () => {
  const long = sourceFile('src/base/a.ts', firstLine + '\n'.repeat(700))
  const offences = offencesIn([long])

  it('excuses what is not worse than listed', () => {
    expect(afterRatchet(offences, { 'src/base/a.ts file': 701 })).toEqual([])
    expect(afterRatchet(offences, { 'src/base/a.ts file': 700 })).toHaveLength(1)
  })

  it('must shrink when the offence did', () => {
    const [left] = afterRatchet(offences, { 'src/base/a.ts file': 800 })
    expect(left?.text).toContain('is listed with 800 and now is 701')
    expect(shrunk(offences, { 'src/base/a.ts file': 800, 'src/base/b.ts file': 9 })).toEqual({
      'src/base/a.ts file': 701,
    })
  })
})
