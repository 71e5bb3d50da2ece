// Status writes as merge patches: only what changed goes over the wire, lists as a whole.

import { type JsonObject, sameJson } from '../../kube/patch/json.ts'
import { applyMergePatch, createMergePatch } from '../../kube/patch/merge-patch.ts'
import type { Holder } from './scalers-cache.ts'
import type { ScaledObjectStatus } from './scaled-object.ts'
import type { KedaOperatorWorld } from './world.ts'

/** Writes the status; the holder then has what the API answered. */
export function patchStatus(
  world: KedaOperatorWorld,
  holder: Holder,
  status: ScaledObjectStatus,
): void {
  const { metadata, status: before = {} } = holder.object
  if (sameJson(before, status)) return
  const current = world.read(metadata.namespace ?? '', metadata.name ?? '')
  if (current === undefined) return
  const patch = createMergePatch(before as JsonObject, status as JsonObject)
  const next = applyMergePatch(current.status ?? {}, patch) as ScaledObjectStatus
  const object = { ...current, status: next }
  world.write(object)
  holder.object = object
}
