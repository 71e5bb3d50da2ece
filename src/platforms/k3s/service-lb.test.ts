import { expect, it } from 'vitest'
import { createCluster, request } from '../../cluster/cluster.ts'
import type { World } from '../../engine/world.ts'
import type { DaemonSet, Pod, Service } from '../../kube/generated/types.ts'
import type { KubeObject } from '../../kube/object.ts'
import { nodeFromPool } from '../../nodes/node-object.ts'
import { balancerName, serviceLb } from './service-lb.ts'

const account: KubeObject = {
  apiVersion: 'v1',
  kind: 'ServiceAccount',
  metadata: { name: 'svclb', namespace: 'kube-system' },
}

function service(name: string, port: number, labels: Readonly<Record<string, string>> = {}) {
  return {
    apiVersion: 'v1',
    kind: 'Service',
    metadata: { name, namespace: 'default', labels },
    spec: { type: 'LoadBalancer', selector: { app: name }, ports: [{ port }] },
  } as KubeObject
}

function world(labels: readonly Readonly<Record<string, string>>[] = [{}, {}, {}]): World {
  const nodes = labels.map((own, index) => {
    const details = { nowMs: 0, kubeletVersion: 'v1.36.0', ordinal: index + 1 }
    const pool = { name: `n${index}`, count: 1, cpu: '4', memory: '8Gi', labels: own }
    return nodeFromPool(pool, 0, details) as unknown as KubeObject
  })
  const programs = serviceLb.actors({ objects: [account], groups: [] })
  const cluster = createCluster({ kubernetes: '1.36', nodes, programs })
  create(cluster, account)
  return cluster
}

function create(cluster: World, object: KubeObject): void {
  expect(request(cluster, { verb: 'create', object })).toMatchObject({ ok: true })
  cluster.runFor(30_000)
}

const balancers = (cluster: World) => cluster.store.list('DaemonSet') as readonly DaemonSet[]
const podsOf = (cluster: World, name: string) =>
  (cluster.store.list('Pod') as readonly Pod[]).filter(({ metadata }) =>
    Object.values(metadata.labels ?? {}).includes(name),
  )

it('takes part where k3s made its account', () => {
  expect(serviceLb.actors({ objects: [account], groups: [] })).toHaveLength(1)
  expect(serviceLb.actors({ objects: [service('web', 80)], groups: [] })).toEqual([])
})

it('puts a pod with the port on every node, and their addresses into the status', () => {
  const cluster = world()
  create(cluster, service('web', 80))
  const [set] = balancers(cluster)
  const stored = cluster.store.get('Service', 'default/web') as Service
  expect(set?.metadata).toMatchObject({
    namespace: 'kube-system',
    name: balancerName(stored.metadata),
  })
  expect(podsOf(cluster, 'web').map(({ status }) => status?.phase)).toEqual([
    'Running',
    'Running',
    'Running',
  ])
  expect(stored.status?.loadBalancer?.ingress).toHaveLength(3)
})

it('a second Service of the same port finds it taken on every node', () => {
  const cluster = world()
  create(cluster, service('web', 80))
  create(cluster, service('shop', 80))
  const pods = podsOf(cluster, 'shop')
  expect(pods.map(({ status }) => status?.phase)).toEqual(['Pending', 'Pending', 'Pending'])
  expect(pods[0]?.status?.conditions?.[0]?.message).toContain("didn't have free ports")
  const stored = cluster.store.get('Service', 'default/shop') as Service
  expect(stored.status?.loadBalancer?.ingress).toBeUndefined()
})

it('uses marked nodes alone once there are any', () => {
  const cluster = world([{ 'svccontroller.k3s.cattle.io/enablelb': 'true' }, {}])
  create(cluster, service('web', 80))
  expect(podsOf(cluster, 'web').map(({ spec }) => spec?.nodeName)).toEqual(['n0-1'])
})

it('follows the ports of the Service, and their protocols', () => {
  const cluster = world()
  create(cluster, service('web', 80))
  const target = { kind: 'Service', namespace: 'default', name: 'web' }
  const patch = { spec: { ports: [{ port: 80, protocol: 'UDP' }] } }
  request(cluster, { verb: 'patch', target, patchType: 'merge', patch })
  cluster.runFor(120_000)
  const names = podsOf(cluster, 'web').map(({ spec }) => spec?.containers[0]?.name)
  expect(names).toEqual(['lb-udp-80', 'lb-udp-80', 'lb-udp-80'])
})

it('goes with the Service, and when its type changes', () => {
  const cluster = world()
  for (const name of ['web', 'shop']) create(cluster, service(name, name === 'web' ? 80 : 81))
  expect(balancers(cluster)).toHaveLength(2)
  const target = (name: string) => ({ kind: 'Service', namespace: 'default', name })
  request(cluster, { verb: 'delete', target: target('web') })
  const patch = { spec: { type: 'ClusterIP' } }
  request(cluster, { verb: 'patch', target: target('shop'), patchType: 'merge', patch })
  cluster.runFor(60_000)
  expect(balancers(cluster)).toEqual([])
})

it('cuts long names before a hyphen', () => {
  const uid = '00000000-0000-4000-8000-00001a2b3c4d'
  const name = `${'a'.repeat(47)}-tail`
  expect(balancerName({ name, uid })).toBe(`svclb-${'a'.repeat(47)}-1a2b3c4d`)
})
