import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import type { ToolResult } from './framework.ts'
import { answer, configMap, namesOf, type Sandbox, sandbox } from './testing.ts'

let files: Sandbox
beforeEach(() => {
  files = sandbox()
})
afterEach(() => {
  files.remove()
})

describe('kustomize', () => {
  const tree = {
    'k/kustomization.yaml':
      'namespace: team\nresources:\n- cm.yaml\npatches:\n- path: patch.yaml\n',
    'k/cm.yaml': `# comment\n${configMap('c')}data:\n  a: "1"\n  b: "1"\n`,
    'k/patch.yaml': `${configMap('c')}data:\n  b: "2"\n`,
  }
  const built =
    'apiVersion: v1\ndata:\n  a: "1"\n  b: "2"\nkind: ConfigMap\nmetadata:\n  name: c\n  namespace: team\n'
  it('a built object leads back to the resource or patch that wrote each value', () => {
    files.write(tree)
    const loaded = files.load(['k'], { run: answer({ stdout: built }) })
    expect(namesOf(loaded)).toEqual(['ConfigMap team/c'])
    const [only] = loaded.objects
    const place = (path: string): string => {
      const { file, line } = only?.locate(path) ?? { file: '' }
      return `${file.replace(`${files.root}/`, '')}:${line}`
    }
    expect(place('data.a')).toBe('k/cm.yaml:6')
    expect(place('data.b')).toBe('k/patch.yaml:5')
    expect(place('metadata.name')).toBe('k/cm.yaml:4')
    expect(only?.locate('metadata.namespace').file).toMatch(/^kubectl kustomize /)
  })

  const failures: readonly { name: string; result: Partial<ToolResult>; want: string }[] = [
    { name: 'no program', result: { status: 'missing' }, want: 'ST0120' },
    {
      name: 'a failing build',
      result: { status: 1, stderr: 'error: no such file\n' },
      want: 'ST0121',
    },
    { name: 'a build without end', result: { status: 'timeout' }, want: 'ST0123' },
  ]
  it.each(failures)('$name is a problem of the kustomization', ({ result, want }) => {
    files.write(tree)
    const loaded = files.load(['k'], { run: answer(result) })
    expect(files.codes(loaded)[0]).toBe(`${want} error k/kustomization.yaml`)
  })

  it('a remote base that cannot be fetched is named with its line', () => {
    files.write({ 'k/kustomization.yaml': 'resources:\n- github.com/acme/base?ref=v1\n' })
    const stderr =
      'E1121 14:45:17.1 run.go:72] "command failed" err=<\n\taccumulating: failed to run git: ' +
      'fatal: Could not resolve host: github.com\n\t: exit status 128\n >\n'
    const loaded = files.load(['k'], { run: answer({ status: 1, stderr }) })
    expect(files.codes(loaded)[0]).toBe('ST0122 error k/kustomization.yaml:2')
    expect(loaded.problems[0]?.why).toBe('fatal: Could not resolve host: github.com')
  })

  it('what kubectl logs is the reason, without its wrapping', () => {
    files.write(tree)
    const stderr = `E1121 run.go:72] "command failed" err="invalid Kustomization: field \\"x\\""\n`
    const loaded = files.load(['k'], { run: answer({ status: 1, stderr }) })
    expect(loaded.problems[0]?.why).toBe('invalid Kustomization: field "x"')
  })

  it('without kubectl, kustomize itself is tried', () => {
    files.write(tree)
    const tried: string[] = []
    const run = (command: string): ToolResult => {
      tried.push(command)
      return command === 'kubectl'
        ? { status: 'missing', stdout: '', stderr: '' }
        : { status: 0, stdout: built, stderr: '' }
    }
    expect(namesOf(files.load(['k'], { run }))).toEqual(['ConfigMap team/c'])
    expect(tried).toEqual(['kubectl', 'kustomize'])
  })

  it('of variants below a folder the first is built, and the run says so', () => {
    files.write({
      'base/kustomization.yaml': 'resources: [cm.yaml]\n',
      'base/cm.yaml': configMap('c'),
      'overlays/dev/kustomization.yaml': 'resources: [../../base]\n',
      'overlays/prod/kustomization.yaml': 'resources: [../../base]\n',
      'plain.yaml': configMap('plain'),
    })
    const folders: string[] = []
    const run = (_command: string, args: readonly string[]): ToolResult => {
      folders.push((args[1] ?? '').replace(`${files.root}/`, ''))
      return { status: 0, stdout: built, stderr: '' }
    }
    const loaded = files.load(['.'], { run })
    expect(folders).toEqual(['overlays/dev'])
    expect(namesOf(loaded)).toEqual(['ConfigMap team/c', 'ConfigMap default/plain'])
    expect(loaded.assumptions[0]?.what).toMatch(/overlays\/dev is built, .*overlays\/prod is not$/)
  })
})
