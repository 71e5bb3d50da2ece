import { describe, expect, it } from 'vitest'
import { locateIn, sourceFile } from '../source-object.ts'
import { readText } from './read.ts'

const long = Array.from({ length: 60 }, (_, index) => [
  `              field${index}:`,
  '                description: |-',
  '                  openAPIV3Schema: is only a word here,',
  '',
  '                  and blank lines belong to the text.',
  '                type: string',
]).flat()

function definition(schema: readonly string[]): string {
  return [
    'apiVersion: apiextensions.k8s.io/v1',
    'kind: CustomResourceDefinition',
    'metadata:',
    '  name: things.example.com',
    'spec:',
    '  group: example.com',
    '  versions:',
    '  - name: v1',
    '    schema:',
    '      openAPIV3Schema:',
    '        properties:',
    '          spec:',
    '            properties:',
    ...schema,
    '        type: object',
    '    served: true',
    '  scope: Namespaced',
    '',
  ].join('\n')
}

const open = { type: 'object', 'x-kubernetes-preserve-unknown-fields': true }

describe('schemas of custom resource definitions', () => {
  it('are left out, and everything after them is read', () => {
    const { documents, problems } = readText(sourceFile('crd.yaml', definition(long)))
    expect(problems).toEqual([])
    expect(documents.map(({ value }) => value)).toMatchObject([
      {
        metadata: { name: 'things.example.com' },
        spec: {
          group: 'example.com',
          versions: [{ name: 'v1', schema: { openAPIV3Schema: open }, served: true }],
          scope: 'Namespaced',
        },
      },
    ])
  })

  it('keep their places', () => {
    const text = definition(long)
    const [only] = readText(sourceFile('crd.yaml', text)).documents
    if (only === undefined) throw new Error('it is read')
    const schema = 'spec.versions[0].schema.openAPIV3Schema.properties.spec.properties'
    expect(locateIn(only.source, `${schema}.field1`).line).toBe(20)
    const lines = text.split('\n').length
    expect(locateIn(only.source, 'spec.scope').line).toBe(lines - 1)
  })

  it('are read when they are short', () => {
    const text = definition(['              a: {type: string}'])
    const [only] = readText(sourceFile('crd.yaml', text)).documents
    expect(JSON.stringify(only?.value)).toContain('"a":{"type":"string"}')
  })

  it('a mistake inside one is still found where it is', () => {
    const { problems } = readText(sourceFile('crd.yaml', definition([...long, '\t x: 1'])))
    expect(problems[0]).toMatchObject({ code: 'ST0105', location: { line: 374 } })
  })

  it('a text that quotes a definition is not touched', () => {
    const text = `kind: ConfigMap\ndata:\n  crd: |\n${definition(long).replace(/^/gm, '    ')}\n`
    const [only] = readText(sourceFile('cm.yaml', text)).documents
    expect(JSON.stringify(only?.value)).toContain('field59')
  })
})
