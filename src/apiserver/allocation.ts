// Numbers and addresses that the API server hands out: cluster IPs and node ports of Services.
// Upstream: pkg/registry/core/service/storage/{alloc,storage}.go, v1.36.3; upstream draws at
// random, the twin starts at a place given by the name and takes the next free one.

import { fnv1a32 } from '../base/hash.ts'
import type { Service, ServicePort, ServiceSpec } from '../kube/generated/types.ts'
import { type KubeObject, keyOf } from '../kube/object.ts'
import type { ApiStatus } from '../kube/status.ts'
import { type FieldError, invalid } from '../kube/validation/field-error.ts'
import { checkAddresses } from '../kube/validation/service.ts'
import type { ApiContext } from './request.ts'
import type { Resource } from './resource.ts'
import { invalidObject } from './responses.ts'

const addresses = 2 ** 16
const nodePortMin = 30_000
const nodePortCount = 2768

/** The object with everything allocated that its kind needs; the same reference if nothing. */
export function allocate(
  context: ApiContext,
  resource: Resource,
  object: KubeObject,
  old: KubeObject | undefined,
): KubeObject | ApiStatus {
  if (resource.key !== 'Service') return object
  const service = object as Service
  if (service.spec === undefined) return service
  const before = (old as Service | undefined)?.spec
  const errors = before === undefined ? impossible(service.spec) : mismatched(service.spec, before)
  if (errors.length > 0) {
    return invalidObject({ ...resource, groupKind: 'Service' }, service.metadata.name ?? '', errors)
  }
  const spec = allocated(context, service, before)
  return spec === service.spec ? service : { ...service, spec }
}

/** What no allocator of this cluster can give; asked before validation, as upstream allocates first. */
function impossible(spec: ServiceSpec): readonly FieldError[] {
  if (spec.type === 'ExternalName') return []
  const errors: FieldError[] = []
  checkAddresses(errors, withGivenAddress(spec))
  if (errors.length > 0) return errors
  const { ipFamilyPolicy, ipFamilies = [], clusterIP = '' } = spec
  const selects = Object.keys(spec.selector ?? {}).length > 0
  if (clusterIP === 'None' && !selects) return []
  ipFamilies.forEach((family, index) => {
    if (family === 'IPv4') return
    const at = `spec.ipFamilies[${index}]`
    errors.push(invalid(at, family, 'not configured on this cluster'))
  })
  if (ipFamilyPolicy === 'RequireDualStack') {
    const detail = 'this cluster is not configured for dual-stack services'
    errors.push(invalid('spec.ipFamilyPolicy', ipFamilyPolicy, detail))
  }
  if (clusterIP !== '' && clusterIP !== 'None' && !clusterIP.startsWith('10.96.')) {
    const detail = `failed to allocate IP ${clusterIP}: the provided network does not match the current range`
    errors.push(invalid('spec.clusterIPs', [clusterIP], detail))
  }
  if (errors.length === 0) checkNodePorts(errors, spec)
  return errors
}

/** An update must be in order with itself before anything is allocated. */
function mismatched(spec: ServiceSpec, before: ServiceSpec): readonly FieldError[] {
  const errors: FieldError[] = []
  const kept = withKeptValues(spec, before)
  if (kept.type !== 'ExternalName') checkAddresses(errors, withGivenAddress(kept))
  return errors
}

function withGivenAddress(spec: ServiceSpec): ServiceSpec {
  const { clusterIP = '', clusterIPs = [] } = spec
  return clusterIP !== '' && clusterIPs.length === 0 ? { ...spec, clusterIPs: [clusterIP] } : spec
}

function checkNodePorts(errors: FieldError[], spec: ServiceSpec): void {
  if (!needsNodePorts(spec)) return
  const taken = new Set<number>()
  spec.ports?.forEach(({ nodePort = 0 }, index) => {
    if (nodePort === 0) return
    const at = `spec.ports[${index}].nodePort`
    if (nodePort < nodePortMin || nodePort >= nodePortMin + nodePortCount) {
      const range = `${nodePortMin}-${nodePortMin + nodePortCount - 1}`
      const detail = `provided port is not in the valid range. The range of valid ports is ${range}`
      errors.push(invalid(at, nodePort, detail))
    } else if (taken.has(nodePort)) {
      errors.push(invalid(at, nodePort, 'provided port is already allocated'))
    }
    taken.add(nodePort)
  })
}

function allocated(
  context: ApiContext,
  service: Service,
  before: ServiceSpec | undefined,
): ServiceSpec {
  const given = service.spec as ServiceSpec
  const spec = before === undefined ? given : withKeptValues(given, before)
  if (spec.type === 'ExternalName') return withoutAddresses(withGivenAddress(spec), before)
  const families = withFamilies(spec)
  const addressed = withAddresses(context, service, families)
  return withPorts(context, service, addressed)
}

/** Who changes clusterIP alone means the first of clusterIPs, too (NormalizeClusterIPs). */
function withChangedAddress(spec: ServiceSpec, before: ServiceSpec): ServiceSpec {
  const { clusterIP = '', clusterIPs = [] } = spec
  const old = before.clusterIPs ?? []
  const same = clusterIPs.length === old.length && clusterIPs.every((ip, at) => ip === old[at])
  if (clusterIP === '' || clusterIP === before.clusterIP || !same) return spec
  return { ...spec, clusterIPs: [clusterIP, ...clusterIPs.slice(1)] }
}

/** An update that leaves allocated values out keeps them (patchAllocatedValues). */
function withKeptValues(spec: ServiceSpec, before: ServiceSpec): ServiceSpec {
  let kept = withChangedAddress(spec, before)
  const internal = spec.type !== 'ExternalName' && before.type !== 'ExternalName'
  const { clusterIP, clusterIPs, healthCheckNodePort, ipFamilies, ipFamilyPolicy } = before
  if (internal && clusterIP !== undefined && (spec.clusterIP ?? '') === '') {
    kept = { ...kept, clusterIP }
  }
  if (internal && clusterIPs !== undefined && (spec.clusterIPs?.length ?? 0) === 0) {
    kept = kept.clusterIP === clusterIP ? { ...kept, clusterIPs } : kept
  }
  if (internal && ipFamilies !== undefined && spec.ipFamilies === undefined) {
    kept = { ...kept, ipFamilies }
  }
  if (internal && ipFamilyPolicy !== undefined && spec.ipFamilyPolicy === undefined) {
    kept = { ...kept, ipFamilyPolicy }
  }
  if (needsNodePorts(spec) && needsNodePorts(before)) {
    const ports = spec.ports?.map(port => withKeptPort(port, before.ports ?? []))
    if (ports?.some((port, index) => port !== spec.ports?.[index]) === true) {
      kept = { ...kept, ports }
    }
  }
  const checks = needsHealthCheck(spec) && needsHealthCheck(before)
  if (checks && healthCheckNodePort !== undefined && spec.healthCheckNodePort === undefined) {
    kept = { ...kept, healthCheckNodePort }
  }
  return kept
}

function withKeptPort(port: ServicePort, before: readonly ServicePort[]): ServicePort {
  if ((port.nodePort ?? 0) !== 0) return port
  const same = before.find(each => each.port === port.port && each.protocol === port.protocol)
  return same?.nodePort === undefined ? port : { ...port, nodePort: same.nodePort }
}

/** A Service that becomes ExternalName gives its addresses back. */
function withoutAddresses(spec: ServiceSpec, before: ServiceSpec | undefined): ServiceSpec {
  if (before === undefined || before.type === 'ExternalName') return spec
  const { clusterIP: _ip, clusterIPs: _ips, ipFamilies: _f, ipFamilyPolicy: _p, ...rest } = spec
  return rest
}

/** The clusters of the twin have one family, IPv4. */
function withFamilies(spec: ServiceSpec): ServiceSpec {
  const selects = Object.keys(spec.selector ?? {}).length > 0
  const headless = spec.clusterIP === 'None'
  const ipFamilyPolicy =
    spec.ipFamilyPolicy ?? (headless && !selects ? 'RequireDualStack' : 'SingleStack')
  const both = headless && !selects && ipFamilyPolicy !== 'SingleStack'
  const ipFamilies = spec.ipFamilies ?? (both ? ['IPv4', 'IPv6'] : ['IPv4'])
  if (spec.ipFamilyPolicy !== undefined && spec.ipFamilies !== undefined) return spec
  return { ...spec, ipFamilies, ipFamilyPolicy }
}

function withAddresses(context: ApiContext, service: Service, spec: ServiceSpec): ServiceSpec {
  const { clusterIP = '', clusterIPs = [] } = spec
  if (clusterIP !== '') {
    return clusterIPs.length > 0 ? spec : { ...spec, clusterIPs: [clusterIP] }
  }
  const first = clusterIPs[0]
  const address = first === undefined || first === '' ? freeAddress(context, service) : first
  return { ...spec, clusterIP: address, clusterIPs: [address] }
}

function freeAddress(context: ApiContext, { metadata }: Service): string {
  const used = new Set<string>()
  for (const each of context.list('Service') as readonly Service[]) {
    for (const address of each.spec?.clusterIPs ?? []) used.add(address)
  }
  let at = fnv1a32(keyOf(metadata)) % addresses
  for (let tries = 0; tries < addresses; tries += 1) {
    const address = `10.96.${at >> 8}.${at & 255}`
    if (at !== 0 && at !== addresses - 1 && !used.has(address)) return address
    at = (at + 1) % addresses
  }
  return ''
}

function needsNodePorts({ type, allocateLoadBalancerNodePorts }: ServiceSpec): boolean {
  return type === 'NodePort' || (type === 'LoadBalancer' && allocateLoadBalancerNodePorts !== false)
}

function needsHealthCheck({ type, externalTrafficPolicy }: ServiceSpec): boolean {
  return type === 'LoadBalancer' && externalTrafficPolicy === 'Local'
}

function withPorts(context: ApiContext, service: Service, spec: ServiceSpec): ServiceSpec {
  const missing = spec.ports?.some(port => (port.nodePort ?? 0) === 0) === true
  const ports = needsNodePorts(spec) && missing
  const check = needsHealthCheck(spec) && (spec.healthCheckNodePort ?? 0) === 0
  if (!ports && !check) return spec
  const free = freePorts(context, service, spec)
  const allotted = !ports
    ? spec
    : { ...spec, ports: spec.ports?.map(port => withNodePort(port, free)) ?? [] }
  return check ? { ...allotted, healthCheckNodePort: free() } : allotted
}

function withNodePort(port: ServicePort, free: () => number): ServicePort {
  return (port.nodePort ?? 0) === 0 ? { ...port, nodePort: free() } : port
}

/** Gives one free node port after the other. */
function freePorts(context: ApiContext, { metadata }: Service, spec: ServiceSpec): () => number {
  const used = new Set<number>()
  const specs = (context.list('Service') as readonly Service[]).map(each => each.spec)
  for (const each of [...specs, spec]) {
    for (const port of each?.ports ?? []) used.add(port.nodePort ?? 0)
    used.add(each?.healthCheckNodePort ?? 0)
  }
  let at = fnv1a32(`port ${keyOf(metadata)}`) % nodePortCount
  return () => {
    for (let tries = 0; tries < nodePortCount && used.has(nodePortMin + at); tries += 1) {
      at = (at + 1) % nodePortCount
    }
    used.add(nodePortMin + at)
    return nodePortMin + at
  }
}
