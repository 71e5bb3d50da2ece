import { mkdirSync, mkdtempSync, rmSync, symlinkSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import type { ToolResult } from './framework.ts'
import { defaultPool, type Loaded, load, type LoadOptions } from './load.ts'

let root = ''
beforeEach(() => {
  root = mkdtempSync(join(tmpdir(), 'sources-'))
})
afterEach(() => {
  rmSync(root, { recursive: true, force: true })
})

function write(files: Readonly<Record<string, string>>): void {
  for (const [name, text] of Object.entries(files)) {
    const path = join(root, name)
    mkdirSync(dirname(path), { recursive: true })
    writeFileSync(path, text)
  }
}

function loadFrom(names: readonly string[], options?: LoadOptions): Loaded {
  return load(
    names.map(name => (name === '-' ? name : join(root, name))),
    options,
  )
}

function names(loaded: Loaded): string[] {
  return loaded.objects.map(
    ({ object: { kind, metadata } }) =>
      `${kind} ${metadata.namespace === undefined ? '' : `${metadata.namespace}/`}${metadata.name}`,
  )
}

function codes(loaded: Loaded): string[] {
  return loaded.problems.map(({ code, severity, location }) => {
    const file = location?.file.replace(`${root}/`, '').replace(root, '.')
    return `${code} ${severity} ${file}${location?.line === undefined ? '' : `:${location.line}`}`
  })
}

const configMap = (name: string): string =>
  `apiVersion: v1\nkind: ConfigMap\nmetadata: {name: ${name}}\n`

describe('files and folders', () => {
  it('a folder is walked by path, dot folders and node_modules left out', () => {
    write({
      'b.yaml': configMap('b'),
      'a/z.yml': configMap('az'),
      'a.yaml': configMap('a'),
      '.git/x.yaml': configMap('git'),
      'node_modules/p/x.yaml': configMap('npm'),
      'README.md': '# no manifest',
      'values.yaml': 'replicas: 3\n',
    })
    const loaded = loadFrom(['.'])
    expect(names(loaded)).toEqual([
      'ConfigMap default/az',
      'ConfigMap default/a',
      'ConfigMap default/b',
    ])
    expect(loaded.problems).toEqual([])
    expect(loaded.notes).toEqual([
      '1 file holds no Kubernetes object (values, workflows and the like)',
    ])
  })

  it('lists are taken apart and each item keeps its place', () => {
    write({
      'list.yaml': [
        'apiVersion: v1',
        'kind: List',
        'items:',
        '- apiVersion: v1',
        '  kind: Namespace',
        '  metadata: {name: ns}',
        '- apiVersion: v1',
        '  kind: Secret',
        '  metadata:',
        '    name: s',
        '    namespace: ns',
        '',
      ].join('\n'),
    })
    const loaded = loadFrom(['list.yaml'])
    expect(names(loaded)).toEqual(['Namespace ns', 'Secret ns/s'])
    expect(loaded.objects[1]?.locate('metadata.name')).toMatchObject({ line: 10, column: 5 })
  })

  it('the standard input is read as a file', () => {
    const loaded = loadFrom(['-'], { readStdin: () => configMap('in') })
    expect(names(loaded)).toEqual(['ConfigMap default/in'])
    expect(loaded.objects[0]?.locate('kind')).toMatchObject({ file: 'stdin', line: 2 })
  })

  it('the namespace of the command line goes where none is written and the kind wants one', () => {
    const crd =
      'apiVersion: apiextensions.k8s.io/v1\nkind: CustomResourceDefinition\nmetadata: {name: t.x.io}\n' +
      'spec: {group: x.io, scope: Namespaced, names: {kind: T, plural: t}}\n'
    write({
      'a.yaml': `${configMap('c')}---\n${crd}---\napiVersion: x.io/v1\nkind: T\nmetadata: {name: t}\n`,
      'b.yaml': 'apiVersion: v1\nkind: Node\nmetadata: {name: n1, namespace: odd}\n',
      'c.yaml': 'apiVersion: other.io/v1\nkind: U\nmetadata: {name: u}\n',
    })
    expect(names(loadFrom(['.'], { namespace: 'team' }))).toEqual([
      'ConfigMap team/c',
      'CustomResourceDefinition t.x.io',
      'T team/t',
      'Node n1',
      'U u',
    ])
  })

  it('of the same object in two files the later one counts, with a warning', () => {
    write({ 'a.yaml': configMap('c'), 'b.yaml': `${configMap('c')}data: {k: v}\n` })
    const loaded = loadFrom(['.'])
    expect(loaded.objects.map(({ object }) => object['data'])).toEqual([{ k: 'v' }])
    expect(codes(loaded)).toEqual(['ST0113 warning a.yaml:3'])
  })

  it('unknown kinds are kept and counted', () => {
    write({ 'a.yaml': 'apiVersion: x.io/v1\nkind: Thing\nmetadata: {name: a}\n' })
    const loaded = loadFrom(['a.yaml'])
    expect(names(loaded)).toEqual(['Thing a'])
    expect(loaded.unmodelled).toMatchObject([{ kind: 'Thing.x.io', count: 1 }])
  })
})

describe('bad input is a problem, and all other files are still read', () => {
  const good = configMap('good')
  const table: readonly { name: string; files: Record<string, string>; want: string[] }[] = [
    { name: 'a missing file', files: {}, want: ['ST0101 error bad.yaml'] },
    { name: 'an empty file', files: { 'bad.yaml': '' }, want: ['ST0112 error bad.yaml'] },
    { name: 'only comments', files: { 'bad.yaml': '# x\n' }, want: ['ST0112 error bad.yaml'] },
    {
      name: 'a binary file',
      files: { 'bad.yaml': 'PK\u0003\0\0x' },
      want: ['ST0104 error bad.yaml'],
    },
    { name: 'broken YAML', files: { 'bad.yaml': 'a: [1\n' }, want: ['ST0105 error bad.yaml:1'] },
    { name: 'values', files: { 'bad.yaml': 'a: 1\n' }, want: ['ST0109 error bad.yaml:1'] },
    { name: 'a text', files: { 'bad.yaml': 'hello\n' }, want: ['ST0109 error bad.yaml:1'] },
    {
      name: 'no name',
      files: { 'bad.yaml': 'apiVersion: v1\nkind: Pod\nspec: {}\n' },
      want: ['ST0111 error bad.yaml:1'],
    },
    {
      name: 'a label that is no text',
      files: {
        'bad.yaml': 'apiVersion: v1\nkind: Pod\nmetadata:\n  name: a\n  labels:\n    on: yes\n',
      },
      want: ['ST0111 error bad.yaml:6'],
    },
    {
      name: 'a list of texts',
      files: { 'bad.yaml': 'apiVersion: v1\nkind: List\nitems:\n- x\n' },
      want: ['ST0111 error bad.yaml:4'],
    },
  ]
  it.each(table)('$name', ({ files, want }) => {
    write({ 'good.yaml': good, ...files })
    const loaded = loadFrom(['bad.yaml', 'good.yaml'])
    expect(codes(loaded)).toEqual(want)
    expect(names(loaded)).toEqual(['ConfigMap default/good'])
    for (const { what, why, todo } of loaded.problems) {
      expect([what, why, todo].every(text => text !== undefined && text !== '')).toBe(true)
    }
  })

  it('a folder without manifests', () => {
    write({ 'empty/README.md': 'x', 'good.yaml': good })
    expect(codes(loadFrom(['empty', 'good.yaml']))).toEqual(['ST0110 error empty'])
  })

  it('a file beyond the limit', () => {
    write({ 'big.yaml': `${good}# ${'x'.repeat(33 * 1024 * 1024)}\n`, 'good.yaml': good })
    expect(codes(loadFrom(['big.yaml', 'good.yaml']))).toEqual(['ST0103 error big.yaml'])
  })

  it('links that lead nowhere or in a circle', () => {
    write({ 'good.yaml': good })
    symlinkSync(join(root, 'nowhere'), join(root, 'dangling.yaml'))
    symlinkSync(root, join(root, 'circle'))
    const loaded = loadFrom(['.'])
    expect(names(loaded)).toEqual(['ConfigMap default/good'])
    expect(loaded.problems.filter(({ severity }) => severity === 'error')).toEqual([])
  })

  it('no input at all', () => {
    expect(load([]).problems).toMatchObject([{ code: 'ST0110' }])
  })
})

describe('node pools', () => {
  const definition = (fields: string): string =>
    `{"cloud_provider": "civo", "cluster_name": "demo", "cloud_region": "NYC1", ${fields}}`

  it('nothing said: three nodes, and the run says that it assumed them', () => {
    write({ 'a.yaml': configMap('a') })
    const loaded = loadFrom(['a.yaml'])
    expect(loaded.pools).toEqual([defaultPool])
    expect(loaded.assumptions).toMatchObject([
      { what: '3 nodes of 4 CPU / 16 GiB', setBy: 'default' },
    ])
  })

  it('a Kubefirst definition beside the manifests gives nodes and gates', () => {
    write({
      'a.yaml': configMap('a'),
      'c.json': definition('"node_count": 2, "node_type": "g4s.kube.large"'),
    })
    const loaded = loadFrom(['a.yaml', 'c.json'])
    expect(loaded.pools).toMatchObject([
      { name: 'demo', count: 2, cpu: '4', memory: '8Gi', instanceType: 'g4s.kube.large' },
    ])
    expect(loaded.install?.gates.map(({ name }) => name)).toEqual([
      'argocd-application-controller',
      'argocd-server',
      'argocd-repo-server',
      'argocd-redis-ha-haproxy',
      'argocd-redis-ha-server',
    ])
    expect(loaded.problems).toEqual([])
  })

  it('a platform of no nodes is a problem where the number is written', () => {
    write({ 'a.yaml': configMap('a'), 'c.json': `\n${definition('"node_count": 0')}` })
    expect(codes(loadFrom(['a.yaml', 'c.json']))).toEqual(['ST0141 error c.json:2'])
  })

  it('flags come before everything else', () => {
    write({ 'a.yaml': configMap('a'), 'c.json': definition('"node_count": 2') })
    const pools = [{ name: 'mine', count: 5, cpu: '2', memory: '4Gi' }]
    expect(loadFrom(['.'], { pools })).toMatchObject({ pools, poolsSetBy: 'flags' })
  })
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
  const answer = (result: Partial<ToolResult>) => (): ToolResult => ({
    status: 0,
    stdout: '',
    stderr: '',
    ...result,
  })

  it('a built object leads back to the resource or patch that wrote each value', () => {
    write(tree)
    const loaded = loadFrom(['k'], { run: answer({ stdout: built }) })
    expect(names(loaded)).toEqual(['ConfigMap team/c'])
    const [only] = loaded.objects
    const place = (path: string): string => {
      const { file, line } = only?.locate(path) ?? { file: '' }
      return `${file.replace(`${root}/`, '')}:${line}`
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
    write(tree)
    const loaded = loadFrom(['k'], { run: answer(result) })
    expect(codes(loaded)[0]).toBe(`${want} error k/kustomization.yaml`)
  })

  it('a remote base that cannot be fetched is named with its line', () => {
    write({ 'k/kustomization.yaml': 'resources:\n- github.com/acme/base?ref=v1\n' })
    const stderr = "error: accumulating: 'git fetch': Could not resolve host: github.com"
    const loaded = loadFrom(['k'], { run: answer({ status: 1, stderr }) })
    expect(codes(loaded)[0]).toBe('ST0122 error k/kustomization.yaml:2')
  })

  it('without kubectl, kustomize itself is tried', () => {
    write(tree)
    const tried: string[] = []
    const run = (command: string): ToolResult => {
      tried.push(command)
      return command === 'kubectl'
        ? { status: 'missing', stdout: '', stderr: '' }
        : { status: 0, stdout: built, stderr: '' }
    }
    expect(names(loadFrom(['k'], { run }))).toEqual(['ConfigMap team/c'])
    expect(tried).toEqual(['kubectl', 'kustomize'])
  })

  it('of variants below a folder the first is built, and the run says so', () => {
    write({
      'base/kustomization.yaml': 'resources: [cm.yaml]\n',
      'base/cm.yaml': configMap('c'),
      'overlays/dev/kustomization.yaml': 'resources: [../../base]\n',
      'overlays/prod/kustomization.yaml': 'resources: [../../base]\n',
      'plain.yaml': configMap('plain'),
    })
    const folders: string[] = []
    const run = (_command: string, args: readonly string[]): ToolResult => {
      folders.push((args[1] ?? '').replace(`${root}/`, ''))
      return { status: 0, stdout: built, stderr: '' }
    }
    const loaded = loadFrom(['.'], { run })
    expect(folders).toEqual(['overlays/dev'])
    expect(names(loaded)).toEqual(['ConfigMap team/c', 'ConfigMap default/plain'])
    expect(loaded.assumptions[0]?.what).toMatch(/overlays\/dev is built, .*overlays\/prod is not$/)
  })
})
