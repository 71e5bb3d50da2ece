// Which slices a service should have by the controller's own writes: tells a stale cache.
// Upstream: k8s.io/endpointslice util/endpointslice_tracker.go, v0.36.3.

import type { EndpointSlice } from '../../kube/generated/types.ts'

/** Generation by uid of the slice; -1: its deletion is awaited. */
export type Tracked = Readonly<Record<string, number>>

const deletionExpected = -1

export function trackerKey(serviceKey: string): string {
  return `slices:${serviceKey}`
}

function generationOf(slice: EndpointSlice): number {
  return slice.metadata.generation ?? 0
}

function uidOf(slice: EndpointSlice): string {
  return slice.metadata.uid ?? ''
}

/** True when a change of `slice` was not made by this controller. */
export function shouldSync(tracked: Tracked | undefined, slice: EndpointSlice): boolean {
  const known = tracked?.[uidOf(slice)]
  return known === undefined || generationOf(slice) > known
}

/** True when the cache does not yet show all that this controller wrote. */
export function isStale(tracked: Tracked | undefined, slices: readonly EndpointSlice[]): boolean {
  if (tracked === undefined) return false
  const present = new Set(slices.map(uidOf))
  for (const slice of slices) {
    const known = tracked[uidOf(slice)]
    if (known === undefined) continue
    if (known === deletionExpected || known > generationOf(slice)) return true
  }
  return Object.keys(tracked).some(uid => tracked[uid] !== deletionExpected && !present.has(uid))
}

export function withWritten(tracked: Tracked, slice: EndpointSlice): Tracked {
  return { ...tracked, [uidOf(slice)]: generationOf(slice) }
}

export function withDeleted(tracked: Tracked, slice: EndpointSlice): Tracked {
  return { ...tracked, [uidOf(slice)]: deletionExpected }
}

/** After the deletion of a slice was seen: what is left, and whether it had been expected. */
export function afterDeletion(
  tracked: Tracked,
  slice: EndpointSlice,
): { readonly tracked: Tracked; readonly expected: boolean } {
  const { [uidOf(slice)]: known, ...rest } = tracked
  return { tracked: rest, expected: known === undefined || known === deletionExpected }
}
