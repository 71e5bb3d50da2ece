import { spawnSync } from 'node:child_process'
import { mkdirSync, mkdtempSync, rmSync, symlinkSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join, relative, resolve } from 'node:path'
import { afterAll, describe, expect, it } from 'vitest'

const binary = resolve('bin/seatrial')
const small = resolve('examples/small')
const folder = mkdtempSync(join(tmpdir(), 'seatrial-e2e-'))
afterAll(() => rmSync(folder, { recursive: true }))

interface Options {
  readonly cwd?: string
  readonly input?: string
  readonly program?: string
  readonly env?: Readonly<Record<string, string>>
}

/** Runs the product as a user does; colour and CI variables of the tests do not reach it. */
function seatrial(args: readonly string[], { cwd, input, program = binary, env }: Options = {}) {
  const { PATH = '', HOME = '' } = process.env
  const result = spawnSync(program, args, {
    cwd,
    input,
    encoding: 'utf8',
    env: { PATH, HOME, ...env },
    maxBuffer: 1 << 28,
  })
  return { status: result.status, out: result.stdout, err: result.stderr }
}

describe('started from anywhere', () => {
  it('through a symbolic link and from another folder', () => {
    const link = join(folder, 'st')
    symlinkSync(binary, link)
    expect(seatrial(['version'], { program: link, cwd: folder }).out).toMatch(/^seatrial /)
  })

  it('as a plugin of kubectl, and help says so', () => {
    const link = join(folder, 'kubectl-seatrial')
    symlinkSync(binary, link)
    expect(seatrial(['--help'], { program: link }).out).toMatch(/^Usage: kubectl seatrial /)
  })

  it('relative paths are those of the folder it is started in', () => {
    const { status, err } = seatrial(['check', 'small'], { cwd: resolve('examples') })
    expect({ status, err: err.includes('ST0101') }).toEqual({ status: 0, err: false })
  })
})

describe('a run', () => {
  it('holds on the small example, one line per trial', () => {
    const { out, status } = seatrial(['check', small])
    expect(out.split('\n').map(line => line.slice(0, 1))).toEqual(['✓', '✓', '✓', '✓', '✓', ''])
    expect(status).toBe(0)
  })

  it('gives the same bytes each time', () => {
    const [first, second] = [1, 2].map(() => seatrial(['check', small, '-o', 'json']).out)
    expect(first).toBe(second)
    expect(JSON.parse(first ?? '')).toMatchObject({ kind: 'Report', run: { seed: 1 } })
  })

  it('reads the standard input', () => {
    const input = 'apiVersion: v1\nkind: Pod\nmetadata: {name: a}\nspec: {containers: []}\n'
    const { out } = seatrial(['check', '-', '-o', 'json'], { input })
    expect(JSON.parse(out)).toMatchObject({ findings: [{ verdict: 'rejected' }] })
  })

  it('leaves no stack trace when stdout is closed early', () => {
    const command = `"${binary}" check "${small}" -o json | head -c 10`
    const { err } = seatrial(['-c', command], { program: 'bash' })
    expect(err).not.toMatch(/at .*:\d+:\d+/)
  })

  it('reads seatrial.yaml of the folder it is started in', () => {
    const home = join(folder, 'home')
    mkdirSync(home)
    writeFileSync(
      join(home, 'seatrial.yaml'),
      `apiVersion: seatrial.dev/v1\nkind: Platform\npools:\n- {name: big, count: 5, cpu: "8", memory: 32Gi}\nsources: [${relative(home, small)}/manifests]\n`,
    )
    const { out } = seatrial(['check', '--show-config'], { cwd: home })
    expect(out).toMatch(/^pool +big: 5 × 8 CPU, 32Gi/m)
    expect(seatrial(['check'], { cwd: home }).status).toBe(0)
  })

  it('does not call a broken seatrial.yaml missing input as well', () => {
    const home = join(folder, 'broken')
    mkdirSync(home)
    writeFileSync(
      join(home, 'seatrial.yaml'),
      'apiVersion: seatrial.dev/v1\nkind: Platform\npools: 3\n',
    )
    const { status, err } = seatrial(['check'], { cwd: home })
    expect(err.match(/ST\d{4}/g)).toEqual(['ST0140'])
    expect(status).toBe(2)
  })
})

describe('bad input', () => {
  const cases = [
    { name: 'a file that is missing', file: undefined, want: 'ST0101' },
    { name: 'broken YAML', file: 'a: [1\nb: 2\n', want: 'ST0105' },
    { name: 'a key given twice', file: 'kind: Pod\nkind: Pod\napiVersion: v1\n', want: 'ST0106' },
    { name: 'no object', file: 'replicas: 3\n', want: 'ST0109' },
    { name: 'an empty file', file: '', want: 'ST0112' },
  ]
  it.each(cases)('$name is a problem with its place, and no stack trace', ({ file, want }) => {
    const path = join(folder, `${want}.yaml`)
    if (file !== undefined) writeFileSync(path, file)
    const { status, err } = seatrial(['check', path])
    expect(err).toContain(want)
    expect(err).toContain(path)
    expect(err).toContain('to do')
    expect(err).not.toMatch(/^\s+at /m)
    expect(status).toBe(2)
  })

  it('does not keep the other files from being judged', () => {
    const path = join(folder, 'broken.yaml')
    writeFileSync(path, 'a: [1\n')
    const { status, out, err } = seatrial(['check', small, path])
    expect(out).toMatch(/^✓ install/)
    expect(err).toContain('ST0105')
    expect(status).toBe(2)
  })

  it('an empty folder says where manifests are looked for', () => {
    const empty = join(folder, 'empty')
    mkdirSync(empty)
    const { status, err } = seatrial(['check', empty])
    expect(err).toContain('ST0110')
    expect(status).toBe(2)
  })
})
