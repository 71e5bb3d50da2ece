import { expect, it } from 'vitest'
import { memoryServer } from '../apiserver/testing.ts'
import type { ResourceQuota } from '../kube/generated/types.ts'
import { resourceQuota } from './resource-quota.ts'
import { created, object, pod } from './testing.ts'

it('refuses the pod that exceeds the quota and names the amounts', () => {
  const quota = object('v1', 'ResourceQuota', 'q', { spec: { hard: { pods: '1' } } })
  const second = pod({}, { name: 'second' })
  expect(created([resourceQuota], quota, pod(), second)).toMatchObject({
    code: 403,
    status: {
      message:
        'pods "second" is forbidden: exceeded quota: q, requested: pods=1, used: pods=1, limited: pods=1',
    },
  })
})

it('asks for amounts that the quota limits', () => {
  const quota = object('v1', 'ResourceQuota', 'q', { spec: { hard: { 'limits.cpu': '1' } } })
  expect(created([resourceQuota], quota, pod())).toMatchObject({
    status: { message: 'pods "p" is forbidden: failed quota: q: must specify limits.cpu for: c' },
  })
})

it('goes by the books that the controller has written, and charges them', () => {
  const server = memoryServer([resourceQuota])
  const namespace = object('v1', 'Namespace', 'default')
  const quota = object('v1', 'ResourceQuota', 'q', { spec: { hard: { pods: '3' } } })
  for (const each of [namespace, quota]) server.request({ verb: 'create', object: each })
  const written = server.object('ResourceQuota', 'default/q') as ResourceQuota
  const status = { hard: { pods: '3' }, used: { pods: '2' } }
  server.request({ verb: 'update', object: { ...written, status }, subresource: 'status' })
  expect(server.request({ verb: 'create', object: pod() }).ok).toBe(true)
  const charged = server.object('ResourceQuota', 'default/q') as ResourceQuota
  expect(charged.status?.used).toEqual({ pods: '3' })
  expect(server.request({ verb: 'create', object: pod({}, { name: 'second' }) })).toMatchObject({
    code: 403,
  })
})

it('asks of an update only what it uses more', () => {
  const hard = { 'services.nodeports': '1' }
  const quota = object('v1', 'ResourceQuota', 'q', { spec: { hard } })
  const service = (name: string, type: string) =>
    object('v1', 'Service', name, { spec: { type, ports: [{ port: 80 }] } })
  const server = memoryServer([resourceQuota])
  const namespace = object('v1', 'Namespace', 'default')
  for (const each of [namespace, quota, service('a', 'NodePort'), service('b', 'ClusterIP')]) {
    expect(server.request({ verb: 'create', object: each }).ok).toBe(true)
  }
  expect(server.request({ verb: 'update', object: service('b', 'NodePort') })).toMatchObject({
    status: {
      message:
        'services "b" is forbidden: exceeded quota: q, requested: services.nodeports=1, used: services.nodeports=1, limited: services.nodeports=1',
    },
  })
})
