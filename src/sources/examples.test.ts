import { execFileSync } from 'node:child_process'
import { readdirSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, it } from 'vitest'
import { load } from './load.ts'
import { loadTrial } from './load-trial.ts'
import { readTrialFile } from './own/trial-file.ts'

const examples = join(import.meta.dirname, '../../examples')

describe('the examples of the repository', () => {
  it('kubefirst: eight workloads, two nodes, five gates, nothing wrong with the files', () => {
    const loaded = load([join(examples, 'kubefirst')])
    expect(loaded.problems).toEqual([])
    const workloads = loaded.objects.filter(({ object }) =>
      ['Deployment', 'StatefulSet'].includes(object.kind),
    )
    expect(workloads).toHaveLength(8)
    expect(loaded.pools).toMatchObject([{ name: 'kubefirst', count: 2, cpu: '4', memory: '8Gi' }])
    expect(loaded.install?.gates).toHaveLength(5)
    expect(loaded.assumptions).toEqual([])
  })

  it('each piece of advice has trials that load', () => {
    const folder = join(examples, 'kubefirst/advice')
    const files = readdirSync(folder)
    const names = new Set(files.map(file => file.slice(0, 2)))
    expect([...names].sort()).toEqual(['k0', 'k1', 'k2', 'k3', 'k4', 'k5'])
    for (const file of files) {
      const { trials, problems } = readTrialFile(join(folder, file))
      const later = trials.flatMap(trial => loadTrial(trial).problems)
      expect([file, ...problems, ...later]).toEqual([file])
    }
  })

  it('kubespray: three inventories, each a platform without problems', () => {
    const shapes = ['separate/inventory.ini', 'stacked/hosts.yaml', 'one/hosts.ini'].map(name => {
      const { problems, pools, kubernetes } = load([join(examples, 'kubespray', name)])
      return { problems, kubernetes, pools: pools.map(pool => `${pool.name} ${pool.count}`) }
    })
    expect(shapes).toEqual([
      { problems: [], kubernetes: '1.28', pools: ['control-plane 1', 'node 1'] },
      {
        problems: [],
        kubernetes: '1.33',
        pools: ['control-plane 3', 'node 1', 'node-2 1'],
      },
      { problems: [], kubernetes: '1.33', pools: ['control-plane 1'] },
    ])
  })

  it('k3s-ansible: both inventories are platforms by themselves', () => {
    const official = load([join(examples, 'k3s-ansible/inventory.yml')])
    expect(official.problems).toEqual([])
    const poolsOf = ({ pools }: typeof official): readonly string[] =>
      pools.map(({ name, count, taints }) => `${name} ${count} ${taints?.[0]?.key ?? ''}`.trim())
    expect(poolsOf(official)).toEqual(['server 3', 'agent 2'])
    const variant = load([join(examples, 'k3s-ansible/inventory/hosts.ini')])
    expect(variant.problems).toEqual([])
    expect(poolsOf(variant)).toEqual(['master 3 node-role.kubernetes.io/master', 'node 1'])
    expect(variant.objects).toHaveLength(11)
  })

  it('small: nothing to say about its files', () => {
    const loaded = load([join(examples, 'small')])
    expect(loaded).toMatchObject({ problems: [], assumptions: [], sla: { downSeconds: 0 } })
  })

  it('bad input: one problem for each mistake, and everything else is read', () => {
    const loaded = load([join(examples, 'bad-input')])
    const found = loaded.problems.map(
      ({ code, location }) => `${code} ${location?.file.split('/').at(-1)}:${location?.line ?? ''}`,
    )
    expect(found).toEqual([
      'ST0104 binary.yaml:',
      'ST0107 bomb.yaml:8',
      'ST0105 broken.yaml:6',
      'ST0106 duplicate-key.yaml:9',
      'ST0111 no-name.yaml:1',
      'ST0105 tab.yaml:5',
      'ST0111 wrong-types.yaml:7',
    ])
    expect(loaded.objects.map(({ object }) => object.metadata.name)).toEqual([
      'after-broken',
      'dangling',
      'duplicate-key',
      'good',
      'north',
      'many',
    ])
  })

  it('no nodes: a problem where the number is written', () => {
    expect(load([join(examples, 'no-nodes')]).problems).toMatchObject([
      { code: 'ST0141', location: { line: 5 } },
    ])
  })
})

describe('the schemas', () => {
  it('are compiled as they are written', () => {
    const root = join(import.meta.dirname, '../..')
    const said = execFileSync('npx', ['tsx', 'tools/own-schemas.ts', '--check'], {
      cwd: root,
      encoding: 'utf8',
      stdio: ['ignore', 'pipe', 'ignore'],
    })
    expect(said.trim()).toBe('the compiled schemas are current')
  }, 30_000)
})
