// Which device class serves an extended resource. Upstream: pkg/scheduler/framework/plugins/
// dynamicresources/extended (DeviceClassResolver) and noderesources/fit.go
// shouldDelegateResourceToDRA, v1.36.3.

import type { DeviceClass } from '../kube/generated/types.ts'
import type { SchedulerFeatures } from './features.ts'
import type { SchedulerListers } from './listers.ts'
import type { NodeInfo } from './node-info.ts'

const implicitPrefix = 'deviceclass.resource.kubernetes.io/'

/** The class that names the resource, the newest when several do, or the implicit one. */
export function deviceClassOf(
  resourceName: string,
  listers: SchedulerListers,
): DeviceClass | undefined {
  if (resourceName.startsWith(implicitPrefix)) {
    return listers.get('DeviceClass', resourceName.slice(implicitPrefix.length))
  }
  let found: DeviceClass | undefined
  for (const candidate of listers.list('DeviceClass')) {
    if (candidate.spec?.extendedResourceName !== resourceName) continue
    if (found === undefined || isNewer(candidate, found)) found = candidate
  }
  return found
}

function isNewer(a: DeviceClass, b: DeviceClass): boolean {
  const createdA = a.metadata.creationTimestamp ?? ''
  const createdB = b.metadata.creationTimestamp ?? ''
  return createdA > createdB
}

/** Whether DynamicResources, not the node's own capacity, decides about the resource. */
export function isDelegatedToDra(
  resourceName: string,
  node: NodeInfo | undefined,
  context: { readonly features: SchedulerFeatures; readonly listers: SchedulerListers },
): boolean {
  if (!context.features.draExtendedResource) return false
  if (node !== undefined && (node.allocatable.scalars.get(resourceName) ?? 0) > 0) return false
  return deviceClassOf(resourceName, context.listers) !== undefined
}
