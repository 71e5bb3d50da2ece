// Topology hints of spec.trafficDistribution. Upstream: k8s.io/endpointslice trafficdist, v0.36.3.

import type { Endpoint, EndpointSlice, Service } from '../../kube/generated/types.ts'

type Hints = NonNullable<Endpoint['hints']>

const closeDistributions = new Set(['PreferClose', 'PreferSameZone', 'PreferSameNode'])

/** How a service wants its endpoints hinted; undefined: not at all. */
export function distributionOf(service: Service): string | undefined {
  const annotations = service.metadata.annotations ?? {}
  const mode =
    annotations['service.kubernetes.io/topology-aware-hints'] ??
    annotations['service.kubernetes.io/topology-mode']
  if (mode === 'Auto' || mode === 'auto') return undefined
  const { trafficDistribution } = service.spec ?? {}
  return closeDistributions.has(trafficDistribution ?? '') ? trafficDistribution : undefined
}

function wantedHints(endpoint: Endpoint, distribution: string): Hints | undefined {
  const { zone, nodeName } = endpoint
  const byNode = distribution === 'PreferSameNode' && nodeName !== undefined
  if (zone === undefined && !byNode) return undefined
  return {
    ...(zone !== undefined && { forZones: [{ name: zone }] }),
    ...(byNode && { forNodes: [{ name: nodeName }] }),
  }
}

function isReady(endpoint: Endpoint): boolean {
  return endpoint.conditions?.ready === true
}

/** Whether a slice lacks hints that it should have, or has others. */
export function needsHints(slice: EndpointSlice, distribution: string | undefined): boolean {
  return (slice.endpoints ?? []).some(endpoint => {
    if (distribution === undefined) return endpoint.hints !== undefined
    if (!isReady(endpoint)) return false
    const want = wantedHints(endpoint, distribution)
    const { forZones, forNodes } = endpoint.hints ?? {}
    return (
      forZones?.[0]?.name !== want?.forZones?.[0]?.name ||
      forNodes?.[0]?.name !== want?.forNodes?.[0]?.name
    )
  })
}

/** The slice with the hints that its ready endpoints should have. */
export function withHints(slice: EndpointSlice, distribution: string | undefined): EndpointSlice {
  const endpoints = (slice.endpoints ?? []).map(endpoint => {
    if (distribution !== undefined && !isReady(endpoint)) return endpoint
    const { hints: _before, ...rest } = endpoint
    const hints = distribution === undefined ? undefined : wantedHints(endpoint, distribution)
    return hints === undefined ? rest : { ...rest, hints }
  })
  return { ...slice, endpoints }
}
