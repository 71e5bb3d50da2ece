import { expect, it } from 'vitest'
import type { KubeObject } from '../kube/object.ts'
import type { Platform } from '../trials/platform.ts'
import { assumedIn } from './assumed.ts'

function platform(objects: readonly KubeObject[], kubernetes = '1.36'): Platform {
  const locate = (path: string) => ({ file: 'a.yaml', line: 1, path })
  const items = objects.map(object => ({ object, locate, range: () => undefined }))
  return { kubernetes, pools: [], objects: items }
}

const claim: KubeObject = {
  apiVersion: 'v1',
  kind: 'PersistentVolumeClaim',
  metadata: { name: 'data', namespace: 'shop' },
  spec: { storageClassName: 'fast' },
}

it('nothing is assumed about nothing', () => {
  expect(assumedIn(platform([]))).toEqual({ assumptions: [], problems: [] })
})

it('a version that is not modelled is said', () => {
  const texts = ['1.34', '1.33'].map(version =>
    assumedIn(platform([], version)).assumptions.map(({ what }) => what),
  )
  expect(texts).toEqual([[], ['Kubernetes 1.33 schedules as 1.34 does']])
})

it('a namespace, a class and the speed of storage are assumed, each at its field', () => {
  const { assumptions } = assumedIn(platform([claim]))
  expect(assumptions.map(({ locations }) => locations?.[0]?.path)).toEqual([
    'metadata.namespace',
    'spec.storageClassName',
    'spec',
  ])
})
