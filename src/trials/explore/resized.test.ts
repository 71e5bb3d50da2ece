import { expect, it } from 'vitest'
import type { Platform, PlatformObject } from '../platform.ts'
import { leastSize, resized, sizeOf, toldSize } from './resized.ts'

function object(kind: string, spec: object): PlatformObject {
  const it = { apiVersion: 'apps/v1', kind, metadata: { name: 'x' }, spec }
  return { object: it, locate: () => ({ file: 'x' }), range: () => undefined }
}

const pool = { cpu: '4', memory: '8Gi' }
const platform: Platform = {
  kubernetes: '1.36',
  pools: [
    { name: 'a', count: 5, ...pool },
    { name: 'b', count: 2, ...pool },
  ],
  objects: [
    object('Deployment', { replicas: 4 }),
    object('StatefulSet', { replicas: 2 }),
    object('HorizontalPodAutoscaler', { minReplicas: 2, maxReplicas: 6 }),
    object('Job', { replicas: 9 }),
  ],
}

it('a platform is as large as its pools and what any workload may grow to', () => {
  expect(sizeOf(platform)).toEqual({ 'pool a': 5, 'pool b': 2, pods: 6 })
  expect(leastSize(platform)).toEqual({ 'pool a': 0, 'pool b': 0 })
  expect(toldSize(sizeOf(platform))).toEqual({ nodes: 7, pods: 6 })
})

it('a smaller one has fewer nodes of each pool, and fewer pods whoever asks for them', () => {
  const small = resized(platform, { 'pool a': 2, 'pool b': 0, pods: 3 })
  expect(small.pools.map(({ count }) => count)).toEqual([2, 0])
  expect(small.objects.map(each => each.object['spec'])).toEqual([
    { replicas: 3 },
    { replicas: 2 },
    { minReplicas: 2, maxReplicas: 3 },
    { replicas: 9 },
  ])
})
