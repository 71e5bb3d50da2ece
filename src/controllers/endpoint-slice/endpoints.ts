// From a pod to its endpoint, and from a service's ports to the ports of its slices.
// Upstream: k8s.io/endpointslice utils.go, util/controller_utils.go, v0.36.3.

import type {
  Endpoint,
  EndpointPort,
  Node,
  Pod,
  Service,
  ServicePort,
} from '../../kube/generated/types.ts'
import { isPodReady } from '../../kube/pod.ts'

export type AddressType = 'IPv4' | 'IPv6'

/** The address types that a service supports, in the order of its IP families. */
export function addressTypesOf(service: Service): readonly AddressType[] {
  const types = (service.spec?.ipFamilies ?? []).flatMap((family): AddressType[] =>
    family === 'IPv4' || family === 'IPv6' ? [family] : [],
  )
  if (types.length > 0) return [...new Set(types)]
  const { clusterIP = '' } = service.spec ?? {}
  if (clusterIP !== '' && clusterIP !== 'None') return [clusterIP.includes(':') ? 'IPv6' : 'IPv4']
  return ['IPv4', 'IPv6']
}

/** A pod is listed from its first address until it is complete or gone. */
export function belongsInEndpoints(pod: Pod): boolean {
  const { phase, podIP, podIPs } = pod.status ?? {}
  if (phase === 'Failed' || phase === 'Succeeded') return false
  return (podIP ?? '') !== '' || (podIPs?.length ?? 0) > 0
}

interface Listed {
  readonly node: Node | undefined
  readonly service: Service
  readonly addressType: AddressType
  readonly endpoint: Endpoint | undefined
}

/** The last endpoint of a pod: a service lists all of its pods anew when one of them changes. */
const listed = new WeakMap<Pod, Listed>()

/** The endpoint of a pod, or undefined when it has no address of that type. */
export function endpointOf(
  pod: Pod,
  node: Node | undefined,
  service: Service,
  addressType: AddressType,
): Endpoint | undefined {
  const last = listed.get(pod)
  if (last?.service === service && last.node === node && last.addressType === addressType) {
    return last.endpoint
  }
  const endpoint = newEndpoint(pod, node, service, addressType)
  listed.set(pod, { node, service, addressType, endpoint })
  return endpoint
}

function newEndpoint(
  pod: Pod,
  node: Node | undefined,
  service: Service,
  addressType: AddressType,
): Endpoint | undefined {
  const addresses = (pod.status?.podIPs ?? [])
    .map(({ ip }) => ip ?? '')
    .filter(ip => ip !== '' && ip.includes(':') === (addressType === 'IPv6'))
  if (addresses.length === 0) return undefined
  const serving = isPodReady(pod)
  const terminating = pod.metadata.deletionTimestamp !== undefined
  const ready = service.spec?.publishNotReadyAddresses === true || (serving && !terminating)
  const zone = node?.metadata.labels?.['topology.kubernetes.io/zone'] ?? ''
  const { nodeName = '', hostname = '', subdomain = '' } = pod.spec ?? {}
  const named = hostname !== '' && subdomain === service.metadata.name
  const { name = '', namespace = '', uid = '' } = pod.metadata
  return {
    addresses,
    conditions: { ready, serving, terminating },
    ...(named && { hostname }),
    targetRef: { kind: 'Pod', namespace, name, uid },
    ...(nodeName !== '' && { nodeName }),
    ...(zone !== '' && { zone }),
  }
}

/** What makes two endpoints the same one: addresses, host name and pod. */
export function endpointIdentity(endpoint: Endpoint): string {
  const { addresses, hostname = '', targetRef } = endpoint
  return `${addresses.join(',')} ${hostname} ${targetRef?.namespace ?? ''} ${targetRef?.name ?? ''}`
}

/** Whether two endpoints of one identity agree in everything else. */
export function endpointsAgree(a: Endpoint, b: Endpoint): boolean {
  return (
    a.nodeName === b.nodeName &&
    a.zone === b.zone &&
    a.conditions?.ready === b.conditions?.ready &&
    a.conditions?.serving === b.conditions?.serving &&
    a.conditions?.terminating === b.conditions?.terminating &&
    a.targetRef?.uid === b.targetRef?.uid &&
    a.targetRef?.kind === b.targetRef?.kind
  )
}

/** The ports of a service as one pod offers them; named target ports are looked up in the pod. */
export function endpointPorts(service: Service, pod: Pod): readonly EndpointPort[] {
  return (service.spec?.ports ?? []).flatMap(servicePort => {
    const port = portNumber(pod, servicePort)
    if (port === undefined) return []
    const { name = '', protocol = 'TCP', appProtocol } = servicePort
    return [{ name, port, protocol, ...(appProtocol !== undefined && { appProtocol }) }]
  })
}

function portNumber(pod: Pod, servicePort: ServicePort): number | undefined {
  const { targetPort = servicePort.port, protocol = 'TCP' } = servicePort
  if (typeof targetPort === 'number') return targetPort
  const sidecars = (pod.spec?.initContainers ?? []).filter(
    ({ restartPolicy }) => restartPolicy === 'Always',
  )
  for (const { ports = [] } of [...(pod.spec?.containers ?? []), ...sidecars]) {
    const found = ports.find(
      port => port.name === targetPort && (port.protocol ?? 'TCP') === protocol,
    )
    if (found !== undefined) return found.containerPort
  }
  return undefined
}

/** Equal for equal sets of ports, whatever their order. */
export function portMapKey(ports: readonly EndpointPort[] | null | undefined): string {
  return (ports ?? [])
    .map(({ name, port, protocol, appProtocol }) =>
      [name ?? '', String(port), protocol ?? '', appProtocol ?? ''].join(' '),
    )
    .sort()
    .join('\n')
}
