import { expect, it } from 'vitest'
import type { Platform, PlatformObject } from '../platform.ts'
import { platformSize, resized } from './resized.ts'

function workload(kind: string, replicas: number): PlatformObject {
  const object = { apiVersion: 'apps/v1', kind, metadata: { name: 'x' }, spec: { replicas } }
  return { object, locate: () => ({ file: 'x' }), range: () => undefined }
}

const platform: Platform = {
  kubernetes: '1.36',
  pools: [{ name: 'n', count: 5, cpu: '4', memory: '8Gi' }],
  objects: [workload('Deployment', 4), workload('StatefulSet', 2), workload('Job', 9)],
}

it('a smaller platform has fewer nodes and caps the pods of each workload', () => {
  expect(platformSize(platform)).toEqual({ nodes: 5, pods: 4 })
  const small = resized(platform, { nodes: 2, pods: 3 })
  expect(small.pools[0]?.count).toBe(2)
  expect(small.objects.map(({ object }) => object['spec'])).toEqual([
    { replicas: 3 },
    { replicas: 2 },
    { replicas: 9 },
  ])
})
