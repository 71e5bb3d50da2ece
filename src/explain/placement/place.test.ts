import { describe, expect, it } from 'vitest'
import { install } from '../../trials/install.ts'
import type { Platform, PlatformObject } from '../../trials/platform.ts'
import type { PodPlacement } from './report.ts'
import { placementOf, podsNamed } from './place.ts'

function deployment(name: string, spec: object, replicas = 1): PlatformObject {
  const labels = { app: name }
  const object = {
    apiVersion: 'apps/v1',
    kind: 'Deployment',
    metadata: { name, namespace: 'default' },
    spec: { replicas, selector: { matchLabels: labels }, template: { metadata: { labels }, spec } },
  }
  return { object, locate: () => ({ file: 'a.yaml' }), range: () => undefined }
}

const asking = (cpu: string, more: object = {}): object => ({
  containers: [{ name: 'a', image: 'registry.example/a:1', resources: { requests: { cpu } } }],
  ...more,
})

const pools: Platform['pools'] = [
  { name: 'small', count: 2, cpu: '2', memory: '8Gi' },
  {
    name: 'big',
    count: 1,
    cpu: '8',
    memory: '8Gi',
    labels: { disk: 'hdd' },
    taints: [{ key: 'gpu', value: 'yes', effect: 'NoSchedule' }],
  },
]

function placed(name: string, objects: readonly PlatformObject[]): readonly PodPlacement[] {
  const platform: Platform = { kubernetes: '1.36', pools, objects }
  const { world } = install(platform)
  return podsNamed(world, name).flatMap(pod => placementOf(platform, world, pod) ?? [])
}

describe('a pod that waits', () => {
  const [told] = placed('web', [deployment('web', asking('4', { nodeSelector: { disk: 'ssd' } }))])

  it('has the words of the scheduler', () => {
    expect(told?.node).toBeUndefined()
    expect(told?.message).toMatch(/^0\/3 nodes are available: 1 node\(s\) had untolerated taint/)
  })

  it('every node says all that it lacks, with what is wanted, there and missing', () => {
    const { rejected = [] } = told ?? {}
    expect(rejected.map(({ node }) => node)).toEqual(['small-1', 'small-2', 'big-1'])
    expect(rejected[0]?.blockers).toMatchObject([
      { plugin: 'NodeAffinity', wanted: 'disk=ssd', has: 'no label disk' },
      { plugin: 'NodeResourcesFit', wanted: 'cpu 4000m', missing: expect.stringMatching(/m$/) },
    ])
    expect(rejected[2]?.blockers).toMatchObject([
      { plugin: 'TaintToleration', missing: 'a toleration of gpu=yes:NoSchedule' },
      { plugin: 'NodeAffinity', has: 'disk=hdd', missing: 'label disk=ssd' },
    ])
  })

  it('the nearest node is the one that lacks least, and what it would need is told', () => {
    const [one, two] = told?.rejected[0]?.blockers ?? []
    expect(told?.nearest).toEqual({
      node: 'small-1',
      changes: [one?.missing, `${two?.missing} more`],
    })
  })
})

describe('a pod that runs', () => {
  const [told, other] = placed('web', [deployment('web', asking('100m'), 2)])

  it('is told with the scores of every plugin on every node that fits', () => {
    expect(told?.node).toBe(told?.feasible[0]?.node)
    expect(told?.weights).toMatchObject({ TaintToleration: 3, NodeResourcesFit: 1 })
    for (const { scores, total } of told?.feasible ?? []) {
      const sum = Object.entries(told?.weights ?? {}).reduce(
        (so, [plugin, weight]) => so + (scores[plugin]?.norm ?? 0) * weight,
        0,
      )
      expect(sum).toBe(total)
    }
    expect(told?.feasible).toHaveLength(2)
    expect(told?.nearest).toBeUndefined()
  })

  it('stands beside the others of its name', () => {
    expect([told?.name, other?.name].every(name => name?.startsWith('web-'))).toBe(true)
  })
})

it('spread constraints tell the pods of the domain and of the emptiest', () => {
  const constraint = {
    maxSkew: 1,
    topologyKey: 'kubernetes.io/hostname',
    whenUnsatisfiable: 'DoNotSchedule',
    labelSelector: { matchLabels: { app: 'web' } },
  }
  const spec = asking('100m', { topologySpreadConstraints: [constraint] })
  const [waiting] = placed('web', [deployment('web', spec, 3)])
  // The tainted node counts as a domain and takes none.
  expect(waiting?.rejected[0]?.blockers).toMatchObject([
    {
      plugin: 'PodTopologySpread',
      wanted: 'maxSkew 1 over kubernetes.io/hostname',
      has: '1 in small-1, 0 in the emptiest',
      missing: '1 pods fewer in small-1',
    },
  ])
})

it('a pod of a scheduler that is not there has no placement', () => {
  expect(placed('web', [deployment('web', asking('1', { schedulerName: 'mine' }))])).toEqual([])
})
