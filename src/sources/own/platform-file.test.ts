import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { load } from '../load.ts'
import { discoverPlatform, readPlatformFile } from './platform-file.ts'

let root = ''
beforeEach(() => {
  root = mkdtempSync(join(tmpdir(), 'own-'))
})
afterEach(() => {
  rmSync(root, { recursive: true, force: true })
})

function write(name: string, text: string): string {
  const path = join(root, name)
  mkdirSync(dirname(path), { recursive: true })
  writeFileSync(path, text)
  return path
}

const head = 'apiVersion: seatrial.dev/v1\nkind: Platform\n'
const web = 'apiVersion: apps/v1\nkind: Deployment\nmetadata: {name: web}\nspec: {replicas: 2}\n'

describe('seatrial.yaml', () => {
  it('every part becomes data, with paths relative to the file', () => {
    const path = write(
      'seatrial.yaml',
      `${head}kubernetes: v1.34.2
pools:
- {name: workers, count: 3, cpu: 4, memory: 16Gi, zones: [a, b], 
   taints: [k=v:NoSchedule, {key: x, effect: NoExecute}]}
- {name: small, count: 1}
sources: [./manifests, {helm: ./chart, values: [v.yaml]}, {kustomize: overlays/prod}]
trials: [install, {file: ./night.trial.yaml}]
sla: {downSeconds: 60, services: {kube-system/kube-dns: {downSeconds: 10}}}
timers: {nodeMonitorGracePeriod: 20s, unreachableToleration: 1m30s}
`,
    )
    const { part, problems } = readPlatformFile(path)
    expect(problems).toEqual([])
    expect(part).toMatchObject({
      setBy: path,
      kubernetes: '1.34',
      pools: [
        {
          name: 'workers',
          count: 3,
          cpu: '4',
          memory: '16Gi',
          zones: ['a', 'b'],
          taints: [
            { key: 'k', value: 'v', effect: 'NoSchedule' },
            { key: 'x', effect: 'NoExecute' },
          ],
          location: { line: 5, path: 'pools[0].count' },
        },
        { name: 'small', count: 1, cpu: '4', memory: '16Gi' },
      ],
      sources: [
        { path: join(root, 'manifests') },
        { helm: join(root, 'chart'), values: [join(root, 'v.yaml')], release: 'chart' },
        { kustomize: join(root, 'overlays/prod') },
      ],
      trials: ['install', { file: join(root, 'night.trial.yaml') }],
      sla: { downSeconds: 60 },
      timers: { nodeMonitorGraceMs: 20_000, unreachableTolerationSeconds: 90 },
    })
  })

  const mistakes = [
    { name: 'an unknown field', text: 'pool: []\n', want: '3:1 unknown field "pool"' },
    {
      name: 'a count that is a text',
      text: 'pools: [{name: a, count: three}]\n',
      want: '3:19 pools[0].count is the text "three", not a whole number',
    },
    { name: 'a missing count', text: 'pools:\n- name: a\n', want: '4:3 pools[0] has no count' },
    {
      name: 'a version without quotes',
      text: 'kubernetes: 1.34\n',
      want: '3:1 kubernetes is the number 1.34, not a text (in quotes when it looks like a number)',
    },
    {
      name: 'a memory of nonsense',
      text: 'pools: [{name: a, count: 1, memory: 4 GB}]\n',
      want: '3:29 pools[0].memory cannot be "4 GB"',
    },
    {
      name: 'an unknown trial',
      text: 'trials: [instal]\n',
      want: '3:10 trials[0] cannot be "instal"',
    },
    {
      name: 'a version that is too old',
      text: 'kubernetes: "1.20"\n',
      want: '3:1 Kubernetes 1.20 is not supported',
    },
    {
      name: 'a source of nothing',
      text: 'sources: [{values: [a.yaml]}]\n',
      want: '3:11 sources[0] says none of path, kustomize, helm, inventory',
    },
    {
      name: 'a source of two things',
      text: 'sources: [{path: a, kustomize: b}]\n',
      want: '3:11 sources[0] says path and kustomize at once',
    },
    {
      name: 'no pools in the list',
      text: 'pools: []\n',
      want: '3:1 pools is an empty list',
    },
    {
      name: 'a negative count',
      text: 'pools: [{name: a, count: -1}]\n',
      want: '3:19 pools[0].count cannot be -1',
    },
    {
      name: 'a tab',
      text: 'pools:\n\t- a\n',
      want: '4:1 this is not valid YAML: tab characters must not be used in indentation',
    },
  ]
  it.each(mistakes)('$name is a problem with its place', ({ text, want }) => {
    const { part, problems } = readPlatformFile(write('seatrial.yaml', head + text))
    expect(part).toBeUndefined()
    const [first] = problems
    expect(`${first?.location?.line}:${first?.location?.column} ${first?.what}`).toBe(want)
    expect(first?.todo).toBeTruthy()
  })

  it('a misspelt field gets a proposal', () => {
    const { problems } = readPlatformFile(write('seatrial.yaml', `${head}pool: []\n`))
    expect(problems[0]?.todo).toBe('did you mean "pools"?')
  })

  it('is found upwards to the root of the repository and not beyond it', () => {
    write('seatrial.yaml', head)
    mkdirSync(join(root, 'repo/.git'), { recursive: true })
    mkdirSync(join(root, 'repo/a/b'), { recursive: true })
    expect(discoverPlatform(join(root, 'repo/a/b'))).toBeUndefined()
    const inside = write('repo/a/seatrial.yaml', head)
    expect(discoverPlatform(join(root, 'repo/a/b'))).toBe(inside)
  })

  it('in a named folder it says what the platform consists of', () => {
    write(
      'p/seatrial.yaml',
      `${head}pools: [{name: n1, count: 5}]\nsources: [./in]\nnamespace: team\n`,
    )
    write('p/in/web.yaml', web)
    write('p/out/other.yaml', web.replace('web', 'other'))
    const loaded = load([join(root, 'p')])
    expect(loaded.problems).toEqual([])
    expect(loaded.objects.map(({ object }) => object.metadata)).toEqual([
      { name: 'web', namespace: 'team' },
    ])
    expect(loaded).toMatchObject({
      pools: [{ count: 5 }],
      poolsSetBy: join(root, 'p/seatrial.yaml'),
    })
  })

  it('a file that names itself as a source ends', () => {
    const path = write('seatrial.yaml', `${head}sources: [./seatrial.yaml]\n`)
    expect(load([path]).problems).toMatchObject([{ code: 'ST0110' }])
  })
})
