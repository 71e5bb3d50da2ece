// Defaults of device requests. Upstream: pkg/apis/resource/v1/defaults.go, v1.36.3.

import type { ResourceClaim, ResourceClaimSpec, ResourceClaimTemplate } from '../generated/types.ts'
import type { KubeObject } from '../object.ts'
import { eachOf, withChanged, withUnset } from './setting.ts'

interface Counted {
  readonly allocationMode?: string
  readonly count?: number
}

function counted<T extends Counted>(request: T): T {
  const moded = withUnset<Counted>(request, { allocationMode: 'ExactCount' })
  const exact = moded.allocationMode === 'ExactCount'
  return (exact ? withUnset(moded, { count: 1 }) : moded) as T
}

function claimSpec(spec: ResourceClaimSpec): ResourceClaimSpec {
  return withChanged(spec, 'devices', devices =>
    withChanged(
      devices,
      'requests',
      eachOf(request => {
        const exact = withChanged(request, 'exactly', counted)
        return withChanged(exact, 'firstAvailable', eachOf(counted))
      }),
    ),
  )
}

export function resourceClaimDefaults(object: KubeObject): KubeObject {
  return withChanged(object as ResourceClaim, 'spec', claimSpec)
}

export function claimTemplateDefaults(object: KubeObject): KubeObject {
  return withChanged(object as ResourceClaimTemplate, 'spec', spec =>
    withChanged(spec, 'spec', claimSpec),
  )
}
