import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { configMap, type Sandbox, sandbox } from '../testing.ts'

let files: Sandbox
beforeEach(() => {
  files = sandbox()
})
afterEach(() => {
  files.remove()
})

function loadDefinition(definition: object) {
  files.write({ 'cm.yaml': configMap('c'), 'cluster.json': JSON.stringify(definition, null, 2) })
  return files.load(['cm.yaml', 'cluster.json'])
}

const civo = { cloud_provider: 'civo', cluster_name: 'demo', cloud_region: 'NYC1' }

describe('node pools of a provider', () => {
  const table: readonly { name: string; given: object; want: object }[] = [
    {
      name: 'civo: as many nodes as written, no autoscaler',
      given: { ...civo, node_count: 3, node_type: 'g4s.kube.medium' },
      want: { name: 'demo', count: 3, cpu: '2', memory: '4Gi', region: 'NYC1' },
    },
    {
      name: 'civo without count and type: the defaults of Kubefirst',
      given: civo,
      want: { count: 4, cpu: '4', memory: '8Gi', instanceType: 'g4s.kube.large' },
    },
    {
      name: 'google: the count holds for each of three zones, and the autoscaler is pinned to it',
      given: {
        cloud_provider: 'google',
        cluster_name: 'g',
        cloud_region: 'us-east1',
        node_count: 2,
      },
      want: {
        count: 6,
        min: 6,
        max: 6,
        cpu: '2',
        zones: ['us-east1-b', 'us-east1-c', 'us-east1-d'],
        reserved: { cpu: '1060m' },
      },
    },
    {
      name: 'aws: the autoscaler may add ten',
      given: { cloud_provider: 'aws', cluster_name: 'a', cloud_region: 'eu-west-1', node_count: 5 },
      want: { count: 5, max: 15, memory: '8Gi', zones: ['eu-west-1a', 'eu-west-1b', 'eu-west-1c'] },
    },
    {
      name: 'akamai and vultr: an autoscaler that may do nothing',
      given: { cloud_provider: 'vultr', cluster_name: 'v', node_count: 4 },
      want: { count: 4, min: 4, max: 4, cpu: '4', memory: '8Gi' },
    },
    {
      name: 'k3d: agents of 1 GiB',
      given: { cloud_provider: 'k3d', cluster_name: 'k' },
      want: { count: 3, memory: '1Gi' },
    },
  ]
  it.each(table)('$name', ({ given, want }) => {
    const loaded = loadDefinition(given)
    expect(loaded.problems).toEqual([])
    expect(loaded.pools).toMatchObject([want])
  })

  it('fixed counts have no bounds', () => {
    const [pool] = loadDefinition({ ...civo, node_count: 2 }).pools
    expect([pool?.min, pool?.max]).toEqual([undefined, undefined])
  })

  it('an unknown node type is assumed, and the run says so', () => {
    const loaded = loadDefinition({ ...civo, node_count: 1, node_type: 'huge' })
    expect(loaded.pools).toMatchObject([{ cpu: '4', memory: '16Gi', instanceType: 'huge' }])
    expect(loaded.assumptions[0]?.why).toContain('the size of huge is not known')
    expect(loaded.problems).toMatchObject([
      { code: 'ST0131', severity: 'warning', location: { path: 'node_type' } },
    ])
  })
})

describe('the installer', () => {
  it('waits for five objects in its order and has its texts', () => {
    const { install } = loadDefinition(civo)
    const gate = install?.gates[3]
    expect(install?.gates.map(({ kind, name }) => `${kind}/${name}`)).toEqual([
      'StatefulSet/argocd-application-controller',
      'Deployment/argocd-server',
      'Deployment/argocd-repo-server',
      'Deployment/argocd-redis-ha-haproxy',
      'StatefulSet/argocd-redis-ha-server',
    ])
    expect(gate).toMatchObject({
      label: { key: 'app.kubernetes.io/name', value: 'argocd-redis-ha-haproxy' },
      findTimeoutMs: 300_000,
      readyTimeoutMs: 300_000,
      pollMs: 5000,
      readyMessage:
        'error waiting for ArgoCD argocd-redis-ha-haproxy deployment ready state: the Deployment ' +
        '"{name}" in Namespace "argocd" was not ready within the timeout period: ' +
        'context deadline exceeded',
    })
  })

  it('does not install Argo CD on workload clusters', () => {
    expect(loadDefinition({ ...civo, type: 'workload' }).install).toBeUndefined()
  })
})

describe('mistakes', () => {
  const table: readonly { name: string; given: object; want: string }[] = [
    {
      name: 'an unknown provider',
      given: { cloud_provider: 'ovh', cluster_name: 'x', node_count: 1 },
      want: 'Kubefirst has no cloud_provider "ovh"',
    },
    {
      name: 'a count that is a text',
      given: { ...civo, node_count: '3' },
      want: 'node_count must be a whole number, not "3"',
    },
    {
      name: 'a negative count',
      given: { ...civo, node_count: -1 },
      want: 'node_count must be a whole number, not -1',
    },
    {
      name: 'a type that is a number',
      given: { ...civo, node_count: 1, node_type: 4 },
      want: 'node_type must be a text, not 4',
    },
  ]
  it.each(table)('$name', ({ given, want }) => {
    const { problems } = loadDefinition(given)
    expect(problems.map(({ code, what }) => `${code} ${what}`)).toEqual([`ST0130 ${want}`])
    expect(problems[0]?.location?.line).toBeGreaterThan(1)
  })
})
