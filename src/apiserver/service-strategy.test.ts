import { expect, it } from 'vitest'
import type { KubeObject } from '../kube/object.ts'
import { memoryServer } from './testing.ts'

/** The spec of a Service of one port after a merge of its spec, or why that was refused. */
function patched(given: object, spec: object): unknown {
  const server = memoryServer([])
  const metadata = { name: 'w', namespace: 'default' }
  const namespace = { apiVersion: 'v1', kind: 'Namespace', metadata: { name: 'default' } }
  const service = {
    apiVersion: 'v1',
    kind: 'Service',
    metadata,
    spec: { ports: [{ port: 80 }], ...given },
  }
  for (const object of [namespace, service]) {
    expect(server.request({ verb: 'create', object: object as KubeObject }).ok).toBe(true)
  }
  const target = { kind: 'Service', ...metadata }
  const answer = server.request({ verb: 'patch', target, patchType: 'merge', patch: { spec } })
  return answer.ok ? answer.object['spec'] : answer.status.message
}

it('a balanced Service becomes one of the cluster: what was made for its type goes', () => {
  const spec = patched({ type: 'LoadBalancer' }, { type: 'ClusterIP' })
  expect(spec).toMatchObject({ type: 'ClusterIP', clusterIP: expect.stringMatching(/^10\.96\./) })
  expect(JSON.stringify(spec)).not.toMatch(/nodePort|allocate|externalTraffic/)
})

it('one with a name outside loses its address', () => {
  const spec = patched({}, { type: 'ExternalName', externalName: 'example.com' })
  expect(JSON.stringify(spec)).not.toMatch(/clusterIP|ipFamil/)
})

it('a node port that the client asks for at the same time is refused', () => {
  const ports = [{ port: 80, nodePort: 31_000 }]
  expect(patched({ type: 'NodePort' }, { type: 'ClusterIP', ports })).toContain(
    "spec.ports[0].nodePort: Forbidden: may not be used when `type` is 'ClusterIP'",
  )
})

it('the address stays where the type only gets more', () => {
  const spec = patched({ clusterIP: '10.96.7.7' }, { type: 'NodePort' })
  expect(spec).toMatchObject({ clusterIP: '10.96.7.7', externalTrafficPolicy: 'Cluster' })
})
