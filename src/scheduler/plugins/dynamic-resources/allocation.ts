// The allocation that is written into a claim once its devices are chosen.
// Upstream: structured/internal/incubating/allocator_incubating.go Allocate, createNodeSelector,
// v0.36.3.

import { absorb, digestText, emptyDigest } from '../../../base/hash.ts'
import type {
  AllocationResult,
  Device,
  DeviceAllocationConfiguration,
  DeviceClass,
  DeviceRequestAllocationResult,
  NodeSelector,
  NodeSelectorRequirement,
  ResourceClaim,
  ResourceSlice,
} from '../../../kube/generated/types.ts'
import { quantityText } from '../../../kube/quantity.ts'
import { sameJson } from '../../same-json.ts'
import type { Consumed } from './capacity.ts'
import { resultName, type WantedDevices } from './requests.ts'

/** A device that was chosen for a request. */
export interface ChosenDevice {
  readonly wanted: WantedDevices
  readonly device: Device
  readonly slice: ResourceSlice
  /** Set when several claims may share the device. */
  readonly consumed: Consumed | undefined
}

/** The alternative that was chosen for each request, with its class. */
export interface ChosenRequest {
  readonly wanted: WantedDevices
  readonly deviceClass: DeviceClass
}

/** The allocation of one claim, or the text of an error. */
export function allocationOf(
  claim: ResourceClaim,
  devices: readonly ChosenDevice[],
  requests: readonly ChosenRequest[],
  nodeName: string,
): AllocationResult | { readonly error: string } {
  const selector = nodeSelectorOf(devices, nodeName)
  if (selector !== undefined && 'error' in selector) return selector
  const config = [...classConfigs(requests), ...claimConfigs(claim, requests)]
  return {
    devices: {
      ...(devices.length === 0
        ? {}
        : { results: devices.map((each, index) => resultOf(each, shareId(claim, index))) }),
      ...(config.length === 0 ? {} : { config }),
    },
    ...(selector === undefined ? {} : { nodeSelector: selector }),
  }
}

/** A UUID for a share of a device; upstream draws it. */
function shareId({ metadata }: ResourceClaim, index: number): string {
  const { namespace = '', name = '', uid = '' } = metadata
  const text = digestText(absorb(emptyDigest, `${namespace}/${name}/${uid}/${index}`))
  const tail = index.toString(16).padStart(12, '0')
  return `${text.slice(0, 8)}-${text.slice(8, 12)}-4${text.slice(12, 15)}-8000-${tail}`
}

function resultOf(
  { wanted, device, slice, consumed }: ChosenDevice,
  shareID: string,
): DeviceRequestAllocationResult {
  const { bindingConditions, bindingFailureConditions } = device
  return {
    request: resultName(wanted),
    driver: slice.spec.driver,
    pool: slice.spec.pool.name,
    device: device.name,
    ...(wanted.adminAccess ? { adminAccess: true } : {}),
    ...(wanted.tolerations === undefined ? {} : { tolerations: wanted.tolerations }),
    ...(bindingConditions === undefined ? {} : { bindingConditions }),
    ...(bindingFailureConditions === undefined ? {} : { bindingFailureConditions }),
    ...(consumed === undefined ? {} : { shareID, consumedCapacity: quantitiesOf(consumed) }),
  }
}

function quantitiesOf(consumed: Consumed): Record<string, string> {
  const quantities: Record<string, string> = {}
  for (const [name, amount] of consumed) quantities[name] = quantityText(amount)
  return quantities
}

/** Each class counts once, for all requests that use it. */
function classConfigs(requests: readonly ChosenRequest[]): DeviceAllocationConfiguration[] {
  const users = new Map<string, { deviceClass: DeviceClass; names: string[] }>()
  for (const { wanted, deviceClass } of requests) {
    const name = deviceClass.metadata.name ?? ''
    const known = users.get(name)
    if (known === undefined) users.set(name, { deviceClass, names: [resultName(wanted)] })
    else known.names.push(resultName(wanted))
  }
  const configs: DeviceAllocationConfiguration[] = []
  for (const { deviceClass, names } of users.values()) {
    for (const config of deviceClass.spec.config ?? []) {
      configs.push({ source: 'FromClass', requests: names, ...config })
    }
  }
  return configs
}

function claimConfigs(
  claim: ResourceClaim,
  requests: readonly ChosenRequest[],
): DeviceAllocationConfiguration[] {
  const configs: DeviceAllocationConfiguration[] = []
  for (const config of claim.spec.devices?.config ?? []) {
    const names = config.requests ?? []
    if (names.length === 0) {
      configs.push({ source: 'FromClaim', ...config })
      continue
    }
    for (const { wanted } of requests) {
      const base = wanted.parent === '' ? wanted.name : wanted.parent
      if (names.includes(base) || names.includes(resultName(wanted))) {
        configs.push({ source: 'FromClaim', ...config })
      }
    }
  }
  return configs
}

/** The node itself when any device is local to it; else what all slices demand together. */
function nodeSelectorOf(
  devices: readonly ChosenDevice[],
  nodeName: string,
): NodeSelector | { readonly error: string } | undefined {
  const fields: NodeSelectorRequirement[] = []
  const expressions: NodeSelectorRequirement[] = []
  for (const { device, slice } of devices) {
    const target = slice.spec.perDeviceNodeSelection === true ? device : slice.spec
    if (target.nodeName !== undefined || device.bindsToNode === true) return onlyNode(nodeName)
    const terms = target.nodeSelector?.nodeSelectorTerms ?? []
    if (terms.length > 1) {
      return { error: `unsupported ResourceSlice.NodeSelector with ${terms.length} terms` }
    }
    for (const term of terms) {
      addNew(fields, term.matchFields ?? [])
      addNew(expressions, term.matchExpressions ?? [])
    }
  }
  if (fields.length === 0 && expressions.length === 0) return undefined
  const term = {
    ...(expressions.length === 0 ? {} : { matchExpressions: expressions }),
    ...(fields.length === 0 ? {} : { matchFields: fields }),
  }
  return { nodeSelectorTerms: [term] }
}

function onlyNode(nodeName: string): NodeSelector {
  const matchFields = [{ key: 'metadata.name', operator: 'In', values: [nodeName] }]
  return { nodeSelectorTerms: [{ matchFields }] }
}

function addNew(into: NodeSelectorRequirement[], from: readonly NodeSelectorRequirement[]): void {
  for (const requirement of from) {
    if (!into.some(known => sameRequirement(known, requirement))) into.push(requirement)
  }
}

function sameRequirement(a: NodeSelectorRequirement, b: NodeSelectorRequirement): boolean {
  const sorted = ({ values = [] }: NodeSelectorRequirement): string[] => [...new Set(values)].sort()
  return a.key === b.key && a.operator === b.operator && sameJson(sorted(a), sorted(b))
}
