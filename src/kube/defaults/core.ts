// Defaults of the small kinds of the core group. Upstream: pkg/apis/core/v1/defaults.go, v1.36.3.

import type {
  Endpoints,
  LimitRange,
  LimitRangeItem,
  Namespace,
  Node,
  ResourceQuota,
  Secret,
  Service,
  ServiceSpec,
} from '../generated/types.ts'
import type { KubeObject } from '../object.ts'
import { type Amounts, milliRounded, withMissing } from './resources.ts'
import { eachOf, withAbsent, withChanged, withUnset } from './setting.ts'

/** Every namespace carries its name as a label. */
export function namespaceDefaults(object: KubeObject): KubeObject {
  const namespace = object as Namespace
  const { name = '', labels } = namespace.metadata
  const active = withAbsent(namespace, { spec: {}, status: { phase: 'Active' } })
  if (name === '' || labels?.['kubernetes.io/metadata.name'] === name) return active
  const labelled = { ...labels, 'kubernetes.io/metadata.name': name }
  return { ...active, metadata: { ...active.metadata, labels: labelled } }
}

/** The first of a node's ranges has a field of its own, which decides. */
function rangesOf(spec: NonNullable<Node['spec']>): NonNullable<Node['spec']> {
  const { podCIDR = '', podCIDRs = [] } = spec
  if (podCIDR !== '' && podCIDR !== podCIDRs[0]) return { ...spec, podCIDRs: [podCIDR] }
  return podCIDR === '' && podCIDRs[0] !== undefined ? { ...spec, podCIDR: podCIDRs[0] } : spec
}

export function nodeDefaults(object: KubeObject): KubeObject {
  const node = withChanged(withAbsent(object as Node, { spec: {} }), 'spec', rangesOf)
  return withChanged(node, 'status', given => {
    const capacity = withChanged(given, 'capacity', milliRounded)
    const status = withChanged(capacity, 'allocatable', milliRounded)
    return status.capacity === undefined
      ? status
      : withAbsent(status, { allocatable: status.capacity })
  })
}

/** stringData is written into data, over what is there. */
export function secretDefaults(object: KubeObject): KubeObject {
  const { stringData, ...secret } = withUnset(object as Secret, { type: 'Opaque' })
  if (stringData === undefined) return withUnset(object as Secret, { type: 'Opaque' })
  const data: Record<string, string> = { ...secret.data }
  for (const key in stringData) data[key] = base64(stringData[key] as string)
  return { ...secret, data }
}

const digits = 'ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/'

/** Base64 of the text in UTF-8. */
function base64(text: string): string {
  const bytes = utf8Bytes(text)
  let encoded = ''
  for (let index = 0; index < bytes.length; index += 3) {
    const [a = 0, b, c] = bytes.slice(index, index + 3)
    const word = (a << 16) | ((b ?? 0) << 8) | (c ?? 0)
    encoded += `${digits[word >> 18] ?? ''}${digits[(word >> 12) & 63] ?? ''}`
    encoded += b === undefined ? '=' : (digits[(word >> 6) & 63] ?? '')
    encoded += c === undefined ? '=' : (digits[word & 63] ?? '')
  }
  return encoded
}

function utf8Bytes(text: string): number[] {
  const bytes: number[] = []
  for (const character of text) {
    const code = character.codePointAt(0) ?? 0
    if (code < 0x80) bytes.push(code)
    else if (code < 0x800) bytes.push(0xc0 | (code >> 6), 0x80 | (code & 63))
    else if (code < 0x1_0000) {
      bytes.push(0xe0 | (code >> 12), 0x80 | ((code >> 6) & 63), 0x80 | (code & 63))
    } else {
      const head = [0xf0 | (code >> 18), 0x80 | ((code >> 12) & 63)]
      bytes.push(...head, 0x80 | ((code >> 6) & 63), 0x80 | (code & 63))
    }
  }
  return bytes
}

export function endpointsDefaults(object: KubeObject): KubeObject {
  const port = eachOf((each: { readonly port: number; readonly protocol?: string }) =>
    withUnset(each, { protocol: 'TCP' }),
  )
  return withChanged(
    object as Endpoints,
    'subsets',
    eachOf(subset => withChanged(subset, 'ports', port)),
  )
}

function affinityDefaults(spec: ServiceSpec): ServiceSpec {
  if (spec.sessionAffinity === 'None') {
    const { sessionAffinityConfig, ...rest } = spec
    return sessionAffinityConfig === undefined ? spec : rest
  }
  if (spec.sessionAffinity !== 'ClientIP') return spec
  if (spec.sessionAffinityConfig?.clientIP?.timeoutSeconds !== undefined) return spec
  return { ...spec, sessionAffinityConfig: { clientIP: { timeoutSeconds: 10_800 } } }
}

const servicePorts = eachOf(
  (port: {
    readonly port: number
    readonly protocol?: string
    readonly targetPort?: string | number
  }) => withUnset(port, { protocol: 'TCP', targetPort: port.port }),
)

function serviceSpecDefaults(spec: ServiceSpec): ServiceSpec {
  let set = withUnset(spec, { sessionAffinity: 'None', type: 'ClusterIP' })
  set = withChanged(affinityDefaults(set), 'ports', servicePorts)
  const balanced = set.type === 'LoadBalancer'
  const external =
    balanced ||
    set.type === 'NodePort' ||
    (set.type === 'ClusterIP' && (set.externalIPs?.length ?? 0) > 0)
  if (external) set = withUnset(set, { externalTrafficPolicy: 'Cluster' })
  if (balanced || set.type === 'NodePort' || set.type === 'ClusterIP') {
    set = withAbsent(set, { internalTrafficPolicy: 'Cluster' })
  }
  return balanced ? withAbsent(set, { allocateLoadBalancerNodePorts: true }) : set
}

export function serviceDefaults(object: KubeObject): KubeObject {
  return withChanged(object as Service, 'spec', serviceSpecDefaults)
}

const limitFields = ['default', 'defaultRequest', 'max', 'maxLimitRequestRatio', 'min'] as const

function rounded(item: LimitRangeItem): LimitRangeItem {
  return limitFields.reduce((set, name) => withChanged(set, name, milliRounded), item)
}

export function quotaDefaults(object: KubeObject): KubeObject {
  const quota = withChanged(object as ResourceQuota, 'spec', spec =>
    withChanged(spec, 'hard', milliRounded),
  )
  return withChanged(quota, 'status', status =>
    withChanged(withChanged(status, 'hard', milliRounded), 'used', milliRounded),
  )
}

/** Limits of containers: default from max, default request from default, then from min. */
export function limitRangeDefaults(object: KubeObject): KubeObject {
  return withChanged(object as LimitRange, 'spec', spec =>
    withChanged(
      spec,
      'limits',
      eachOf(given => {
        const item = rounded(given)
        if (item.type !== 'Container') return item
        const limit = withMissing(item.default, item.max ?? {})
        const request = withMissing(withMissing(item.defaultRequest, limit), item.min ?? {})
        return { ...item, ...field('default', limit), ...field('defaultRequest', request) }
      }),
    ),
  )
}

function field(name: string, amounts: Amounts): Readonly<Record<string, Amounts>> {
  return Object.keys(amounts).length === 0 ? {} : { [name]: amounts }
}
