// Faults that take out what stands beside the API server: apply makes the object that says so.

import { request } from '../cluster/cluster.ts'
import type { World } from '../engine/world.ts'
import type { Checked } from '../base/problem.ts'
import type { KubeObject } from '../kube/object.ts'
import { outageKind } from '../kube/outage-object.ts'
import { applicable, inapplicable } from './fault.ts'

/** Ok when it is not out already. */
export function isAnswering(world: World, { metadata }: KubeObject): Checked<true> {
  if (world.store.get(outageKind, metadata.name ?? '') === undefined) return applicable
  const todo = 'let the first outage end before the second'
  return inapplicable(`${metadata.name} is out already`, todo)
}

export function takeOut(world: World, outage: KubeObject): void {
  request(world, { verb: 'create', object: outage })
}

export function putBack(world: World, { metadata }: KubeObject): void {
  request(world, { verb: 'delete', target: { kind: outageKind, name: metadata.name ?? '' } })
}
