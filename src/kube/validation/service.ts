// Services. Upstream: pkg/apis/core/validation/validation.go validateService, v1.36.3.

import { labelKeyErrors, portNumberErrors } from '../formats.ts'
import type { Service, ServicePort, ServiceSpec } from '../generated/types.ts'
import type { KubeObject } from '../object.ts'
import {
  checkIp,
  checkKnown,
  checkLabelDns,
  checkLabels,
  checkSubdomain,
  type Errors,
  immutableText,
  ipText,
  isIpAddress,
  labelDnsName,
  refuse,
} from './checks.ts'
import { duplicate, forbidden, invalid, notSupported, required } from './field-error.ts'
import { checkMeta } from './meta.ts'
import { checkPort } from './pod/probes.ts'

const onlyBalancer = "may only be used when `type` is 'LoadBalancer'"
const forExternalName = 'may not be set for ExternalName services'

export function checkService(errors: Errors, object: KubeObject): void {
  checkMeta(errors, object.metadata, true, labelDnsName)
  checkSpec(errors, (object as Service).spec ?? {})
}

export function checkServiceUpdate(errors: Errors, object: KubeObject, old: KubeObject): void {
  const spec = (object as Service).spec ?? {}
  const before = (old as Service).spec ?? {}
  checkAddressesKept(errors, spec, before)
  const { loadBalancerClass } = before
  const balanced = before.type === 'LoadBalancer' && spec.type === 'LoadBalancer'
  if (balanced && loadBalancerClass !== spec.loadBalancerClass) {
    const detail = 'may not change once set'
    errors.push(invalid('spec.loadBalancerClass', spec.loadBalancerClass, detail))
  }
  if (needsHealthCheck(before) && needsHealthCheck(spec)) {
    if (before.healthCheckNodePort !== spec.healthCheckNodePort) {
      errors.push(forbidden('spec.healthCheckNodePort', immutableText))
    }
  }
  checkSpec(errors, spec)
}

function checkAddressesKept(errors: Errors, spec: ServiceSpec, before: ServiceSpec): void {
  if (spec.type === 'ExternalName' || before.type === 'ExternalName') return
  const next = spec.clusterIPs ?? []
  const old = before.clusterIPs ?? []
  if (!(isHeadless(spec) && isHeadless(before))) {
    old.forEach((address, index) => {
      if (index >= next.length || address === next[index]) return
      errors.push(invalid(`spec.clusterIPs[${index}]`, next, 'may not change once set'))
    })
    if (old.length > 0 && next.length === 0) {
      errors.push(invalid('spec.clusterIPs[0]', next, 'primary clusterIP can not be unset'))
    }
  }
  if (isHeadless(spec) || isHeadless(before)) return
  const families = spec.ipFamilies ?? []
  before.ipFamilies?.forEach((family, index) => {
    if (index >= families.length || family === families[index]) return
    errors.push(invalid('spec.ipFamilies[0]', families, 'may not change once set'))
  })
}

function isHeadless({ clusterIPs = [] }: ServiceSpec): boolean {
  return clusterIPs.length > 0 && clusterIPs[0] === 'None'
}

function needsHealthCheck({ type, externalTrafficPolicy }: ServiceSpec): boolean {
  return type === 'LoadBalancer' && externalTrafficPolicy === 'Local'
}

const affinities = ['ClientIP', 'None']
const types = ['ClusterIP', 'ExternalName', 'LoadBalancer', 'NodePort']

function checkSpec(errors: Errors, spec: ServiceSpec): void {
  const { ports = [], type = '', selector, sessionAffinity = '' } = spec
  if (ports.length === 0 && !isHeadless(spec) && type !== 'ExternalName') {
    errors.push(required('spec.ports', ''))
  }
  checkType(errors, spec)
  checkPorts(errors, ports)
  checkLabels(errors, 'spec.selector', selector)
  checkKnown(errors, 'spec.sessionAffinity', sessionAffinity, affinities)
  checkAffinity(errors, spec)
  checkAddresses(errors, spec)
  spec.externalIPs?.forEach((ip, index) =>
    checkExternalIp(errors, `spec.externalIPs[${index}]`, ip),
  )
  checkKnown(errors, 'spec.type', type, types)
  if (type === 'ClusterIP') {
    ports.forEach(({ nodePort = 0 }, index) => {
      if (nodePort === 0) return
      const detail = "may not be used when `type` is 'ClusterIP'"
      errors.push(forbidden(`spec.ports[${index}].nodePort`, detail))
    })
  }
  checkDuplicatePorts(errors, ports)
  checkBalancer(errors, spec)
  checkTraffic(errors, spec)
}

function checkType(errors: Errors, spec: ServiceSpec): void {
  const { type = '', clusterIPs = [], ipFamilies = [], externalName = '' } = spec
  if ((type === 'LoadBalancer' || type === 'NodePort') && isHeadless(spec)) {
    const detail = `may not be set to 'None' for ${type} services`
    errors.push(invalid('spec.clusterIPs[0]', clusterIPs[0], detail))
  }
  if (type !== 'ExternalName') return
  if (clusterIPs.length > 0) errors.push(forbidden('spec.clusterIPs', forExternalName))
  if (ipFamilies.length > 0) errors.push(forbidden('spec.ipFamilies', forExternalName))
  if (spec.ipFamilyPolicy !== undefined) {
    errors.push(forbidden('spec.ipFamilyPolicy', forExternalName))
  }
  const name = externalName.endsWith('.') ? externalName.slice(0, -1) : externalName
  if (name === '') errors.push(required('spec.externalName', ''))
  else checkSubdomain(errors, 'spec.externalName', name)
}

const protocols = ['SCTP', 'TCP', 'UDP']

function checkPorts(errors: Errors, ports: readonly ServicePort[]): void {
  const names = new Set<string>()
  ports.forEach((port, index) => {
    const at = `spec.ports[${index}]`
    const { name = '', port: number = 0, protocol = '', targetPort = 0, appProtocol } = port
    if (name !== '') {
      checkLabelDns(errors, `${at}.name`, name)
      if (names.has(name)) errors.push(duplicate(`${at}.name`, name))
      names.add(name)
    } else if (ports.length > 1) {
      errors.push(required(`${at}.name`, ''))
    }
    refuse(errors, `${at}.port`, number, portNumberErrors(number))
    checkKnown(errors, `${at}.protocol`, protocol, protocols)
    checkPort(errors, `${at}.targetPort`, targetPort)
    if (appProtocol !== undefined) {
      refuse(errors, `${at}.appProtocol`, appProtocol, labelKeyErrors(appProtocol))
    }
  })
}

function checkDuplicatePorts(errors: Errors, ports: readonly ServicePort[]): void {
  const nodePorts = new Set<string>()
  ports.forEach(({ protocol = '', nodePort = 0 }, index) => {
    if (nodePort === 0) return
    const key = `${protocol}/${nodePort}`
    if (nodePorts.has(key)) errors.push(duplicate(`spec.ports[${index}].nodePort`, nodePort))
    nodePorts.add(key)
  })
  const seen = new Set<string>()
  ports.forEach(({ protocol = '', port }, index) => {
    const key = `${protocol}/${port}`
    if (seen.has(key)) {
      const shown = {
        Name: '',
        Protocol: protocol,
        AppProtocol: null,
        Port: port,
        TargetPort: 0,
        NodePort: 0,
      }
      errors.push(duplicate(`spec.ports[${index}]`, shown))
    }
    seen.add(key)
  })
}

const timeoutMax = 86_400

function checkAffinity(errors: Errors, spec: ServiceSpec): void {
  const { sessionAffinity, sessionAffinityConfig: config } = spec
  const path = 'spec.sessionAffinityConfig'
  if (sessionAffinity === 'None' && config !== undefined) {
    errors.push(forbidden(path, 'must not be set when session affinity is None'))
  }
  if (sessionAffinity !== 'ClientIP') return
  const seconds = config?.clientIP?.timeoutSeconds
  if (seconds === undefined) {
    errors.push(required(path, 'when session affinity type is ClientIP'))
  } else if (seconds <= 0 || seconds > timeoutMax) {
    const detail = `must be greater than 0 and less than ${timeoutMax}`
    errors.push(invalid(`${path}.clientIP.timeoutSeconds`, seconds, detail))
  }
}

const families = ['IPv4', 'IPv6']
const familyPolicies = ['PreferDualStack', 'RequireDualStack', 'SingleStack']

/** Also asked before addresses are allocated, so that allocation sees no nonsense. */
export function checkAddresses(errors: Errors, spec: ServiceSpec): void {
  if (spec.type === 'ExternalName') return
  const { clusterIP = '', clusterIPs = [], ipFamilies = [], ipFamilyPolicy } = spec
  if (clusterIP !== '' && clusterIPs.length === 0) errors.push(required('spec.clusterIPs', ''))
  else if (clusterIP !== '' && clusterIPs[0] !== clusterIP) {
    errors.push(invalid('spec.clusterIPs', clusterIPs, 'first value must match `clusterIP`'))
  } else if (clusterIP === '' && clusterIPs.length > 0) {
    const detail = 'must be empty when `clusterIP` is not specified'
    errors.push(invalid('spec.clusterIPs', clusterIPs, detail))
  }
  ipFamilies.forEach((family, index) => {
    const at = `spec.ipFamilies[${index}]`
    checkKnown(errors, at, family, families)
    if (ipFamilies.indexOf(family) < index) errors.push(duplicate(at, family))
  })
  checkKnown(errors, 'spec.ipFamilyPolicy', ipFamilyPolicy, familyPolicies)
  clusterIPs.forEach((address, index) => {
    if (index === 0 && address === 'None') {
      if (clusterIPs.length === 1) return
      const detail = "'None' must be the first and only value"
      errors.push(invalid('spec.clusterIPs', clusterIPs, detail))
      return
    }
    checkIp(errors, `spec.clusterIPs[${index}]`, address)
  })
  if (errors.length > 0 || isHeadless(spec)) return
  clusterIPs.forEach((address, index) => {
    const family = ipFamilies[index]
    if (family === undefined || (family === 'IPv6') === address.includes(':')) return
    const detail = `expected an ${family} value as indicated by \`ipFamilies[${index}]\``
    errors.push(invalid(`spec.clusterIPs[${index}]`, address, detail))
  })
}

function checkExternalIp(errors: Errors, path: string, ip: string): void {
  if (!isIpAddress(ip)) {
    errors.push(invalid(path, ip, ipText))
    return
  }
  if (ip === '0.0.0.0' || ip === '::') {
    errors.push(invalid(path, ip, `may not be unspecified (${ip})`))
  }
  if (ip.startsWith('127.') || ip === '::1') {
    const detail = 'may not be in the loopback range (127.0.0.0/8, ::1/128)'
    errors.push(invalid(path, ip, detail))
  }
  if (ip.startsWith('169.254.')) {
    const detail = 'may not be in the link-local range (169.254.0.0/16, fe80::/10)'
    errors.push(invalid(path, ip, detail))
  }
}

const cidrText = 'must be a valid CIDR value, (e.g. 10.9.8.0/24 or 2001:db8::/64)'

export function isCidr(value: string): boolean {
  const [address = '', bits = '', ...more] = value.split('/')
  if (more.length > 0 || !/^\d{1,3}$/.test(bits) || !isIpAddress(address)) return false
  return Number(bits) <= (address.includes(':') ? 128 : 32)
}

export function checkCidr(errors: Errors, path: string, value: string): void {
  if (!isCidr(value)) errors.push(invalid(path, value, cidrText))
}

function checkBalancer(errors: Errors, spec: ServiceSpec): void {
  const { type, loadBalancerSourceRanges: ranges = [], loadBalancerClass } = spec
  const balanced = type === 'LoadBalancer'
  if (ranges.length > 0 && !balanced) {
    errors.push(forbidden('spec.LoadBalancerSourceRanges', onlyBalancer))
  }
  ranges.forEach((range, index) => {
    checkCidr(errors, `spec.LoadBalancerSourceRanges[${index}]`, range.trim())
  })
  if (spec.allocateLoadBalancerNodePorts !== undefined && !balanced) {
    errors.push(forbidden('spec.allocateLoadBalancerNodePorts', onlyBalancer))
  }
  if (loadBalancerClass === undefined) return
  if (!balanced) {
    errors.push(forbidden('spec.loadBalancerClass', onlyBalancer))
    return
  }
  refuse(errors, 'spec.loadBalancerClass', loadBalancerClass, labelKeyErrors(loadBalancerClass))
}

const traffic = ['Cluster', 'Local']
const distributions = ['PreferClose', 'PreferSameZone', 'PreferSameNode']

function checkTraffic(errors: Errors, spec: ServiceSpec): void {
  const { type, externalTrafficPolicy = '', healthCheckNodePort = 0 } = spec
  const external =
    type === 'LoadBalancer' ||
    type === 'NodePort' ||
    (type === 'ClusterIP' && (spec.externalIPs?.length ?? 0) > 0)
  const path = 'spec.externalTrafficPolicy'
  if (!external && externalTrafficPolicy !== '') {
    const detail = 'may only be set for externally-accessible services'
    errors.push(invalid(path, externalTrafficPolicy, detail))
  } else if (external && externalTrafficPolicy === '') {
    errors.push(required(path, ''))
  } else if (external && !traffic.includes(externalTrafficPolicy)) {
    errors.push(notSupported(path, externalTrafficPolicy, traffic))
  }
  if (!needsHealthCheck(spec) && healthCheckNodePort !== 0) {
    const detail =
      "may only be set when `type` is 'LoadBalancer' and `externalTrafficPolicy` is 'Local'"
    errors.push(invalid('spec.healthCheckNodePort', healthCheckNodePort, detail))
  } else if (needsHealthCheck(spec)) {
    const messages = portNumberErrors(healthCheckNodePort)
    refuse(errors, 'spec.healthCheckNodePort', healthCheckNodePort, messages)
  }
  const internal = spec.internalTrafficPolicy
  checkKnown(errors, 'spec.internalTrafficPolicy', internal, traffic)
  const distribution = spec.trafficDistribution
  checkKnown(errors, 'spec.trafficDistribution', distribution, distributions)
}
