// Defaults of networking and discovery kinds.
// Upstream: pkg/apis/networking/v1/defaults.go and pkg/apis/discovery/v1/defaults.go, v1.36.3.

import type {
  EndpointSlice,
  Ingress,
  IngressClass,
  NetworkPolicy,
  NetworkPolicyPort,
} from '../generated/types.ts'
import type { KubeObject } from '../object.ts'
import { eachOf, withAbsent, withChanged } from './setting.ts'

const policyPorts = eachOf<NetworkPolicyPort>(port => withAbsent(port, { protocol: 'TCP' }))

export function networkPolicyDefaults(object: KubeObject): KubeObject {
  return withChanged(
    withAbsent(object as NetworkPolicy, { spec: { podSelector: {} } }),
    'spec',
    spec => {
      const egress = (spec.egress?.length ?? 0) > 0
      const policyTypes = egress ? ['Ingress', 'Egress'] : ['Ingress']
      const selecting = withAbsent(spec, { podSelector: {} })
      const typed = (spec.policyTypes?.length ?? 0) > 0 ? selecting : { ...selecting, policyTypes }
      const ingress = withChanged(
        typed,
        'ingress',
        eachOf(rule => withChanged(rule, 'ports', policyPorts)),
      )
      return withChanged(
        ingress,
        'egress',
        eachOf(rule => withChanged(rule, 'ports', policyPorts)),
      )
    },
  )
}

export function ingressDefaults(object: KubeObject): KubeObject {
  return withAbsent(object as Ingress, { spec: {}, status: { loadBalancer: {} } })
}

export function ingressClassDefaults(object: KubeObject): KubeObject {
  return withChanged(withAbsent(object as IngressClass, { spec: {} }), 'spec', spec =>
    withChanged(spec, 'parameters', parameters => withAbsent(parameters, { scope: 'Cluster' })),
  )
}

export function endpointSliceDefaults(object: KubeObject): KubeObject {
  const sided = withChanged(
    object as EndpointSlice,
    'ports',
    eachOf(port => withAbsent(port, { name: '', protocol: 'TCP' })),
  )
  return withChanged(
    sided,
    'endpoints',
    eachOf(endpoint => withAbsent(endpoint, { conditions: {} })),
  )
}
