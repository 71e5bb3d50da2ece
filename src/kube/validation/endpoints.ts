// Endpoints and EndpointSlices. Upstream: pkg/apis/core/validation/validation.go
// and pkg/apis/discovery/validation/validation.go, v1.36.3.

import { labelValueErrors, portNumberErrors, strictIpErrors } from '../formats.ts'
import type {
  EndpointAddress,
  Endpoints,
  EndpointSlice,
  EndpointSubset,
} from '../generated/types.ts'
import type { KubeObject } from '../object.ts'
import {
  checkChoice,
  checkIp,
  checkKnown,
  checkLabelDns,
  checkLabelName,
  checkSubdomain,
  type Errors,
  immutableText,
  isIpAddress,
  type NameCheck,
  refuse,
  subdomainName,
} from './checks.ts'
import { duplicate, invalid, required, tooMany } from './field-error.ts'
import { isInRange } from './ip-ranges.ts'
import { checkMeta } from './meta.ts'
import { sameValue } from './same.ts'

const protocols = ['SCTP', 'TCP', 'UDP']

/** Whatever its flags, the scope of an address with a 2 in fourth place is a link. */
const linkLocalMulticast = Array.from('0123456789abcdef', flags => `ff${flags}2::/16`)

/** Ranges that no endpoint may be in, and how they are called. */
const unusableRanges: readonly (readonly [name: string, ranges: readonly string[]])[] = [
  ['loopback range (127.0.0.0/8, ::1/128)', ['127.0.0.0/8', '::1/128']],
  ['link-local range (169.254.0.0/16, fe80::/10)', ['169.254.0.0/16', 'fe80::/10']],
  ['link-local multicast range (224.0.0.0/24, ff02::/10)', ['224.0.0.0/24', ...linkLocalMulticast]],
]

const unspecified = ['0.0.0.0/32', '::/128']

function checkUsable(errors: Errors, path: string, address: string): void {
  if (unspecified.some(range => isInRange(address, range))) {
    errors.push(invalid(path, address, `may not be unspecified (${address})`))
  }
  for (const [name, ranges] of unusableRanges) {
    if (!ranges.some(range => isInRange(address, range))) continue
    errors.push(invalid(path, address, `may not be in the ${name}`))
  }
}

export function checkEndpoints(errors: Errors, object: KubeObject): void {
  checkMeta(errors, object.metadata, true, subdomainName)
  checkSubsets(errors, (object as Endpoints).subsets ?? [])
}

/** Subsets that stay as they are were right once. */
export function checkEndpointsUpdate(errors: Errors, object: KubeObject, old: KubeObject): void {
  checkMeta(errors, object.metadata, true, subdomainName)
  const { subsets = [] } = object as Endpoints
  if (!sameValue(subsets, old['subsets'])) checkSubsets(errors, subsets)
}

function checkSubsets(errors: Errors, subsets: readonly EndpointSubset[]): void {
  subsets.forEach(({ addresses = [], notReadyAddresses = [], ports = [] }, index) => {
    const at = `subsets[${index}]`
    if (addresses.length + notReadyAddresses.length === 0) {
      errors.push(required(at, 'must specify `addresses` or `notReadyAddresses`'))
    }
    for (const [name, list] of Object.entries({ addresses, notReadyAddresses })) {
      list.forEach((address, place) => checkAddress(errors, `${at}.${name}[${place}]`, address))
    }
    ports.forEach(({ name = '', port, protocol = '', appProtocol }, place) => {
      const path = `${at}.ports[${place}]`
      if (name !== '') checkLabelDns(errors, `${path}.name`, name)
      else if (ports.length > 1) errors.push(required(`${path}.name`, ''))
      refuse(errors, `${path}.port`, port, portNumberErrors(port))
      checkChoice(errors, `${path}.protocol`, protocol, protocols)
      if (appProtocol !== undefined) checkLabelName(errors, `${path}.appProtocol`, appProtocol)
    })
  })
}

function checkAddress(
  errors: Errors,
  path: string,
  { ip = '', hostname = '', nodeName }: EndpointAddress,
): void {
  checkIp(errors, `${path}.ip`, ip)
  if (hostname !== '') checkLabelDns(errors, `${path}.hostname`, hostname)
  if (nodeName !== undefined) checkSubdomain(errors, `${path}.nodeName`, nodeName)
  if (isIpAddress(ip)) checkUsable(errors, `${path}.ip`, ip)
  else errors.push(invalid(`${path}.ip`, ip, 'must be a valid IP address'))
}

const addressTypes = ['FQDN', 'IPv4', 'IPv6']

export function checkEndpointSlice(errors: Errors, object: KubeObject): void {
  checkMeta(errors, object.metadata, true, subdomainName)
  checkSliceHead(errors, object as EndpointSlice)
  checkSliceEndpoints(errors, object as EndpointSlice)
}

/** Endpoints that stay as they are were right once. */
export function checkEndpointSliceUpdate(
  errors: Errors,
  object: KubeObject,
  old: KubeObject,
): void {
  checkMeta(errors, object.metadata, true, subdomainName)
  checkSliceHead(errors, object as EndpointSlice)
  if (!sameValue(object['endpoints'] ?? [], old['endpoints'])) {
    checkSliceEndpoints(errors, object as EndpointSlice)
  }
  if (object['addressType'] === old['addressType']) return
  errors.push(invalid('addressType', object['addressType'], immutableText))
}

function checkSliceHead(errors: Errors, { addressType = '', ports }: EndpointSlice): void {
  checkChoice(errors, 'addressType', addressType, addressTypes)
  checkSlicePorts(errors, ports ?? [])
}

const endpointsMax = 1000
const addressesMax = 100
const portsMax = 20_000
const hintsMax = 8

function checkSliceEndpoints(errors: Errors, { addressType, endpoints }: EndpointSlice): void {
  const count = endpoints?.length ?? 0
  if (count > endpointsMax) {
    errors.push(tooMany('endpoints', count, endpointsMax))
    return
  }
  endpoints?.forEach(({ addresses = [], hostname, nodeName, hints }, index) => {
    const at = `endpoints[${index}]`
    if (addresses.length === 0) {
      errors.push(required(`${at}.addresses`, 'must contain at least 1 address'))
    } else if (addresses.length > addressesMax) {
      errors.push(tooMany(`${at}.addresses`, addresses.length, addressesMax))
    }
    addresses.forEach((address, place) => {
      checkSliceAddress(errors, `${at}.addresses`, { address, place, addressType })
    })
    if (nodeName !== undefined) checkSubdomain(errors, `${at}.nodeName`, nodeName)
    if (hostname !== undefined) checkLabelDns(errors, `${at}.hostname`, hostname)
    const { forZones = [], forNodes = [] } = hints ?? {}
    checkHints(errors, `${at}.hints.forZones`, forZones, labelValueErrors)
    checkHints(errors, `${at}.hints.forNodes`, forNodes, subdomainName)
  })
}

function checkHints(
  errors: Errors,
  path: string,
  hints: readonly { readonly name: string }[],
  check: NameCheck,
): void {
  if (hints.length > hintsMax) {
    errors.push(tooMany(path, hints.length, hintsMax))
    return
  }
  const names = new Set<string>()
  hints.forEach(({ name = '' }, index) => {
    const at = `${path}[${index}].name`
    if (names.has(name)) errors.push(duplicate(at, name))
    names.add(name)
    refuse(errors, at, name, check(name))
  })
}

/** Numbers of ports are not looked at. */
function checkSlicePorts(errors: Errors, ports: NonNullable<EndpointSlice['ports']>): void {
  if (ports.length > portsMax) {
    errors.push(tooMany('ports', ports.length, portsMax))
    return
  }
  const names = new Set<string>()
  ports.forEach(({ name = '', protocol, appProtocol }, index) => {
    const at = `ports[${index}]`
    if (name !== '') checkLabelDns(errors, `${at}.name`, name)
    if (names.has(name)) errors.push(duplicate(`${at}.name`, name))
    names.add(name)
    if (protocol === undefined) errors.push(required(`${at}.protocol`, ''))
    else checkKnown(errors, `${at}.protocol`, protocol, protocols)
    if (appProtocol !== undefined) checkLabelName(errors, `${at}.appProtocol`, appProtocol)
  })
}

interface PlacedAddress {
  readonly address: string
  readonly place: number
  readonly addressType: string
}

function checkSliceAddress(
  errors: Errors,
  path: string,
  { address, place, addressType }: PlacedAddress,
): void {
  const at = `${path}[${place}]`
  if (addressType === 'FQDN') {
    checkDomain(errors, at, address)
    return
  }
  if (addressType !== 'IPv4' && addressType !== 'IPv6') return
  if (!isIpAddress(address)) {
    checkIp(errors, at, address)
    return
  }
  const refused = addressType === 'IPv6' ? strictIpErrors(address) : []
  refuse(errors, at, address, refused)
  if (refused.length > 0) return
  if (address.includes(':') !== (addressType === 'IPv6')) {
    errors.push(invalid(path, address, `must be an ${addressType} address`))
  }
  checkUsable(errors, at, address)
}

function checkDomain(errors: Errors, path: string, given: string): void {
  if (given === '') {
    errors.push(required(path, ''))
    return
  }
  const domain = given.replace(/\.$/, '')
  const messages = subdomainName(domain)
  refuse(errors, path, domain, messages)
  if (messages.length > 0 || domain.includes('.')) return
  errors.push(
    invalid(path, domain, 'should be a domain with at least two segments separated by dots'),
  )
}
