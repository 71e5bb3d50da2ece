import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { defaultPool } from './load.ts'
import { configMap, type Sandbox, sandbox } from './testing.ts'

let files: Sandbox
beforeEach(() => {
  files = sandbox()
})
afterEach(() => {
  files.remove()
})

describe('node pools', () => {
  const definition = (fields: string): string =>
    `{"cloud_provider": "civo", "cluster_name": "demo", "cloud_region": "NYC1", ${fields}}`

  it('nothing said: three nodes, and the run says that it assumed them', () => {
    files.write({ 'a.yaml': configMap('a') })
    const loaded = files.load(['a.yaml'])
    expect(loaded.pools).toEqual([defaultPool])
    expect(loaded.assumptions).toMatchObject([
      { what: '3 nodes of 4 CPU / 16 GiB', setBy: 'default' },
    ])
  })

  it('a Kubefirst definition beside the manifests gives nodes and gates', () => {
    files.write({
      'a.yaml': configMap('a'),
      'c.json': definition('"node_count": 2, "node_type": "g4s.kube.large"'),
    })
    const loaded = files.load(['a.yaml', 'c.json'])
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
    files.write({ 'a.yaml': configMap('a'), 'c.json': `\n${definition('"node_count": 0')}` })
    expect(files.codes(files.load(['a.yaml', 'c.json']))).toEqual(['ST0141 error c.json:2'])
  })

  it('flags come before everything else', () => {
    files.write({ 'a.yaml': configMap('a'), 'c.json': definition('"node_count": 2') })
    const pools = [{ name: 'mine', count: 5, cpu: '2', memory: '4Gi' }]
    expect(files.load(['.'], { pools })).toMatchObject({ pools, poolsSetBy: 'flags' })
  })
})

describe('inputs', () => {
  it('a file that is named twice is read once', () => {
    files.write({ 'a.yaml': configMap('a') })
    expect(files.load(['a.yaml', 'a.yaml']).problems).toEqual([])
  })

  it('without any, the sources of seatrial.yaml are read', () => {
    files.write({ 'a.yaml': configMap('a') })
    const sources = [{ path: `${files.root}/a.yaml` }]
    const loaded = files.load([], { platform: { setBy: 'seatrial.yaml', sources } })
    expect(loaded.objects).toHaveLength(1)
  })
})
