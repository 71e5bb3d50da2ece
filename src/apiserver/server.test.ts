import { describe, expect, it } from 'vitest'
import type { Pod } from '../kube/generated/types.ts'
import type { KubeObject } from '../kube/object.ts'
import { type MemoryServer, memoryServer } from './testing.ts'

const pod = (name: string, spec: object = {}, labels = {}): Pod => ({
  apiVersion: 'v1',
  kind: 'Pod',
  metadata: { name, namespace: 'default', labels },
  spec: {
    containers: [{ name: 'main', image: 'main:1' }],
    terminationGracePeriodSeconds: 30,
    ...spec,
  },
})

const replicaSet: KubeObject = {
  apiVersion: 'apps/v1',
  kind: 'ReplicaSet',
  metadata: { name: 'r' },
  spec: {
    selector: { matchLabels: { app: 'web' } },
    template: { metadata: { labels: { app: 'web' } }, spec: pod('a').spec },
  },
}

function created(server: MemoryServer, object: KubeObject): KubeObject {
  const response = server.request({ verb: 'create', object })
  if (!response.ok) throw new Error(response.status.message)
  return response.object
}

const target = (name: string, kind = 'Pod') => ({ kind, namespace: 'default', name })

function runningPod(server: MemoryServer, name: string, labels = {}): void {
  created(server, pod(name, {}, labels))
  server.request({ verb: 'bind', target: target(name), node: 'n1' })
  const bound = server.object('Pod', `default/${name}`) as Pod
  const conditions = [{ type: 'Ready', status: 'True' }]
  const status = { ...bound.status, phase: 'Running', conditions }
  server.request({ verb: 'update', subresource: 'status', object: { ...bound, status } })
}

describe('create', () => {
  it('gives a pod its phase, quality of service, generation and system metadata', () => {
    const server = memoryServer()
    const object = created(server, pod('a'))
    expect(object.metadata).toMatchObject({
      generation: 1,
      resourceVersion: '1',
      creationTimestamp: '2026-01-01T00:00:00Z',
    })
    expect(object['status']).toEqual({ phase: 'Pending', qosClass: 'BestEffort' })
  })

  it('refuses a second object of the same name', () => {
    const server = memoryServer()
    created(server, pod('a'))
    expect(server.request({ verb: 'create', object: pod('a') })).toMatchObject({
      code: 409,
      status: { reason: 'AlreadyExists', message: 'pods "a" already exists' },
    })
  })

  it('generates names of five characters without vowels', () => {
    const server = memoryServer()
    const { name: _name, ...rest } = pod('a').metadata
    const object = created(server, { ...pod('a'), metadata: { ...rest, generateName: 'web-' } })
    expect(object.metadata.name).toMatch(/^web-[bcdfghjklmnpqrstvwxz2456789]{5}$/)
  })
})

describe('update', () => {
  it('refuses an object that was modified since it was read', () => {
    const server = memoryServer()
    const first = created(server, pod('a'))
    const labelled = { ...first, metadata: { ...first.metadata, labels: { x: 'y' } } }
    expect(server.request({ verb: 'update', object: labelled }).code).toBe(200)
    expect(server.request({ verb: 'update', object: first })).toMatchObject({
      code: 409,
      status: {
        message:
          'Operation cannot be fulfilled on pods "a": the object has been modified; ' +
          'please apply your changes to the latest version and try again',
      },
    })
  })

  it('writes no new version when nothing changes', () => {
    const server = memoryServer()
    const first = created(server, pod('a'))
    expect(server.request({ verb: 'update', object: first })).toMatchObject({
      object: { metadata: { resourceVersion: '1' } },
    })
    expect(server.writes).toEqual(['put Pod default/a'])
  })
})

describe('delete', () => {
  it('removes an unscheduled pod at once, with the marking write before', () => {
    const server = memoryServer()
    created(server, pod('a'))
    server.request({ verb: 'delete', target: target('a') })
    expect(server.writes.slice(1)).toEqual(['put Pod default/a', 'remove Pod default/a'])
  })

  it('marks a running pod with its grace period until the kubelet deletes it with none', () => {
    const server = memoryServer()
    runningPod(server, 'a')
    server.request({ verb: 'delete', target: target('a') })
    expect(server.object('Pod', 'default/a')?.metadata).toMatchObject({
      deletionTimestamp: '2026-01-01T00:00:30Z',
      deletionGracePeriodSeconds: 30,
      generation: 2,
    })
    const options = { gracePeriodSeconds: 0 }
    server.request({ verb: 'delete', target: target('a'), options })
    expect(server.object('Pod', 'default/a')).toBeUndefined()
  })

  it('keeps an object with finalizers until the last one is gone', () => {
    const server = memoryServer()
    const map = {
      apiVersion: 'v1',
      kind: 'ConfigMap',
      metadata: { name: 'm', finalizers: ['x/y'] },
    }
    created(server, map)
    server.request({ verb: 'delete', target: target('m', 'ConfigMap') })
    const marked = server.object('ConfigMap', 'default/m')
    expect(marked?.metadata).toMatchObject({
      deletionTimestamp: '2026-01-01T00:00:00Z',
      deletionGracePeriodSeconds: 0,
    })
    const { finalizers: _gone, ...metadata } = marked?.metadata ?? {}
    server.request({ verb: 'update', object: { ...map, metadata } })
    expect(server.object('ConfigMap', 'default/m')).toBeUndefined()
  })

  it('waits for the dependents when asked to delete in the foreground', () => {
    const server = memoryServer()
    created(server, replicaSet)
    const options = { propagationPolicy: 'Foreground' } as const
    server.request({ verb: 'delete', target: target('r', 'ReplicaSet'), options })
    expect(server.object('ReplicaSet', 'default/r')?.metadata).toMatchObject({
      finalizers: ['foregroundDeletion'],
      generation: 2,
    })
  })
})

describe('bind', () => {
  it('assigns the node once', () => {
    const server = memoryServer()
    created(server, pod('a'))
    const request = { verb: 'bind', target: target('a'), node: 'n1' } as const
    expect(server.request(request).code).toBe(201)
    expect(server.request(request)).toMatchObject({
      code: 409,
      status: {
        message:
          'Operation cannot be fulfilled on pods/binding "a": ' +
          'pod a is already assigned to node "n1"',
      },
    })
  })
})

describe('evict', () => {
  const budget = (name: string, status: object): KubeObject => ({
    apiVersion: 'policy/v1',
    kind: 'PodDisruptionBudget',
    metadata: { name, namespace: 'default' },
    spec: { selector: { matchLabels: { app: 'web' } }, minAvailable: 1 },
    status: { observedGeneration: 1, expectedPods: 2, ...status },
  })

  function withBudget(server: MemoryServer, name: string, status: object): void {
    const object = budget(name, status)
    created(server, object)
    const stored = server.object('PodDisruptionBudget', `default/${name}`) as KubeObject
    const given = { ...object, metadata: stored.metadata }
    server.request({ verb: 'update', subresource: 'status', object: given })
  }

  it('charges the budget and marks the pod', () => {
    const server = memoryServer()
    runningPod(server, 'a', { app: 'web' })
    withBudget(server, 'b', { disruptionsAllowed: 1, currentHealthy: 2, desiredHealthy: 1 })
    expect(server.request({ verb: 'evict', target: target('a') }).ok).toBe(true)
    expect(server.object('PodDisruptionBudget', 'default/b')?.['status']).toMatchObject({
      disruptionsAllowed: 0,
      disruptedPods: { a: '2026-01-01T00:00:00Z' },
    })
    expect(server.object('Pod', 'default/a')?.metadata.deletionTimestamp).toBeDefined()
  })

  it('refuses with 429 and the arithmetic when the budget has no room', () => {
    const server = memoryServer()
    runningPod(server, 'a', { app: 'web' })
    withBudget(server, 'b', { disruptionsAllowed: 0, currentHealthy: 1, desiredHealthy: 1 })
    const message = 'The disruption budget b needs 1 healthy pods and has 1 currently'
    expect(server.request({ verb: 'evict', target: target('a') })).toMatchObject({
      code: 429,
      status: {
        message: "Cannot evict pod as it would violate the pod's disruption budget.",
        details: { causes: [{ reason: 'DisruptionBudget', message }] },
      },
    })
  })

  it('refuses with 500 when two budgets select the pod, and lets pending pods go', () => {
    const server = memoryServer()
    runningPod(server, 'a', { app: 'web' })
    created(server, pod('pending', {}, { app: 'web' }))
    withBudget(server, 'b', { disruptionsAllowed: 1, currentHealthy: 2, desiredHealthy: 1 })
    withBudget(server, 'c', { disruptionsAllowed: 1, currentHealthy: 2, desiredHealthy: 1 })
    expect(server.request({ verb: 'evict', target: target('a') }).code).toBe(500)
    expect(server.request({ verb: 'evict', target: target('pending') }).code).toBe(201)
  })
})
