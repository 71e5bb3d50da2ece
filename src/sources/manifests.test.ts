import { symlinkSync } from 'node:fs'
import { join } from 'node:path'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { load } from './load.ts'
import { configMap, namesOf, type Sandbox, sandbox } from './testing.ts'

let files: Sandbox
beforeEach(() => {
  files = sandbox()
})
afterEach(() => {
  files.remove()
})

describe('files and folders', () => {
  it('a folder is walked by path, dot folders and node_modules left out', () => {
    files.write({
      'b.yaml': configMap('b'),
      'a/z.yml': configMap('az'),
      'a.yaml': configMap('a'),
      '.git/x.yaml': configMap('git'),
      'node_modules/p/x.yaml': configMap('npm'),
      'README.md': '# no manifest',
      'values.yaml': 'replicas: 3\n',
    })
    const loaded = files.load(['.'])
    expect(namesOf(loaded)).toEqual([
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
    files.write({
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
    const loaded = files.load(['list.yaml'])
    expect(namesOf(loaded)).toEqual(['Namespace ns', 'Secret ns/s'])
    expect(loaded.objects[1]?.locate('metadata.name')).toMatchObject({ line: 10, column: 5 })
  })

  it('the standard input is read as a file', () => {
    const loaded = files.load(['-'], { readStdin: () => configMap('in') })
    expect(namesOf(loaded)).toEqual(['ConfigMap default/in'])
    expect(loaded.objects[0]?.locate('kind')).toMatchObject({ file: 'stdin', line: 2 })
  })

  it('the namespace of the command line goes where none is written and the kind wants one', () => {
    const crd =
      'apiVersion: apiextensions.k8s.io/v1\nkind: CustomResourceDefinition\nmetadata: {name: t.x.io}\n' +
      'spec: {group: x.io, scope: Namespaced, names: {kind: T, plural: t}}\n'
    files.write({
      'a.yaml': `${configMap('c')}---\n${crd}---\napiVersion: x.io/v1\nkind: T\nmetadata: {name: t}\n`,
      'b.yaml': 'apiVersion: v1\nkind: Node\nmetadata: {name: n1, namespace: odd}\n',
      'c.yaml': 'apiVersion: other.io/v1\nkind: U\nmetadata: {name: u}\n',
    })
    expect(namesOf(files.load(['.'], { namespace: 'team' }))).toEqual([
      'ConfigMap team/c',
      'CustomResourceDefinition t.x.io',
      'T team/t',
      'Node n1',
      'U u',
    ])
  })

  it('of the same object in two files the later one counts, with a warning', () => {
    files.write({ 'a.yaml': configMap('c'), 'b.yaml': `${configMap('c')}data: {k: v}\n` })
    const loaded = files.load(['.'])
    expect(loaded.objects.map(({ object }) => object['data'])).toEqual([{ k: 'v' }])
    expect(files.codes(loaded)).toEqual(['ST0113 warning a.yaml:3'])
  })

  it('unknown kinds are kept', () => {
    files.write({ 'a.yaml': 'apiVersion: x.io/v1\nkind: Thing\nmetadata: {name: a}\n' })
    const loaded = files.load(['a.yaml'])
    expect(namesOf(loaded)).toEqual(['Thing a'])
  })
})

describe('bad input is a problem, and all other files are still read', () => {
  const good = configMap('good')
  const table: readonly { name: string; given: Record<string, string>; want: string[] }[] = [
    { name: 'a missing file', given: {}, want: ['ST0101 error bad.yaml'] },
    { name: 'an empty file', given: { 'bad.yaml': '' }, want: ['ST0112 error bad.yaml'] },
    { name: 'only comments', given: { 'bad.yaml': '# x\n' }, want: ['ST0112 error bad.yaml'] },
    {
      name: 'a binary file',
      given: { 'bad.yaml': 'PK\u0003\0\0x' },
      want: ['ST0104 error bad.yaml'],
    },
    { name: 'broken YAML', given: { 'bad.yaml': 'a: [1\n' }, want: ['ST0105 error bad.yaml:1'] },
    { name: 'values', given: { 'bad.yaml': 'a: 1\n' }, want: ['ST0109 error bad.yaml:1'] },
    { name: 'a text', given: { 'bad.yaml': 'hello\n' }, want: ['ST0109 error bad.yaml:1'] },
    {
      name: 'no name',
      given: { 'bad.yaml': 'apiVersion: v1\nkind: Pod\nspec: {}\n' },
      want: ['ST0111 error bad.yaml:1'],
    },
    {
      name: 'a label that is no text',
      given: {
        'bad.yaml': 'apiVersion: v1\nkind: Pod\nmetadata:\n  name: a\n  labels:\n    on: yes\n',
      },
      want: ['ST0111 error bad.yaml:6'],
    },
    {
      name: 'a list of texts',
      given: { 'bad.yaml': 'apiVersion: v1\nkind: List\nitems:\n- x\n' },
      want: ['ST0111 error bad.yaml:4'],
    },
  ]
  it.each(table)('$name', ({ given, want }) => {
    files.write({ 'good.yaml': good, ...given })
    const loaded = files.load(['bad.yaml', 'good.yaml'])
    expect(files.codes(loaded)).toEqual(want)
    expect(namesOf(loaded)).toEqual(['ConfigMap default/good'])
    for (const { what, why, todo } of loaded.problems) {
      expect([what, why, todo].every(text => text !== undefined && text !== '')).toBe(true)
    }
  })

  it('a folder without manifests', () => {
    files.write({ 'empty/README.md': 'x', 'good.yaml': good })
    expect(files.codes(files.load(['empty', 'good.yaml']))).toEqual(['ST0110 error empty'])
  })

  it('a file beyond the limit', () => {
    files.write({ 'big.yaml': `${good}# ${'x'.repeat(33 * 1024 * 1024)}\n`, 'good.yaml': good })
    expect(files.codes(files.load(['big.yaml', 'good.yaml']))).toEqual(['ST0103 error big.yaml'])
  })

  it('links that lead nowhere or in a circle', () => {
    files.write({ 'good.yaml': good })
    symlinkSync(join(files.root, 'nowhere'), join(files.root, 'dangling.yaml'))
    symlinkSync(files.root, join(files.root, 'circle'))
    const loaded = files.load(['.'])
    expect(namesOf(loaded)).toEqual(['ConfigMap default/good'])
    expect(loaded.problems.filter(({ severity }) => severity === 'error')).toEqual([])
  })

  it('no input at all', () => {
    expect(load([]).problems).toMatchObject([{ code: 'ST0110' }])
  })
})
