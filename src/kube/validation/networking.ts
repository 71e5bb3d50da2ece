// Ingresses, their classes and network policies.
// Upstream: pkg/apis/networking/validation/validation.go, v1.36.3.

import {
  dns1123LabelErrors,
  dns1123SubdomainErrors,
  domainPrefixedPathErrors,
  portNameErrors,
  portNumberErrors,
  wildcardDns1123SubdomainErrors,
} from '../formats.ts'
import type {
  Ingress,
  IngressBackend,
  IngressClass,
  IngressClassParametersReference,
  IngressRule,
  IngressSpec,
  IPBlock,
  NetworkPolicy,
  NetworkPolicyPeer,
  NetworkPolicyPort,
} from '../generated/types.ts'
import { utf8Length } from '../go-text.ts'
import type { KubeObject } from '../object.ts'
import {
  checkKnown,
  checkLabelSelector,
  type Errors,
  immutableText,
  isIpAddress,
  pathSegmentName,
  refuse,
  subdomainName,
} from './checks.ts'
import { forbidden, invalid, notSupported, required, tooLong } from './field-error.ts'
import { isPartOf } from './ip-ranges.ts'
import { checkMeta } from './meta.ts'
import { checkCidr, isCidr } from './service.ts'

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

const controllerBytesMax = 250
const classScopes = ['Cluster', 'Namespace']

export function checkIngressClass(errors: Errors, object: KubeObject): void {
  checkMeta(errors, object.metadata, false, subdomainName)
  const { controller = '', parameters } = (object as IngressClass).spec ?? {}
  const path = 'spec.controller'
  if (utf8Length(controller) > controllerBytesMax) errors.push(tooLong(path, controllerBytesMax))
  if (controller === '') errors.push(required(path, ''))
  else {
    for (const { value, message } of domainPrefixedPathErrors(controller)) {
      errors.push(invalid(path, value, message))
    }
  }
  if (parameters !== undefined) checkParameters(errors, 'spec.parameters', parameters)
}

/** Whoever serves a class keeps serving it. */
export function checkIngressClassUpdate(errors: Errors, object: KubeObject, old: KubeObject): void {
  const { controller = '' } = (object as IngressClass).spec ?? {}
  if (controller !== ((old as IngressClass).spec?.controller ?? '')) {
    errors.push(invalid('spec.controller', controller, immutableText))
  }
  checkIngressClass(errors, object)
}

function checkParameters(
  errors: Errors,
  path: string,
  { apiGroup, kind = '', name = '', scope, namespace }: IngressClassParametersReference,
): void {
  if (apiGroup !== undefined) {
    refuse(errors, `${path}.apiGroup`, apiGroup, dns1123SubdomainErrors(apiGroup))
  }
  for (const [field, value] of Object.entries({ kind, name })) {
    if (value === '') errors.push(required(`${path}.${field}`, ''))
    else refuse(errors, `${path}.${field}`, value, pathSegmentName(value))
  }
  if (scope === undefined) errors.push(required(`${path}.scope`, ''))
  else if (!classScopes.includes(scope)) {
    errors.push(notSupported(`${path}.scope`, scope, classScopes))
  } else if (scope === 'Cluster') {
    if (namespace === undefined) return
    errors.push(forbidden(`${path}.namespace`, "`parameters.scope` is set to 'Cluster'"))
  } else if (namespace === undefined) {
    errors.push(required(`${path}.namespace`, "`parameters.scope` is set to 'Namespace'"))
  } else refuse(errors, `${path}.namespace`, namespace, dns1123LabelErrors(namespace))
}

const policyTypes = ['Ingress', 'Egress']
const protocols = ['TCP', 'UDP', 'SCTP']

export function checkNetworkPolicy(errors: Errors, object: KubeObject): void {
  checkMeta(errors, object.metadata, true, subdomainName)
  checkNetworkPolicyUpdate(errors, object)
}

export function checkNetworkPolicyUpdate(errors: Errors, object: KubeObject): void {
  const {
    podSelector,
    ingress,
    egress,
    policyTypes: types = [],
  } = (object as NetworkPolicy).spec ?? {}
  checkLabelSelector(errors, 'spec.podSelector', podSelector)
  ingress?.forEach(({ ports, from }, index) => {
    checkPolicyRule(errors, `spec.ingress[${index}]`, { ports, from })
  })
  egress?.forEach(({ ports, to }, index) => {
    checkPolicyRule(errors, `spec.egress[${index}]`, { ports, to })
  })
  if (types.length > policyTypes.length) {
    errors.push(invalid('spec.policyTypes', types, 'may not specify more than two policyTypes'))
    return
  }
  types.forEach((type, index) => {
    if (policyTypes.includes(type)) return
    errors.push(notSupported(`spec.policyTypes[${index}]`, type, policyTypes))
  })
}

interface PolicyRule {
  readonly ports: readonly NetworkPolicyPort[] | undefined
  readonly from?: readonly NetworkPolicyPeer[] | undefined
  readonly to?: readonly NetworkPolicyPeer[] | undefined
}

function checkPolicyRule(errors: Errors, path: string, { ports, from, to }: PolicyRule): void {
  ports?.forEach((port, index) => checkPolicyPort(errors, `${path}.ports[${index}]`, port))
  from?.forEach((peer, index) => checkPeer(errors, `${path}.from[${index}]`, peer))
  to?.forEach((peer, index) => checkPeer(errors, `${path}.to[${index}]`, peer))
}

function checkPolicyPort(
  errors: Errors,
  path: string,
  { protocol, port, endPort }: NetworkPolicyPort,
): void {
  checkKnown(errors, `${path}.protocol`, protocol, protocols)
  const end = `${path}.endPort`
  if (typeof port === 'number') {
    refuse(errors, `${path}.port`, port, portNumberErrors(port))
    if (endPort === undefined) return
    if (endPort < port) {
      errors.push(invalid(end, port, 'must be greater than or equal to `port`'))
    }
    refuse(errors, end, endPort, portNumberErrors(endPort))
    return
  }
  if (endPort !== undefined) {
    const what = port === undefined ? 'not specified' : 'non-numeric'
    errors.push(invalid(end, endPort, `may not be specified when \`port\` is ${what}`))
  }
  if (port !== undefined) refuse(errors, `${path}.port`, port, portNameErrors(port))
}

function checkPeer(
  errors: Errors,
  path: string,
  { podSelector, namespaceSelector, ipBlock }: NetworkPolicyPeer,
): void {
  checkLabelSelector(errors, `${path}.podSelector`, podSelector)
  checkLabelSelector(errors, `${path}.namespaceSelector`, namespaceSelector)
  if (ipBlock !== undefined) checkBlock(errors, `${path}.ipBlock`, ipBlock)
  const hasSelector = podSelector !== undefined || namespaceSelector !== undefined
  if (ipBlock === undefined && !hasSelector) errors.push(required(path, 'must specify a peer'))
  if (ipBlock !== undefined && hasSelector) {
    errors.push(forbidden(path, 'may not specify both ipBlock and another peer'))
  }
}

function checkBlock(errors: Errors, path: string, { cidr = '', except = [] }: IPBlock): void {
  if (cidr === '') {
    errors.push(required(`${path}.cidr`, ''))
    return
  }
  checkCidr(errors, `${path}.cidr`, cidr)
  if (!isCidr(cidr)) return
  except.forEach((range, index) => {
    const at = `${path}.except[${index}]`
    checkCidr(errors, at, range)
    if (!isCidr(range) || isPartOf(range, cidr)) return
    errors.push(invalid(at, range, 'must be a strict subset of `cidr`'))
  })
}
