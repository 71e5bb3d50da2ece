// CSIDrivers. Upstream: pkg/apis/storage/validation/validation.go, v1.36.3.

import type { CSIDriver, CSIDriverSpec } from '../generated/types.ts'
import type { KubeObject } from '../object.ts'
import { checkKnown, type Errors, immutableText, subdomainName } from './checks.ts'
import { duplicate, invalid, notSupported } from './field-error.ts'
import { checkMeta } from './meta.ts'
import { sameValue } from './same.ts'

const groupPolicies = ['File', 'None', 'ReadWriteOnceWithFSType']
const lifecycles = ['Persistent', 'Ephemeral']
const updatePeriodMin = 10
const expirationMin = 600

export function checkDriver(errors: Errors, object: KubeObject): void {
  checkMeta(errors, object.metadata, false, subdomainName)
  checkDriverSpec(errors, (object as CSIDriver).spec)
}

/** Defaults set all that is required. */
function checkDriverSpec(errors: Errors, spec: CSIDriverSpec): void {
  const { fsGroupPolicy, volumeLifecycleModes: modes = [], tokenRequests = [] } = spec
  checkKnown(errors, 'spec.fsGroupPolicy', fsGroupPolicy, groupPolicies)
  checkTokens(errors, tokenRequests)
  for (const mode of modes) {
    if (lifecycles.includes(mode)) continue
    errors.push(notSupported('spec.volumeLifecycleModes', mode, lifecycles))
  }
  const period = spec.nodeAllocatableUpdatePeriodSeconds
  if (period !== undefined && period < updatePeriodMin) {
    const path = 'spec.nodeAllocatableUpdatePeriodSeconds'
    errors.push(invalid(path, period, 'must be greater than or equal to 10 seconds'))
  }
  const inSecrets = spec.serviceAccountTokenInSecrets
  if (inSecrets !== undefined && tokenRequests.length === 0) {
    const detail = 'serviceAccountTokenInSecrets is set but no tokenRequests are specified'
    errors.push(invalid('spec.serviceAccountTokenInSecrets', inSecrets, detail))
  }
}

function checkTokens(errors: Errors, tokens: NonNullable<CSIDriverSpec['tokenRequests']>): void {
  const audiences = new Set<string>()
  tokens.forEach(({ audience = '', expirationSeconds: seconds }, index) => {
    const path = `spec.tokenRequests[${index}]`
    if (audiences.has(audience)) {
      errors.push(duplicate(`${path}.audience`, audience))
      return
    }
    audiences.add(audience)
    if (seconds === undefined) return
    const why =
      seconds < expirationMin
        ? 'may not specify a duration less than 10 minutes'
        : seconds > 2 ** 32
          ? 'may not specify a duration larger than 2^32 seconds'
          : undefined
    if (why !== undefined) errors.push(invalid(`${path}.expirationSeconds`, seconds, why))
  })
}

export function checkDriverUpdate(errors: Errors, object: KubeObject, old: KubeObject): void {
  const { spec } = object as CSIDriver
  const before = (old as CSIDriver).spec
  checkDriverSpec(errors, spec)
  if (spec.attachRequired !== before.attachRequired) {
    // Upstream names a field that there is not.
    errors.push(invalid('spec.attachedRequired', spec.attachRequired, immutableText))
  }
  if (!sameValue(spec.volumeLifecycleModes, before.volumeLifecycleModes)) {
    errors.push(invalid('spec.volumeLifecycleModes', spec.volumeLifecycleModes, immutableText))
  }
}
