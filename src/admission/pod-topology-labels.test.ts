import { expect, it } from 'vitest'
import { memoryServer } from '../apiserver/testing.ts'
import { podTopologyLabels } from './pod-topology-labels.ts'
import { object, pod } from './testing.ts'

it('copies the zone of the node to the pod that is bound to it', () => {
  const server = memoryServer([podTopologyLabels])
  const labels = { 'topology.kubernetes.io/zone': 'z1', other: 'x' }
  const node = object('v1', 'Node', 'n1')
  server.request({ verb: 'create', object: { ...node, metadata: { name: 'n1', labels } } })
  server.request({ verb: 'create', object: pod() })
  const target = { kind: 'Pod', namespace: 'default', name: 'p' }
  server.request({ verb: 'bind', target, node: 'n1' })
  expect(server.object('Pod', 'default/p')?.metadata.labels).toEqual({
    'topology.kubernetes.io/zone': 'z1',
  })
})
