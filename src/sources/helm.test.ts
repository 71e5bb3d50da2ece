import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import type { ToolResult } from './framework.ts'
import { load } from './load.ts'
import { answer, configMap, namesOf, type Sandbox, sandbox } from './testing.ts'

let files: Sandbox
beforeEach(() => {
  files = sandbox()
})
afterEach(() => {
  files.remove()
})

const chart = {
  'web/Chart.yaml': 'apiVersion: v2\nname: web\nversion: 1.0.0\n',
  'web/templates/a.yaml': 'a: {{ .Values.a }\n',
}

describe('a chart', () => {
  it('is rendered by helm with the release name of its folder', () => {
    files.write(chart)
    const seen: (readonly string[])[] = []
    const run = (command: string, args: readonly string[]): ToolResult => {
      seen.push([command, ...args])
      return { status: 0, stdout: `---\n# Source: web/a\n${configMap('c')}`, stderr: '' }
    }
    const loaded = files.load(['web'], { run, namespace: 'team' })
    const path = `${files.root}/web`
    expect(seen).toEqual([['helm', 'template', 'web', path, '--namespace', 'team']])
    expect(namesOf(loaded)).toEqual(['ConfigMap team/c'])
    expect(loaded.objects[0]?.locate('metadata.name')).toMatchObject({
      file: `helm template ${path}`,
      line: 5,
    })
  })

  it('gets the values files and release name that a source names', () => {
    files.write(chart)
    const seen: string[] = []
    const run = (_command: string, args: readonly string[]): ToolResult => {
      seen.push(args.join(' '))
      return { status: 0, stdout: configMap('c'), stderr: '' }
    }
    const helm = `${files.root}/web`
    load([{ helm, values: ['prod.yaml'], release: 'shop' }], { run })
    expect(seen).toEqual([`template shop ${helm} --namespace default --values prod.yaml`])
  })

  const failures: readonly { name: string; result: Partial<ToolResult>; want: string }[] = [
    { name: 'no helm', result: { status: 'missing' }, want: 'ST0120' },
    { name: 'a failing template', result: { status: 1, stderr: 'Error: x\n' }, want: 'ST0121' },
    { name: 'a template without end', result: { status: 'timeout' }, want: 'ST0123' },
  ]
  it.each(failures)('$name is a problem of the chart that was named', ({ result, want }) => {
    files.write(chart)
    const loaded = files.load(['web'], { run: answer(result) })
    expect(files.codes(loaded)).toEqual([`${want} error web/Chart.yaml`])
  })

  it('that is only found in a folder costs its objects, not the run', () => {
    files.write({ ...chart, 'cm.yaml': configMap('c') })
    const loaded = files.load(['.'], { run: answer({ status: 'missing' }) })
    expect(namesOf(loaded)).toEqual(['ConfigMap default/c'])
    expect(files.codes(loaded)).toEqual(['ST0120 warning web/Chart.yaml'])
  })
})
