// Host ports that pods use on a node. Upstream: kube-scheduler framework/types.go HostPortInfo and
// pkg/scheduler/util/utils.go GetHostPorts, v1.36.3.

import type { Container, Pod } from '../kube/generated/types.ts'

export interface HostPort {
  /** `0.0.0.0` stands for every address. */
  readonly ip: string
  readonly protocol: string
  readonly port: number
}

const allAddresses = '0.0.0.0'
const none: readonly HostPort[] = []

/** The host ports of all containers, those of restartable init containers included. */
export function hostPortsOf(pod: Pod): readonly HostPort[] {
  const { initContainers, containers } = pod.spec ?? {}
  let result = none
  if (initContainers !== undefined) {
    for (const container of initContainers) {
      if (container.restartPolicy === 'Always') result = withPortsOf(result, container)
    }
  }
  if (containers !== undefined) {
    for (const container of containers) result = withPortsOf(result, container)
  }
  return result
}

/** Most containers have no host port: then nothing is copied. */
function withPortsOf(known: readonly HostPort[], { ports }: Container): readonly HostPort[] {
  if (ports === undefined) return known
  let result = known
  for (const { hostPort = 0, hostIP, protocol } of ports) {
    if (hostPort <= 0) continue
    const ip = hostIP === undefined || hostIP === '' ? allAddresses : hostIP
    const named = protocol === undefined || protocol === '' ? 'TCP' : protocol
    result = [...result, { ip, protocol: named, port: hostPort }]
  }
  return result
}

/** Whether a port cannot be taken beside those in use. */
export function conflicts(used: readonly HostPort[], wanted: HostPort): boolean {
  for (const port of used) {
    if (port.port !== wanted.port || port.protocol !== wanted.protocol) continue
    if (port.ip === wanted.ip || port.ip === allAddresses || wanted.ip === allAddresses) return true
  }
  return false
}

/** A set: a port that is already in use is not added twice. */
export function withHostPorts(
  used: readonly HostPort[],
  added: readonly HostPort[],
): readonly HostPort[] {
  const result = [...used]
  for (const port of added) if (!result.some(other => same(other, port))) result.push(port)
  return result
}

export function withoutHostPorts(
  used: readonly HostPort[],
  removed: readonly HostPort[],
): readonly HostPort[] {
  return used.filter(port => !removed.some(other => same(other, port)))
}

function same(a: HostPort, b: HostPort): boolean {
  return a.port === b.port && a.protocol === b.protocol && a.ip === b.ip
}
