// Leases. Upstream: pkg/apis/coordination/validation/validation.go, v1.36.3.

import type { Lease } from '../generated/types.ts'
import type { KubeObject } from '../object.ts'
import { checkNonnegative, type Errors, subdomainName } from './checks.ts'
import { invalid } from './field-error.ts'
import { checkCustomMeta } from './meta.ts'

export function checkLease(errors: Errors, object: KubeObject): void {
  checkCustomMeta(errors, object.metadata, true, subdomainName)
  checkLeaseUpdate(errors, object)
}

export function checkLeaseUpdate(errors: Errors, object: KubeObject): void {
  const { leaseDurationSeconds: seconds, leaseTransitions } = (object as Lease).spec ?? {}
  if (seconds !== undefined && seconds <= 0) {
    errors.push(invalid('spec.leaseDurationSeconds', seconds, 'must be greater than 0'))
  }
  checkNonnegative(errors, 'spec.leaseTransitions', leaseTransitions)
}
