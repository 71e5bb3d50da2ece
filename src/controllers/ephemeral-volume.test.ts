import { expect, it } from 'vitest'
import { createCluster, request } from '../cluster/cluster.ts'
import type { KubeObject } from '../kube/object.ts'
import { nodeFromPool } from '../nodes/node-object.ts'

const details = { nowMs: 0, kubeletVersion: 'v1.36.0', ordinal: 1 }
const node = nodeFromPool({ name: 'n', count: 1, cpu: '4', memory: '8Gi' }, 0, details)

it('gives a pod the claim that it needs to start, and takes it away with the pod', () => {
  const world = createCluster({ kubernetes: '1.36', nodes: [node as unknown as KubeObject] })
  const storageClass = {
    apiVersion: 'storage.k8s.io/v1',
    kind: 'StorageClass',
    metadata: { name: 'fast' },
    provisioner: 'example.com/fast',
  }
  const resources = { requests: { storage: '1Gi' } }
  const claim = { storageClassName: 'fast', accessModes: ['ReadWriteOnce'], resources }
  const pod = {
    apiVersion: 'v1',
    kind: 'Pod',
    metadata: { name: 'p', namespace: 'default' },
    spec: {
      containers: [{ name: 'c', image: 'i' }],
      volumes: [{ name: 'scratch', ephemeral: { volumeClaimTemplate: { spec: claim } } }],
    },
  }
  for (const object of [storageClass, pod]) {
    expect(request(world, { verb: 'create', object }).ok).toBe(true)
  }
  world.runFor(60_000)
  const running = world.store.get('Pod', 'default/p') as { status?: { phase?: string } } | undefined
  expect(running?.status?.phase).toBe('Running')
  const owners = world.store.get('PersistentVolumeClaim', 'default/p-scratch')?.metadata
  expect(owners?.ownerReferences?.[0]?.name).toBe('p')
  request(world, { verb: 'delete', target: { kind: 'Pod', namespace: 'default', name: 'p' } })
  world.runFor(60_000)
  expect(world.store.get('PersistentVolumeClaim', 'default/p-scratch')).toBeUndefined()
})
