import { describe, expect, it } from 'vitest'
import type { KubeObject } from '../kube/object.ts'
import type { Pod } from '../kube/generated/types.ts'
import { install } from './install.ts'
import type { Platform, PlatformObject } from './platform.ts'
import type { SchedulerSpec } from './spec.ts'

function deployment(name: string, schedulerName: string | undefined): PlatformObject {
  const labels = { app: name }
  const resources = { requests: { cpu: '100m', memory: '100Mi' } }
  const containers = [{ name: 'a', image: 'registry.example/a:1', resources }]
  const object: KubeObject = {
    apiVersion: 'apps/v1',
    kind: 'Deployment',
    metadata: { name, namespace: 'default' },
    spec: {
      replicas: 6,
      selector: { matchLabels: labels },
      template: {
        metadata: { labels },
        spec: { containers, ...(schedulerName && { schedulerName }) },
      },
    },
  }
  return { object, locate: path => ({ file: 'a.yaml', path }), range: () => undefined }
}

function scheduler(name: string, type: string): SchedulerSpec {
  const location = { file: 'scheduler.yaml' }
  const profile = {
    schedulerName: name,
    plugins: { score: { disabled: [{ name: 'PodTopologySpread' }] } },
    pluginConfig: [{ name: 'NodeResourcesFit', args: { scoringStrategy: { type } } }],
  }
  const configuration = { profiles: [profile] } as unknown as SchedulerSpec['configuration']
  return { file: 'scheduler.yaml', configuration, names: [{ name, location }], extenders: [] }
}

/** How many pods of a workload each node holds, most first. */
function spread(platform: Partial<Platform>, app: string): readonly number[] {
  const pools = [{ name: 'workers', count: 3, cpu: '4', memory: '16Gi' }]
  const { world } = install({ kubernetes: '1.36', pools, objects: [], ...platform })
  const pods = world.store.list('Pod') as readonly Pod[]
  const counts = new Map<string, number>()
  for (const { metadata, spec } of pods) {
    if (metadata.labels?.['app'] !== app || spec?.nodeName === undefined) continue
    counts.set(spec.nodeName, (counts.get(spec.nodeName) ?? 0) + 1)
  }
  return [...counts.values()].sort((a, b) => b - a)
}

describe('schedulers by name', () => {
  const objects = [deployment('web', undefined), deployment('batch', 'packer')]

  it('each places its own pods by its own configuration', () => {
    const platform = { objects, schedulers: [scheduler('packer', 'MostAllocated')] }
    expect(spread(platform, 'web')).toEqual([2, 2, 2])
    expect(spread(platform, 'batch')).toEqual([6])
  })

  it('nobody places pods of a scheduler that is not there', () => {
    expect(spread({ objects }, 'web')).toEqual([2, 2, 2])
    expect(spread({ objects }, 'batch')).toEqual([])
  })

  it('a configuration of default-scheduler takes the place of the defaults', () => {
    const schedulers = [scheduler('default-scheduler', 'MostAllocated')]
    expect(spread({ objects, schedulers }, 'web')).toEqual([6])
  })
})
