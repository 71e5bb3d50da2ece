import { describe, expect, it } from 'vitest'
import type { ConfigMap, Pod, ResourceQuota } from '../kube/generated/types.ts'
import { formatTime } from '../kube/time.ts'
import { resourceQuotaBooks } from './resource-quota.ts'
import { FakeCluster } from './testing.ts'

function cluster(hard: Readonly<Record<string, string>>): FakeCluster {
  const fake = new FakeCluster(resourceQuotaBooks)
  fake.add<ResourceQuota>({
    apiVersion: 'v1',
    kind: 'ResourceQuota',
    metadata: { name: 'q', namespace: 'ns' },
    spec: { hard },
  })
  return fake
}

function addPod(fake: FakeCluster, name: string, metadata: Pod['metadata'] = {}): Pod {
  return fake.add<Pod>({
    apiVersion: 'v1',
    kind: 'Pod',
    metadata: { ...metadata, name, namespace: 'ns' },
    spec: { containers: [{ name: 'c', resources: { requests: { cpu: '100m' } } }] },
  })
}

const usedIn = (fake: FakeCluster): unknown =>
  fake.get<ResourceQuota>('ResourceQuota', 'ns/q')?.status?.used

describe('books of a quota', () => {
  it('are opened with what is there', () => {
    const fake = cluster({ pods: '3', 'requests.cpu': '1', 'example.com/unknown': '2' })
    addPod(fake, 'a')
    addPod(fake, 'b')
    fake.settle()
    expect(usedIn(fake)).toEqual({ pods: '2', 'requests.cpu': '200m' })
  })

  it('say less when a pod has gone or ended', () => {
    const fake = cluster({ pods: '3', 'count/pods': '5' })
    addPod(fake, 'a')
    addPod(fake, 'b')
    fake.settle()
    fake.remove('Pod', 'ns/a')
    fake.settle()
    expect(usedIn(fake)).toEqual({ pods: '1', 'count/pods': '1' })
    fake.change<Pod>('Pod', 'ns/b', pod => ({ ...pod, status: { phase: 'Succeeded' } }))
    fake.settle()
    expect(usedIn(fake)).toEqual({ pods: '0', 'count/pods': '1' })
  })

  it('leave to admission what uses more, and what they do not count', () => {
    const fake = cluster({ pods: '3' })
    fake.settle()
    addPod(fake, 'a')
    const map: ConfigMap = { apiVersion: 'v1', kind: 'ConfigMap', metadata: { name: 'm' } }
    fake.add({ ...map, metadata: { name: 'm', namespace: 'ns' } })
    fake.remove('ConfigMap', 'ns/m')
    expect(fake.queued.get(resourceQuotaBooks.name)?.size ?? 0).toBe(0)
  })

  it('forget a pod that its node does not let go, at the next count', () => {
    const fake = cluster({ pods: '3' })
    const deletionTimestamp = formatTime(fake.nowMs)
    addPod(fake, 'stuck', { deletionTimestamp, deletionGracePeriodSeconds: 30 })
    fake.settle()
    expect(usedIn(fake)).toEqual({ pods: '1' })
    expect(fake.later.map(({ delayMs }) => delayMs)).toEqual([300_000])
    fake.nowMs += 300_000
    fake.reconcile(resourceQuotaBooks, 'ns/q')
    expect(usedIn(fake)).toEqual({ pods: '0' })
  })
})
