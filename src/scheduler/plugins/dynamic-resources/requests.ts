// One shape for device requests and their alternatives.
// Upstream: structured/internal/incubating/allocator_incubating.go requestAccessor, v0.36.3.

import type {
  CapacityRequirements,
  DeviceRequest,
  DeviceSelector,
  DeviceToleration,
} from '../../../kube/generated/types.ts'

export interface WantedDevices {
  readonly name: string
  readonly className: string
  readonly mode: string
  readonly count: number
  readonly adminAccess: boolean
  readonly selectors: readonly DeviceSelector[]
  readonly tolerations: readonly DeviceToleration[] | undefined
  readonly capacity: CapacityRequirements | undefined
  /** The request that this is an alternative of; empty for a plain request. */
  readonly parent: string
}

/** The alternatives of a request in the order of preference; one for a plain request. */
export function wantedDevices(request: DeviceRequest): readonly WantedDevices[] {
  const { exactly, firstAvailable = [] } = request
  if (exactly !== undefined) return [wanted(request.name, exactly, '')]
  return firstAvailable.map(alternative => wanted(alternative.name, alternative, request.name))
}

/** As results name it: `request` or `request/alternative`. */
export function resultName({ name, parent }: WantedDevices): string {
  return parent === '' ? name : `${parent}/${name}`
}

type Source =
  | NonNullable<DeviceRequest['firstAvailable']>[number]
  | NonNullable<DeviceRequest['exactly']>

function wanted(name: string, source: Source, parent: string): WantedDevices {
  return {
    name,
    className: source.deviceClassName,
    mode: source.allocationMode ?? '',
    count: source.count ?? 0,
    adminAccess: 'adminAccess' in source && source.adminAccess === true,
    selectors: source.selectors ?? [],
    tolerations: source.tolerations,
    capacity: source.capacity,
    parent,
  }
}
