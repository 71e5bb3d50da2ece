// What is written into claims before the pod is bound: devices and the pod as their user.
// Upstream: plugins/dynamicresources/dynamicresources.go bindClaim, v1.36.3.

import type { AllocationResult, ResourceClaim } from '../../../kube/generated/types.ts'
import { keyOf } from '../../../kube/object.ts'
import {
  failed,
  type Pod,
  type PreBindResult,
  type SchedulerWrite,
  type Status,
  success,
} from '../../framework.ts'
import type { DeviceRequests } from './extended-resources.ts'
import { isReservedFor } from './pod-claims.ts'

const finalizer = 'resource.kubernetes.io/delete-protection'

/** What Filter found for a node. */
export interface NodeAllocation {
  /** Aligned with the claims that had no allocation. */
  readonly results: readonly AllocationResult[]
  readonly extendedClaim: ResourceClaim | undefined
  readonly mappings: DeviceRequests['mappings']
}

interface Claims {
  readonly claims: readonly ResourceClaim[]
  readonly extended: ResourceClaim | undefined
}

/**
 * A claim without devices gets its finalizer first. The claim for extended resources is created;
 * the pod's status then names it: the writer fills in the name that the API server generates.
 * Upstream fails when that claim is empty, after it was created.
 */
export function claimWrites(
  pod: Pod,
  { claims, extended }: Claims,
  allocation: NodeAllocation | undefined,
): PreBindResult {
  const writes: SchedulerWrite[] = []
  let status: Status = success
  let next = 0
  for (const claim of claims) {
    let result: AllocationResult | undefined
    if (claim.status?.allocation === undefined) {
      result = allocation?.results[next]
      next += 1
    }
    if (isReservedFor(pod, claim)) continue
    if (claim === extended) {
      if (result === undefined) continue
      writes.push(...extendedWrites(pod, allocation, result))
      if (allocation?.mappings.length === 0) status = failed(noMappings(pod))
      continue
    }
    const finalizers = claim.metadata.finalizers ?? []
    const isProtected = result === undefined || finalizers.includes(finalizer)
    const metadata = isProtected
      ? claim.metadata
      : { ...claim.metadata, finalizers: [...finalizers, finalizer] }
    const kept = { ...claim, metadata }
    if (!isProtected) writes.push({ verb: 'update', object: kept })
    writes.push({ verb: 'update', object: reserved(kept, pod, result), subresource: 'status' })
  }
  return { status, writes }
}

function noMappings({ metadata }: Pod): string {
  return `nil or empty request mappings, no update of pod ${keyOf(metadata)} ExtendedResourceClaimStatus`
}

function reserved(
  claim: ResourceClaim,
  { metadata }: Pod,
  allocation: AllocationResult | undefined,
): ResourceClaim {
  const user = { resource: 'pods', name: metadata.name ?? '', uid: metadata.uid ?? '' }
  return {
    ...claim,
    status: {
      ...claim.status,
      ...(allocation === undefined ? {} : { allocation }),
      reservedFor: [...(claim.status?.reservedFor ?? []), user],
    },
  }
}

function extendedWrites(
  pod: Pod,
  allocation: NodeAllocation | undefined,
  result: AllocationResult,
): SchedulerWrite[] {
  const claim = allocation?.extendedClaim
  if (allocation === undefined || claim === undefined) return []
  const { name: _name, uid: _uid, ...metadata } = claim.metadata
  const named = { ...claim, metadata: { ...metadata, finalizers: [finalizer] } }
  const extendedResourceClaimStatus = {
    requestMappings: allocation.mappings,
    resourceClaimName: '',
  }
  const status = { ...pod.status, extendedResourceClaimStatus }
  const created = { ...reserved(named, pod, result), spec: specToCreate(claim) }
  const writes: SchedulerWrite[] = [{ verb: 'create', object: created }]
  if (allocation.mappings.length === 0) return writes
  return [...writes, { verb: 'update', object: { ...pod, status }, subresource: 'status' }]
}

/** When a device plugin serves all extended resources, upstream still creates an empty claim. */
function specToCreate({ spec }: ResourceClaim): unknown {
  return (spec.devices?.requests ?? []).length === 0 ? { devices: { requests: null } } : spec
}
