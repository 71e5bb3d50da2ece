// The Node object is deleted, as by `kubectl delete node` or a cloud that lost the machine. On
// recovery the kubelet registers the node again.
// Upstream: pkg/controller/podgc (orphaned pods), pkg/kubelet/kubelet_node_status.go, v1.36.3.

import { request } from '../cluster/cluster.ts'
import type { World } from '../engine/world.ts'
import type { KubeObject } from '../kube/object.ts'
import type { Fault } from './fault.ts'
import { nodeIsThere } from './nodes.ts'

/** The last state of a node that was deleted, from the log. */
function lastState(world: World, name: string): KubeObject | undefined {
  for (let index = world.store.logLength('Node') - 1; index >= 0; index -= 1) {
    const { key, before, after } = world.store.logAt('Node', index)
    if (key === name && after === undefined) return before
  }
  return undefined
}

/** The node as its kubelet registers it: without what the control plane had written. */
function registered({ apiVersion, kind, metadata, status }: KubeObject & { status?: unknown }) {
  const { name, labels, annotations } = metadata
  const kept = {
    name,
    ...(labels !== undefined && { labels }),
    ...(annotations !== undefined && { annotations }),
  }
  return { apiVersion, kind, metadata: kept, spec: {}, status } as KubeObject
}

export const nodeDelete = {
  name: 'node-delete',
  doc: 'The Node object is deleted; its pods are garbage. On recovery the node registers again.',
  args: ['node'],
  canApply: (world, { node }) => nodeIsThere(world, node),
  apply: (world, { node = '' }) => {
    request(world, { verb: 'delete', target: { kind: 'Node', name: node } })
  },
  recover: (world, { node = '' }) => {
    const last = lastState(world, node)
    if (last === undefined || world.store.get('Node', node) !== undefined) return
    request(world, { verb: 'create', object: registered(last) })
  },
} satisfies Fault
