// What becomes of a Service whose type changes: fields that the new type has no use for go, unless
// the client changed them as well; then validation refuses them.
// Port of kubernetes v1.36.3 pkg/registry/core/service/strategy.go: dropTypeDependentFields.

import type { Service, ServiceSpec } from '../kube/generated/types.ts'
import type { KubeObject } from '../kube/object.ts'
import { semanticEqual } from './equality.ts'
import type { Strategy } from './strategy.ts'

const isBalanced = ({ type }: ServiceSpec): boolean => type === 'LoadBalancer'
const hasAddress = ({ type }: ServiceSpec): boolean => type !== 'ExternalName'
const hasNodePorts = (spec: ServiceSpec): boolean =>
  spec.type === 'NodePort' || (isBalanced(spec) && spec.allocateLoadBalancerNodePorts !== false)
const hasHealthCheck = (spec: ServiceSpec): boolean =>
  isBalanced(spec) && spec.externalTrafficPolicy === 'Local'
const isReachedFromOutside = (spec: ServiceSpec): boolean =>
  isBalanced(spec) ||
  spec.type === 'NodePort' ||
  (spec.type === 'ClusterIP' && (spec.externalIPs?.length ?? 0) > 0)

interface Dependent {
  readonly needed: (spec: ServiceSpec) => boolean
  /** Fields that go together, if none of them was changed. */
  readonly fields: readonly (keyof ServiceSpec)[]
}

const dependents: readonly Dependent[] = [
  { needed: hasAddress, fields: ['clusterIP', 'clusterIPs'] },
  { needed: hasAddress, fields: ['ipFamilies'] },
  { needed: hasAddress, fields: ['ipFamilyPolicy'] },
  { needed: hasHealthCheck, fields: ['healthCheckNodePort'] },
  { needed: isBalanced, fields: ['allocateLoadBalancerNodePorts'] },
  { needed: isBalanced, fields: ['loadBalancerClass'] },
  { needed: isReachedFromOutside, fields: ['externalTrafficPolicy'] },
]

function without(spec: ServiceSpec, fields: readonly string[]): ServiceSpec {
  return Object.fromEntries(
    Object.entries(spec).filter(([name]) => !fields.includes(name)),
  ) as ServiceSpec
}

function nodePortsOf({ ports = [] }: ServiceSpec): readonly number[] {
  return ports.flatMap(({ nodePort = 0 }) => (nodePort === 0 ? [] : [nodePort]))
}

/** Node ports go, too, where the client asked for none that was not there. */
function withoutNodePorts(spec: ServiceSpec, before: ServiceSpec): ServiceSpec {
  if (!hasNodePorts(before) || hasNodePorts(spec)) return spec
  const known = nodePortsOf(before)
  if (!nodePortsOf(spec).every(port => known.includes(port))) return spec
  const ports = (spec.ports ?? []).map(({ nodePort: _port, ...port }) => port)
  return { ...spec, ports }
}

function withoutForeignFields(spec: ServiceSpec, before: ServiceSpec): ServiceSpec {
  const gone = dependents
    .filter(({ needed }) => needed(before) && !needed(spec))
    .filter(({ fields }) => fields.every(name => semanticEqual(spec[name], before[name])))
    .flatMap(({ fields }) => fields)
  const kept = withoutNodePorts(spec, before)
  return gone.length === 0 ? kept : without(kept, gone)
}

function update(service: KubeObject, old: KubeObject): KubeObject {
  const { spec } = service as Service
  const { spec: before } = old as Service
  if (spec === undefined || before === undefined || spec.type === before.type) return service
  const changed = { ...service, spec: withoutForeignFields(spec, before) }
  // Nobody waits for the balancer to be taken down.
  return isBalanced(before) ? { ...changed, status: { loadBalancer: {} } } : changed
}

export const serviceStrategy: Strategy = {
  emptyStatus: { loadBalancer: {} },
  createOnUpdate: true,
  update,
}
