// Ingresses and endpoint slices. Upstream: pkg/apis/networking/validation/validation.go and
// pkg/apis/discovery/validation/validation.go, v1.36.3.

import {
  dns1123LabelErrors,
  dns1123SubdomainErrors,
  portNameErrors,
  portNumberErrors,
  wildcardDns1123SubdomainErrors,
} from '../formats.ts'
import type {
  EndpointSlice,
  Ingress,
  IngressBackend,
  IngressRule,
  IngressSpec,
} from '../generated/types.ts'
import type { KubeObject } from '../object.ts'
import { type Errors, isIpAddress, refuse, subdomainName, immutableText } from './checks.ts'
import { duplicate, invalid, notSupported, required } from './field-error.ts'
import { checkMeta } from './meta.ts'

const classAnnotation = 'kubernetes.io/ingress.class'

export function checkIngress(errors: Errors, object: KubeObject): void {
  checkMeta(errors, object.metadata, true, subdomainName)
  const { metadata, spec } = object as Ingress
  const annotated = metadata.annotations?.[classAnnotation]
  const named = spec?.ingressClassName
  checkIngressSpec(errors, spec ?? {})
  if (annotated !== undefined && named !== undefined && annotated !== named) {
    const detail = 'must match `ingressClassName` when both are specified'
    errors.push(invalid(`annotations.${classAnnotation}`, annotated, detail))
  }
}

export function checkIngressUpdate(errors: Errors, object: KubeObject): void {
  checkIngressSpec(errors, (object as Ingress).spec ?? {})
}

function checkIngressSpec(errors: Errors, spec: IngressSpec): void {
  const { rules = [], defaultBackend, ingressClassName, tls = [] } = spec
  if (rules.length === 0 && defaultBackend === undefined) {
    const detail = 'either `defaultBackend` or `rules` must be specified'
    errors.push(invalid('spec', spec.rules, detail))
  }
  if (defaultBackend !== undefined) checkBackend(errors, 'spec.defaultBackend', defaultBackend)
  rules.forEach((rule, index) => checkRule(errors, `spec.rules[${index}]`, rule))
  tls.forEach(({ hosts = [], secretName = '' }, index) => {
    const at = `spec.tls[${index}]`
    hosts.forEach((host, place) => {
      refuse(errors, `${at}.hosts[${place}]`, host, hostErrors(host))
    })
    if (secretName === '') return
    refuse(errors, `${at}.secretName`, secretName, dns1123SubdomainErrors(secretName))
  })
  if (ingressClassName === undefined) return
  const messages = dns1123SubdomainErrors(ingressClassName)
  refuse(errors, 'spec.ingressClassName', ingressClassName, messages)
}

function hostErrors(host: string): readonly string[] {
  return host.includes('*') ? wildcardDns1123SubdomainErrors(host) : dns1123SubdomainErrors(host)
}

const pathTypes = ['Exact', 'ImplementationSpecific', 'Prefix']
const sequences = ['//', '/./', '/../', '%2f', '%2F']
const suffixes = ['/..', '/.']

function checkRule(errors: Errors, at: string, { host = '', http }: IngressRule): void {
  if (host !== '') {
    if (isIpAddress(host)) {
      errors.push(invalid(`${at}.host`, host, 'must be a DNS name, not an IP address'))
    }
    refuse(errors, `${at}.host`, host, hostErrors(host))
  }
  if (http === undefined) return
  const paths = http.paths ?? []
  if (paths.length === 0) errors.push(required(`${at}.http.paths`, ''))
  paths.forEach(({ path = '', pathType, backend }, index) => {
    const place = `${at}.http.paths[${index}]`
    if (pathType === undefined) {
      errors.push(required(`${place}.pathType`, 'pathType must be specified'))
      return
    }
    checkPath(errors, place, path, pathType)
    checkBackend(errors, `${place}.backend`, backend ?? {})
  })
}

function checkPath(errors: Errors, place: string, path: string, pathType: string): void {
  const at = `${place}.path`
  if (pathType === 'ImplementationSpecific') {
    if (path !== '' && !path.startsWith('/')) {
      errors.push(invalid(at, path, 'must be an absolute path'))
    }
    return
  }
  if (!pathTypes.includes(pathType)) {
    errors.push(notSupported(`${place}.pathType`, pathType, pathTypes))
    return
  }
  if (!path.startsWith('/')) errors.push(invalid(at, path, 'must be an absolute path'))
  if (path === '') return
  for (const sequence of sequences) {
    if (path.includes(sequence)) errors.push(invalid(at, path, `must not contain '${sequence}'`))
  }
  for (const suffix of suffixes) {
    if (path.endsWith(suffix)) errors.push(invalid(at, path, `cannot end with '${suffix}'`))
  }
}

function checkBackend(errors: Errors, path: string, { resource, service }: IngressBackend): void {
  if (resource !== undefined && service !== undefined) {
    errors.push(invalid(path, '', 'cannot set both resource and service backends'))
    return
  }
  if (resource === undefined && service === undefined) {
    errors.push(invalid(path, '', 'resource or service backend is required'))
    return
  }
  if (service === undefined) return
  const { name = '', port } = service
  if (name === '') errors.push(required(`${path}.service.name`, ''))
  else refuse(errors, `${path}.service.name`, name, serviceNameErrors(name))
  const { name: portName = '', number = 0 } = port ?? {}
  if (portName !== '' && number !== 0) {
    errors.push(invalid(path, '', 'cannot set both port name & port number'))
  } else if (portName !== '') {
    refuse(errors, `${path}.service.port.name`, portName, portNameErrors(portName))
  } else if (number !== 0) {
    refuse(errors, `${path}.service.port.number`, number, portNumberErrors(number))
  } else {
    errors.push(required(path, 'port name or number is required'))
  }
}

/** Names of Services were DNS-1035 labels; 1.36 takes DNS-1123 labels. */
function serviceNameErrors(name: string): readonly string[] {
  return dns1123LabelErrors(name)
}

const addressTypes = ['FQDN', 'IPv4', 'IPv6']
const protocols = ['SCTP', 'TCP', 'UDP']

export function checkEndpointSlice(errors: Errors, object: KubeObject): void {
  checkMeta(errors, object.metadata, true, subdomainName)
  checkSliceContent(errors, object)
}

export function checkEndpointSliceUpdate(
  errors: Errors,
  object: KubeObject,
  old: KubeObject,
): void {
  checkSliceContent(errors, object)
  if (object['addressType'] === old['addressType']) return
  errors.push(invalid('addressType', object['addressType'], immutableText))
}

function checkSliceContent(errors: Errors, object: KubeObject): void {
  const { addressType = '', endpoints = [], ports = [] } = object as EndpointSlice
  if (addressType === '') errors.push(required('addressType', ''))
  else if (!addressTypes.includes(addressType)) {
    errors.push(notSupported('addressType', addressType, addressTypes))
  }
  checkSlicePorts(errors, ports)
  endpoints?.forEach(({ addresses = [], hostname, nodeName }, index) => {
    const at = `endpoints[${index}]`
    if (addresses.length === 0) {
      errors.push(required(`${at}.addresses`, 'must contain at least 1 address'))
    }
    addresses.forEach((address, place) => {
      checkAddress(errors, `${at}.addresses`, { address, place, addressType })
    })
    if (nodeName !== undefined) {
      refuse(errors, `${at}.nodeName`, nodeName, dns1123SubdomainErrors(nodeName))
    }
    if (hostname !== undefined) {
      refuse(errors, `${at}.hostname`, hostname, dns1123LabelErrors(hostname))
    }
  })
}

/** Numbers of ports are not looked at. */
function checkSlicePorts(errors: Errors, ports: EndpointSlice['ports']): void {
  const names = new Set<string>()
  ports?.forEach(({ name = '', protocol = '' }, index) => {
    const at = `ports[${index}]`
    if (name !== '') refuse(errors, `${at}.name`, name, dns1123LabelErrors(name))
    if (names.has(name)) errors.push(duplicate(`${at}.name`, name))
    names.add(name)
    if (!protocols.includes(protocol)) {
      errors.push(notSupported(`${at}.protocol`, protocol, protocols))
    }
  })
}

interface PlacedAddress {
  readonly address: string
  readonly place: number
  readonly addressType: string
}

function checkAddress(
  errors: Errors,
  path: string,
  { address, place, addressType }: PlacedAddress,
): void {
  const at = `${path}[${place}]`
  const v6 = address.includes(':')
  if (addressType === 'FQDN') {
    refuse(errors, at, address, dns1123SubdomainErrors(address))
    return
  }
  if (addressType !== 'IPv4' && addressType !== 'IPv6') return
  if (!isIpAddress(address)) {
    errors.push(
      invalid(at, address, 'must be a valid IP address, (e.g. 10.9.8.7 or 2001:db8::ffff)'),
    )
    return
  }
  if (v6 !== (addressType === 'IPv6')) {
    const article = addressType === 'IPv4' ? 'an IPv4' : 'an IPv6'
    errors.push(invalid(path, address, `must be ${article} address`))
    return
  }
  if (address.startsWith('127.') || address === '::1') {
    const detail = 'may not be in the loopback range (127.0.0.0/8, ::1/128)'
    errors.push(invalid(at, address, detail))
  }
}
