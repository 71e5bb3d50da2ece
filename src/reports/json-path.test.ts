import { expect, it } from 'vitest'
import { fillTemplate, parseTemplate } from './json-path.ts'

const document = {
  kind: 'List',
  items: [
    { metadata: { name: 'a', labels: { 'x.y/z': '1' } }, count: 1, on: true },
    { metadata: { name: 'b' }, count: 3, tags: ['p', 'q', 'r'] },
  ],
}

function filled(template: string): string {
  const parsed = parseTemplate(template)
  return parsed.ok ? fillTemplate(parsed.value, document) : `! ${parsed.problems[0]?.what}`
}

it.each([
  { template: '{.kind}', want: 'List' },
  { template: '.kind', want: 'List' },
  { template: 'kind', want: 'List' },
  { template: 'kind={.kind}', want: 'kind=List' },
  { template: '{.items[*].metadata.name}', want: 'a b' },
  { template: '{.items[1].metadata.name}', want: 'b' },
  { template: '{.items[-1].count}', want: '3' },
  { template: '{.items[0:1].count}', want: '1' },
  { template: '{.items[1].tags[::2]}', want: 'p r' },
  { template: '{..name}', want: 'a b' },
  { template: "{.items[*]['count','on']}", want: '1 true 3' },
  { template: "{.items[0].metadata.labels['x.y/z']}", want: '1' },
  { template: '{.items[0].metadata.labels.x\\.y/z}', want: '1' },
  { template: '{.items[?(@.count>2)].metadata.name}', want: 'b' },
  { template: '{.items[?(@.metadata.name=="a")].count}', want: '1' },
  { template: '{.items[?(@.tags)].metadata.name}', want: 'b' },
  {
    template: '{range .items[*]}{.metadata.name}{"\\t"}{.count}{"\\n"}{end}',
    want: 'a\t1\nb\t3\n',
  },
  { template: '{.items[0].metadata}', want: '{"name":"a","labels":{"x.y/z":"1"}}' },
  { template: '{.nothing.there}', want: '' },
  { template: '{$.kind}', want: 'List' },
])('$template gives $want', ({ template, want }) => {
  expect(filled(template)).toBe(want)
})

it.each([
  { template: '{.kind', want: 'a brace is not closed' },
  { template: '{range .items[*]}x', want: '{range} has no {end}' },
  { template: '{end}', want: '{end} has no {range}' },
  { template: '{.items[x]}', want: 'neither an index nor a name in quotes' },
  { template: '{.items[?(@.a==b)]}', want: 'b needs quotes' },
])('$template is refused: $want', ({ template, want }) => {
  expect(filled(template)).toContain(want)
})
