// Numbers and addresses that the API server hands out: cluster IPs and node ports of Services.
// Upstream: pkg/registry/core/service/storage/alloc.go, v1.36.3; deterministic here.

import type { KubeObject } from '../kube/object.ts'
import type { ApiStatus } from '../kube/status.ts'
import type { ApiContext } from './request.ts'
import type { Resource } from './resource.ts'

/** The object with everything allocated that its kind needs; the same reference if nothing. */
export function allocate(
  _context: ApiContext,
  _resource: Resource,
  object: KubeObject,
  _old: KubeObject | undefined,
): KubeObject | ApiStatus {
  return object
}
