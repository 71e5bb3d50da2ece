import { describe, expect, it } from 'vitest'
import type { ObjectRequest } from '../apiserver/admission.ts'
import { memoryServer } from '../apiserver/testing.ts'
import type { KubeObject } from '../kube/object.ts'
import { disabledFields } from './disabled-fields.ts'

function stored(minor: number, object: KubeObject): KubeObject {
  const plugin = disabledFields(minor)
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
  const plugin = disabledFields(30)
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

it('a version that keeps everything has no such plugin', () => {
  expect(disabledFields(36)).toBeUndefined()
})
