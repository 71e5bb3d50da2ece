// Scenarios of ReplicationControllers: what differs from ReplicaSets.

import { describe, expect, it } from 'vitest'
import { createCluster, epochMsDefault, request } from '../../cluster/cluster.ts'
import type { World } from '../../engine/world.ts'
import type { Pod, ReplicationController } from '../../kube/generated/types.ts'
import type { KubeObject } from '../../kube/object.ts'
import { nodeFromPool } from '../../nodes/node-object.ts'

const template = {
  metadata: { labels: { app: 'web' } },
  spec: { containers: [{ name: 'main', image: 'web:1' }] },
}

function controller(spec: object): KubeObject {
  const metadata = { name: 'web', namespace: 'default' }
  return { apiVersion: 'v1', kind: 'ReplicationController', metadata, spec }
}

function cluster(): World {
  const pool = { name: 'n', count: 1, cpu: '4', memory: '8Gi' }
  const details = { nowMs: epochMsDefault, kubeletVersion: 'v1.36.0', ordinal: 1 }
  return createCluster({ kubernetes: '1.36', nodes: [nodeFromPool(pool, 0, details)] })
}

function podsOf(world: World): readonly Pod[] {
  return world.store.list('Pod', 'default') as readonly Pod[]
}

const target = { kind: 'ReplicationController', namespace: 'default', name: 'web' }

describe('a ReplicationController', () => {
  it('makes pods, replaces one that is deleted and counts them', () => {
    const world = cluster()
    request(world, { verb: 'create', object: controller({ replicas: 3, template }) })
    world.runFor(10_000)
    expect(podsOf(world)).toHaveLength(3)
    const [first] = podsOf(world)
    const { name = '' } = first?.metadata ?? {}
    expect(first?.metadata.ownerReferences).toMatchObject([
      { apiVersion: 'v1', kind: 'ReplicationController', name: 'web', controller: true },
    ])
    request(world, { verb: 'delete', target: { kind: 'Pod', namespace: 'default', name } })
    world.runFor(10_000)
    expect(podsOf(world).map(pod => pod.metadata.name)).not.toContain(name)
    const stored = world.store.get('ReplicationController', 'default/web') as ReplicationController
    expect(stored.spec?.selector).toEqual({ app: 'web' })
    expect(stored.status).toEqual({
      replicas: 3,
      fullyLabeledReplicas: 3,
      readyReplicas: 3,
      availableReplicas: 3,
      observedGeneration: 1,
    })
  })

  it('scales, and adopts a pod that nobody controls', () => {
    const world = cluster()
    const pod = { ...template, apiVersion: 'v1', kind: 'Pod' }
    const metadata = { ...template.metadata, name: 'lonely', namespace: 'default' }
    request(world, { verb: 'create', object: { ...pod, metadata } })
    request(world, { verb: 'create', object: controller({ replicas: 2, template }) })
    world.runFor(10_000)
    expect(podsOf(world)).toHaveLength(2)
    expect(podsOf(world).map(({ metadata: { name } }) => name)).toContain('lonely')
    request(world, { verb: 'scale', target, replicas: 0 })
    world.runFor(10_000)
    expect(podsOf(world)).toHaveLength(0)
  })

  it.each([
    [{ replicas: -1, template }, 'spec.replicas: Invalid value: -1'],
    [{ replicas: 1 }, 'spec.template: Required value'],
    [{ selector: { app: 'api' }, template }, '`selector` does not match template `labels`'],
  ])('is refused when it says %j', (spec, message) => {
    const answer = request(cluster(), { verb: 'create', object: controller(spec) })
    expect(answer.ok ? 'accepted' : answer.status.message).toContain(message)
  })
})
