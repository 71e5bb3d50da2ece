import { describe, expect, it } from 'vitest'
import type { ObjectRequest } from '../apiserver/admission.ts'
import { memoryServer } from '../apiserver/testing.ts'
import type { KubeObject } from '../kube/object.ts'
import { gatesOf } from '../kube/feature-gates.ts'
import { disabledFields } from './disabled-fields.ts'

function stored(minor: number, object: KubeObject): KubeObject {
  const plugin = disabledFields(gatesOf(minor))
  const server = memoryServer(plugin === undefined ? [] : [plugin])
  const answer = server.request({ verb: 'create', object })
  return answer.ok ? answer.object : ({ message: answer.status.message } as unknown as KubeObject)
}

const job = {
  apiVersion: 'batch/v1',
  kind: 'Job',
  metadata: { name: 'j', namespace: 'default' },
  spec: {
    completionMode: 'Indexed',
    completions: 2,
    parallelism: 2,
    managedBy: 'example.com/other',
    successPolicy: { rules: [{ succeededCount: 1 }] },
    template: { spec: { restartPolicy: 'Never', containers: [{ name: 'c', image: 'i' }] } },
  },
} as KubeObject

describe('fields of a Job', () => {
  it.each([
    [30, false, false],
    [31, true, false],
    [32, true, true],
    [36, true, true],
  ])('1.%i: success policy kept %s, managedBy kept %s', (minor, policy, managed) => {
    const spec = stored(minor, job)['spec'] as Record<string, unknown>
    expect(['successPolicy' in spec, 'managedBy' in spec]).toEqual([policy, managed])
  })
})

it('drops keys of affinity terms wherever they stand, and nothing else', () => {
  const term = { topologyKey: 'zone', labelSelector: {}, matchLabelKeys: ['v'] }
  const affinity = {
    podAffinity: {
      preferredDuringSchedulingIgnoredDuringExecution: [{ weight: 1, podAffinityTerm: term }],
    },
    podAntiAffinity: { requiredDuringSchedulingIgnoredDuringExecution: [term] },
  }
  const plugin = disabledFields(gatesOf(30))
  const object = { apiVersion: 'v1', kind: 'Pod', metadata: { name: 'p' }, spec: { affinity } }
  const request = { object, resource: { key: 'Pod' } } as unknown as ObjectRequest
  const admitted = plugin?.admit?.(request, memoryServer().context, {
    isSecond: false,
    memory: new Map(),
  })
  expect(JSON.stringify(admitted)).toBe(
    JSON.stringify(object).replaceAll(',"matchLabelKeys":["v"]', ''),
  )
})

it('an API server with all gates has no such plugin', () => {
  expect(disabledFields(() => true)).toBeUndefined()
})

const container = {
  name: 'c',
  image: 'i',
  restartPolicy: 'Always',
  resizePolicy: [{ resourceName: 'cpu', restartPolicy: 'NotRequired' }],
  securityContext: { procMount: 'Default' },
  volumeMounts: [{ name: 'v', mountPath: '/v', recursiveReadOnly: 'Disabled' }],
}
const pod = {
  apiVersion: 'v1',
  kind: 'Pod',
  metadata: { name: 'p', namespace: 'default' },
  spec: {
    containers: [container],
    hostUsers: true,
    hostnameOverride: 'other',
    securityContext: { seLinuxChangePolicy: 'Recursive', supplementalGroupsPolicy: 'Merge' },
    volumes: [{ name: 'v', image: { reference: 'i' } }],
  },
} as KubeObject
const claim = {
  apiVersion: 'v1',
  kind: 'PersistentVolumeClaim',
  metadata: { name: 'd', namespace: 'default' },
  spec: {
    accessModes: ['ReadWriteOnce'],
    resources: { requests: { storage: '1Gi' } },
    volumeAttributesClassName: 'gold',
  },
} as KubeObject
const service = {
  apiVersion: 'v1',
  kind: 'Service',
  metadata: { name: 's', namespace: 'default' },
  spec: { ports: [{ port: 80 }], trafficDistribution: 'PreferClose' },
} as KubeObject

/** What goes in the last minor before a gate is on, and stays in the first with it. */
describe('fields by version', () => {
  it.each([
    ['recursiveReadOnly', pod, 31],
    ['trafficDistribution', service, 31],
    ['hostUsers', pod, 33],
    ['procMount', pod, 33],
    ['resizePolicy', pod, 33],
    ['seLinuxChangePolicy', pod, 33],
    ['supplementalGroupsPolicy', pod, 33],
    ['volumeAttributesClassName', claim, 34],
    ['hostnameOverride', pod, 35],
    ['image":{"reference', pod, 35],
  ])('%s', (field, object, since) => {
    const has = (minor: number): boolean => {
      const plugin = disabledFields(gatesOf(minor))
      const request = { object, resource: { key: object.kind } } as unknown as ObjectRequest
      const memory = { isSecond: false, memory: new Map() }
      const kept = plugin?.admit?.(request, memoryServer().context, memory) ?? object
      return JSON.stringify(kept).includes(`"${field}"`)
    }
    expect([has(since - 1), has(since)]).toEqual([false, true])
  })
})
