// What faults of nodes share: which nodes there are, and how their kubelets are told.

import type { Checked } from '../base/problem.ts'
import { compareStrings } from '../base/compare.ts'
import { apiServerName } from '../cluster/serve.ts'
import type { World } from '../engine/world.ts'
import { kubeletName, type KubeletOrder } from '../nodes/kubelet.ts'
import { applicable, inapplicable } from './fault.ts'

const zoneLabel = 'topology.kubernetes.io/zone'

/** Gives an order to the kubelets. */
export function tell(world: World, order: KubeletOrder): void {
  world.signal(kubeletName, order)
}

/** Ok when a node of that name exists and the API server can be told of what happens to it. */
export function nodeIsThere(world: World, node = ''): Checked<true> {
  if (world.isDown(apiServerName)) {
    const todo = 'let the node fail first, then the API server'
    return inapplicable('the API server is down, so nothing can be recorded of a node', todo)
  }
  if (world.store.get('Node', node) !== undefined) return applicable
  const known = world.store.list('Node').map(({ metadata }) => metadata.name)
  return inapplicable(`there is no node "${node}"`, `name one of: ${known.join(', ')}`)
}

/** Names of the nodes in a zone, sorted. */
export function nodesIn(world: World, zone: string): readonly string[] {
  return world.store
    .list('Node')
    .filter(({ metadata }) => metadata.labels?.[zoneLabel] === zone)
    .map(({ metadata }) => metadata.name ?? '')
}

/** The zones that nodes are in, sorted. */
export function zonesOf(world: World): readonly string[] {
  const zones = world.store.list('Node').flatMap(node => node.metadata.labels?.[zoneLabel] ?? [])
  return [...new Set(zones)].sort(compareStrings)
}

/** A shortage is over when one pod is gone, unless a trial says otherwise. */
export const evictionsDefault = 1
