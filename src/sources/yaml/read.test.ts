import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { locateIn, rangeIn, sourceFile } from '../source-object.ts'
import { readText } from './read.ts'

function read(text: string): unknown[] {
  const result = readText(sourceFile('a.yaml', text))
  expect(result.problems).toEqual([])
  return result.documents.map(({ value }) => value)
}

function problems(text: string): string[] {
  return readText(sourceFile('a.yaml', text)).problems.map(
    ({ code, location, what }) => `${code} ${location?.line}:${location?.column} ${what}`,
  )
}

describe('documents', () => {
  const table = [
    { name: 'one without a marker', given: 'a: 1\n', want: [{ a: 1 }] },
    {
      name: 'comments between markers are no document',
      given: '# x\n---\n# y\n---\na: 1\n',
      want: [{ a: 1 }],
    },
    { name: 'an explicit null is one', given: '--- null\n---\na: 1\n', want: [null, { a: 1 }] },
    { name: 'a marker may carry content', given: '--- {a: 1}\n--- [2]\n', want: [{ a: 1 }, [2]] },
    { name: 'Windows line ends', given: 'a: 1\r\n---\r\nb: 2\r\n', want: [{ a: 1 }, { b: 2 }] },
    { name: 'a byte order mark', given: '\ufeffa: 1\n', want: [{ a: 1 }] },
    {
      name: 'a directive belongs to what follows',
      given: '%YAML 1.1\n---\na: 1\n',
      want: [{ a: 1 }],
    },
    {
      name: 'three dots end a document',
      given: 'a: 1\n...\n---\nb: 2\n',
      want: [{ a: 1 }, { b: 2 }],
    },
    {
      name: 'dashes inside a block text are text',
      given: 'a: |\n  ---\n  b\n',
      want: [{ a: '---\nb\n' }],
    },
    { name: 'JSON', given: '{\n\t"a": [1,\n\t"\\ud83d\\ude00"]\n}\n', want: [{ a: [1, '😀'] }] },
    { name: 'nothing at all', given: '', want: [] },
  ]
  it.each(table)('$name', ({ given, want }) => {
    expect(read(given)).toEqual(want)
  })

  it('a bracket that closes left of its key is accepted, as kubectl accepts it', () => {
    expect(read('a:\n  b: [\n"x", {\n}\n]\n  c: "one\ntwo"\n')).toEqual([
      { a: { b: ['x', {}], c: 'one two' } },
    ])
  })

  it('a block text that the end of the file cuts off has no line end', () => {
    expect(read('a: |\n  x')).toEqual([{ a: 'x' }])
  })

  it('a key named __proto__ is a key', () => {
    expect(Object.keys(read('__proto__: 1\nb: 2\n')[0] as object)).toEqual(['__proto__', 'b'])
  })

  it('any JSON value survives being written as JSON and read back', () => {
    fc.assert(
      fc.property(fc.object({ withNullPrototype: false }), value => {
        const json = JSON.stringify(value)
        expect(read(json)).toEqual([JSON.parse(json)])
      }),
      { numRuns: 200 },
    )
  })
})

describe('anchors and merge keys', () => {
  it('an alias repeats its anchor', () => {
    expect(read('a: &x {b: 1}\nc: *x\n')).toEqual([{ a: { b: 1 }, c: { b: 1 } }])
  })
  it('merged keys stand where the merge stands: they replace earlier and yield to later keys', () => {
    const text = 'base: &b {p: 1, q: 1}\nz:\n  p: 0\n  <<: *b\n  q: 2\n'
    expect(read(text)).toEqual([{ base: { p: 1, q: 1 }, z: { p: 1, q: 2 } }])
  })
  it('of a list of merges the first wins', () => {
    expect(read('z:\n  <<: [{p: 1}, {p: 2, q: 2}]\n')).toEqual([{ z: { p: 1, q: 2 } }])
  })
})

describe('problems', () => {
  const table = [
    { name: 'a tab', given: 'a:\n\tb: 1\n', want: ['ST0105 2:1'] },
    { name: 'a wrong indentation', given: 'a: 1\n b: 2\n', want: ['ST0105 2:3'] },
    { name: 'an open quote', given: 'a: "x\nb: 1\n', want: ['ST0105 2:1'] },
    { name: 'a key twice', given: 'a: 1\nb: 2\na: 3\n', want: ['ST0106 3:1'] },
    { name: 'a key twice in brackets', given: 'b:\n- {k: 1, k: 2}\n', want: ['ST0106 2:10'] },
    { name: 'an unknown anchor', given: 'a: *nope\n', want: ['ST0107 1:4'] },
    { name: 'an anchor inside itself', given: 'a: &x [*x]\n', want: ['ST0107 1:8'] },
    { name: 'not a number', given: 'a: .nan\n', want: ['ST0108 1:4'] },
    { name: 'a null key', given: '~: 1\n', want: ['ST0108 1:1'] },
    { name: 'a list as key', given: '? [a]\n: 1\n', want: ['ST0108 1:3'] },
    { name: 'a wrong tag', given: 'a: !!int x\n', want: ['ST0108 1:4'] },
    { name: 'a merge of a text', given: '<<: x\n', want: ['ST0108 1:1'] },
  ]
  it.each(table)('$name', ({ given, want }) => {
    expect(problems(given).map(text => text.split(' ').slice(0, 2).join(' '))).toEqual(want)
  })

  it('a broken document costs only itself', () => {
    const result = readText(sourceFile('a.yaml', 'a: 1\n---\nb: [\n---\nc: 3\n'))
    expect(result.documents.map(({ value }) => value)).toEqual([{ a: 1 }, { c: 3 }])
    expect(result.problems).toHaveLength(1)
  })

  it('of a key that is set twice the last value counts, and both lines are named', () => {
    const result = readText(sourceFile('a.yaml', 'a: 1\nb: 2\na: 3\n'))
    expect(result.documents[0]?.value).toEqual({ a: 3, b: 2 })
    expect(result.problems[0]?.what).toBe('key "a" is set twice, first in line 1')
  })

  it('nesting without end is refused, however large the file', () => {
    for (const depth of [200, 200_000]) {
      const [first] = problems(`{"a": ${'['.repeat(depth)}${']'.repeat(depth)}}`)
      expect(first).toMatch(/^ST0105 1:\d+ this document nests too deep: nesting exceeded maxDepth/)
    }
  })

  it('large JSON is read with the places of its values', () => {
    const text = JSON.stringify({ a: 'x'.repeat(300_000), b: { c: [1, true] } }, null, 1)
    const [only] = readText(sourceFile('a.json', text)).documents
    expect(only?.value).toMatchObject({ b: { c: [1, true] } })
    expect(only && locateIn(only.source, 'b.c[1]')).toMatchObject({ line: 6, column: 4 })
  })

  it('a bomb of aliases is refused before it expands', () => {
    const lines = ['a0: &a0 [x, x, x, x, x, x, x, x, x, x]']
    for (let level = 1; level < 30; level++) {
      lines.push(`a${level}: &a${level} [${`*a${level - 1}, `.repeat(9)}*a${level - 1}]`)
    }
    const [first] = problems(lines.join('\n'))
    expect(first).toMatch(/^ST0107 .* document contains excessive aliasing$/)
  })
})

describe('positions', () => {
  const text = [
    '# head',
    'metadata:',
    '  labels: {app.kubernetes.io/name: "x", n: 1}',
    'spec:',
    '  base: &b {deep: [1, 2]}',
    '  list:',
    '  - name: first',
    '    value: |',
    '      text',
    '  - <<: *b',
    '  empty:',
    '',
  ].join('\n')
  const document = readText(sourceFile('dir/a.yaml', `x: 1\n---\n${text}`)).documents[1]

  const table = [
    { path: 'metadata.labels', want: '5:3', source: '{app.kubernetes.io/name: "x", n: 1}' },
    { path: 'metadata.labels[app.kubernetes.io/name]', want: '5:12', source: '"x"' },
    { path: 'spec.list[0].name', want: '9:5', source: 'first' },
    { path: 'spec.list[0]', want: '9:5', source: 'name: first\n    value: |\n      text\n' },
    { path: 'spec.list[0].value', want: '10:5', source: '|\n      text\n' },
    { path: 'spec.list[1].deep[1]', want: '7:23', source: '2' },
    { path: 'spec.empty', want: '13:3', source: '' },
    { path: 'spec.list[0].missing', want: '9:5', source: undefined },
    { path: 'spec.replicas', want: '6:1', source: undefined },
  ]
  it.each(table)('$path', ({ path, want, source }) => {
    if (document === undefined) throw new Error('the second document is read')
    const place = locateIn(document.source, path)
    expect(`${place.line}:${place.column}`).toBe(want)
    expect(place).toMatchObject({ file: 'dir/a.yaml', path })
    const range = rangeIn(document.source, path)
    const written = range && document.source.file.text.slice(range.start, range.end)
    expect(written).toBe(source)
  })

  const ends = [
    { name: 'braces', text: 'a:\n  b: {c: [1, 2]} # x\nd: 1\n', path: 'a', want: 'b: {c: [1, 2]}' },
    { name: 'empty braces', text: 'a:\n- b: {}\nd: 1\n', path: 'a', want: '- b: {}' },
    { name: 'nothing', text: 'a:\n  b:\n  c:\nd: 1\n', path: 'a', want: 'b:\n  c:' },
    { name: 'a quote', text: "a:\n  b: 'it''s'\nd: 1\n", path: 'a', want: "b: 'it''s'" },
    { name: 'brackets over lines', text: 'a: [ # ]\n  1,\n]\n', path: 'a', want: '[ # ]\n  1,\n]' },
    { name: 'an alias', text: 'x: &x 1\na:\n  b: *x\nd: 1\n', path: 'a', want: 'b: *x' },
  ]
  it.each(ends)('a value that ends with $name ends there', ({ text, path, want }) => {
    const [only] = readText(sourceFile('a.yaml', text)).documents
    const range = only && rangeIn(only.source, path)
    expect(range && text.slice(range.start, range.end)).toBe(want)
  })

  it('positions count in the file as written where lines had to be indented for the parser', () => {
    const odd = 'a:\n  b: [\n1,\n2\n]\n  c: 3\n'
    const [only] = readText(sourceFile('a.yaml', odd)).documents
    if (only === undefined) throw new Error('it is read')
    expect(locateIn(only.source, 'a.b[1]')).toMatchObject({ line: 4, column: 1 })
    expect(locateIn(only.source, 'a.c')).toMatchObject({ line: 6, column: 3 })
    const range = rangeIn(only.source, 'a.b')
    expect(range && odd.slice(range.start, range.end)).toBe('[\n1,\n2\n]')
  })
})
