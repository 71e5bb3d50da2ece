import { describe, expect, it } from 'vitest'
import { frame, placeText } from './frame.ts'

function framed(text: string, line?: number, label?: string): readonly string[] {
  const location = { file: 'a.yaml', ...(line !== undefined && { line }) }
  const options = { sourceText: () => text, indent: '', accent: (each: string) => each }
  return frame({ location, ...(label !== undefined && { text: label }) }, options)
}

describe('frame', () => {
  const cases = [
    {
      name: 'the line with its parent key, without their common margin',
      given: framed('spec:\n    replicas: 3\n', 2, 'here'),
      want: ['a.yaml:2', '   spec:', '       replicas: 3   ← here'],
    },
    {
      name: 'a top-level line stands alone',
      given: framed('kind: Pod\nspec: {}\n', 2),
      want: ['a.yaml:2', '   spec: {}'],
    },
    {
      name: 'a parent that is far away is left out',
      given: framed('a:\n  b: 1\n  c: 2\n  d: 3\n  e: 4\n', 5),
      want: ['a.yaml:5', '   e: 4'],
    },
    {
      name: 'the end of a document is no parent',
      given: framed('a: 1\n---\n  b: 2\n', 3),
      want: ['a.yaml:3', '   b: 2'],
    },
    {
      name: 'an item may stand right below its key',
      given: framed('a:\n  rules:\n  - x: 1\n  - y: 2\n', 4),
      want: ['a.yaml:4', '   rules:', '   - y: 2'],
    },
    { name: 'an empty line gives the place only', given: framed('\n\n', 1), want: ['a.yaml:1'] },
    { name: 'a line beyond the file', given: framed('a: 1\n', 9), want: ['a.yaml:9'] },
    { name: 'a file as a whole', given: framed('a: 1\n'), want: ['a.yaml'] },
    {
      name: 'control characters lose their power, tabs become spaces',
      given: framed('a: \u001b[31mred\tend\r\n', 1),
      want: ['a.yaml:1', '   a: �[31mred  end'],
    },
    {
      name: 'a long line is cut',
      given: framed(`a: ${'x'.repeat(200)}\n`, 1),
      want: ['a.yaml:1', `   a: ${'x'.repeat(116)}…`],
    },
  ]
  it.each(cases)('$name', ({ given, want }) => {
    expect(given).toEqual(want)
  })

  it('gives the place only when the file cannot be read', () => {
    const options = { sourceText: () => undefined, indent: '  ', accent: String }
    const location = { file: 'gone.yaml', line: 3, column: 2 }
    expect(frame({ location }, options)).toEqual(['  gone.yaml:3:2'])
  })
})

it('a place without a line is its file', () => {
  expect(placeText({ file: 'a.yaml' })).toBe('a.yaml')
})
