// The load balancer that k3s brings along: for each Service of type LoadBalancer a DaemonSet whose
// pods take the ports of the Service on their nodes; the addresses of those nodes are its status.
// Upstream: k3s pkg/cloudprovider/servicelb.go; environment and finalizers are left out.

import { compareStrings, sortedStrings } from '../../base/compare.ts'
import { sameValue } from '../../controllers/equality.ts'
import { errorText, isNotFound } from '../../controllers/failures.ts'
import {
  type Api,
  type Controller,
  done,
  type ObjectChange,
  type Part,
  type ReconcileResult,
} from '../../controllers/framework.ts'
import { component } from '../../controllers/runtime.ts'
import type { DaemonSet, Node, Pod, Service } from '../../kube/generated/types.ts'
import { keyFrom, type KubeObject } from '../../kube/object.ts'
import { isPodReady } from '../../kube/pod.ts'
import type { PlatformProgram } from '../program.ts'

const domain = 'svccontroller.k3s.cattle.io'
const labelKeys = {
  service: `${domain}/svcname`,
  namespace: `${domain}/svcnamespace`,
  enable: `${domain}/enablelb`,
  pool: `${domain}/lbpool`,
  selects: `${domain}/nodeselector`,
} as const
const priorityAnnotation = `${domain}/priorityclassname`
const priorityDefault = 'system-node-critical'
const namespace = 'kube-system'
/** k3s makes this ServiceAccount where its load balancer is on, and nobody else does. */
const account = 'svclb'
const image = 'rancher/klipper-lb:v0.4.9'
const nameLengthMax = 48

function isBalanced({ spec, metadata }: Service): boolean {
  const { type, loadBalancerClass } = spec ?? {}
  const isGoing = metadata.deletionTimestamp !== undefined
  return type === 'LoadBalancer' && loadBalancerClass === undefined && !isGoing
}

/** `svclb-web-1a2b3c4d`: the name of the Service, cut where it is long, and a part of its uid. */
export function balancerName({ name = '', uid = '' }: Service['metadata']): string {
  const cut = name.length > nameLengthMax ? name.slice(0, nameLengthMax).replace(/-+$/, '') : name
  // Upstream takes the first digits; uids of the twin differ in the last ones.
  return `svclb-${cut}-${uid.slice(-8)}`
}

const tolerated = ['node-role.kubernetes.io/master', 'node-role.kubernetes.io/control-plane']

/** The DaemonSet of a Service; where nodes are marked for it, it runs on those alone. */
export function balancerOf(service: Service, nodes: readonly Node[]): DaemonSet {
  const { metadata, spec } = service
  const name = balancerName(metadata)
  const labels = {
    [labelKeys.service]: metadata.name ?? '',
    [labelKeys.namespace]: metadata.namespace ?? '',
  }
  const isMarked = nodes.some(node => node.metadata.labels?.[labelKeys.enable] !== undefined)
  const pool = metadata.labels?.[labelKeys.pool] ?? ''
  const ofPool = pool === '' ? {} : { [labelKeys.pool]: pool }
  const nodeSelector = { [labelKeys.enable]: 'true', ...ofPool }
  return {
    apiVersion: 'apps/v1',
    kind: 'DaemonSet',
    metadata: { name, namespace, labels: { ...labels, [labelKeys.selects]: String(isMarked) } },
    spec: {
      selector: { matchLabels: { app: name } },
      updateStrategy: { type: 'RollingUpdate', rollingUpdate: { maxUnavailable: 1 } },
      template: {
        metadata: { labels: { app: name, ...labels } },
        spec: {
          priorityClassName: metadata.annotations?.[priorityAnnotation] ?? priorityDefault,
          serviceAccountName: account,
          automountServiceAccountToken: false,
          tolerations: [
            ...tolerated.map(key => ({ key, operator: 'Exists', effect: 'NoSchedule' })),
            { key: 'CriticalAddonsOnly', operator: 'Exists' },
          ],
          ...(isMarked && { nodeSelector }),
          containers: (spec?.ports ?? []).map(({ port, protocol = 'TCP' }) => {
            const container = `lb-${protocol.toLowerCase()}-${port}`
            return {
              name: container,
              image,
              imagePullPolicy: 'IfNotPresent',
              ports: [{ name: container, containerPort: port, hostPort: port, protocol }],
            }
          }),
        },
      },
    },
  }
}

function* removeBalancers(api: Api, key: string, keep?: string): Part<string | undefined> {
  const sets = yield* api.list<DaemonSet & KubeObject>('DaemonSet')
  const own = sets.filter(({ metadata }) => {
    const { [labelKeys.service]: name, [labelKeys.namespace]: of } = metadata.labels ?? {}
    return name !== undefined && keyFrom(of, name) === key && metadata.name !== keep
  })
  for (const set of own) {
    const answer = yield* api.delete(set)
    if (!answer.ok && !isNotFound(answer)) return errorText(answer)
  }
  return undefined
}

function* keepBalancer(api: Api, service: Service): Part<string | undefined> {
  const wanted = balancerOf(service, yield* api.list<Node & KubeObject>('Node'))
  const found = yield* api.get<DaemonSet & KubeObject>(
    'DaemonSet',
    keyFrom(namespace, wanted.metadata.name ?? ''),
  )
  if (found === undefined) {
    const answer = yield* api.create(wanted as KubeObject)
    return answer.ok ? undefined : errorText(answer)
  }
  const patch = differing(wanted, found)
  if (patch === undefined) return undefined
  const answer = yield* api.update({ ...found, ...patch } as KubeObject)
  return answer.ok || isNotFound(answer) ? undefined : errorText(answer)
}

/** The spec with what follows from Service and nodes; undefined where all of that is there. */
function differing(wanted: DaemonSet, found: DaemonSet): Pick<DaemonSet, 'spec'> | undefined {
  // Names of containers say port and protocol.
  const ports = ({ spec }: DaemonSet) => spec?.template.spec?.containers.map(({ name }) => name)
  const selector = ({ spec }: DaemonSet) => spec?.template.spec?.nodeSelector ?? {}
  const isSame =
    sameValue(ports(wanted), ports(found)) && sameValue(selector(wanted), selector(found))
  return isSame || wanted.spec === undefined ? undefined : { spec: wanted.spec }
}

/** The addresses of the nodes whose pods are ready: those outside, if any node has one. */
function addressesOf(pods: readonly Pod[], nodes: readonly Node[]): readonly string[] {
  const names = new Set(pods.filter(isPodReady).map(({ spec }) => spec?.nodeName ?? ''))
  const reached = nodes.filter(({ metadata }) => names.has(metadata.name ?? ''))
  const ofType = (type: string): readonly string[] =>
    reached.flatMap(({ status }) =>
      (status?.addresses ?? []).filter(each => each.type === type).map(({ address }) => address),
    )
  const outside = ofType('ExternalIP')
  return sortedStrings([...new Set(outside.length > 0 ? outside : ofType('InternalIP'))])
}

function* keepStatus(api: Api, service: Service): Part<string | undefined> {
  const { name = '', namespace: of = '' } = service.metadata
  const pods = (yield* api.list<Pod & KubeObject>('Pod')).filter(
    ({ metadata }) =>
      metadata.labels?.[labelKeys.service] === name && metadata.labels[labelKeys.namespace] === of,
  )
  const addresses = addressesOf(pods, yield* api.list<Node & KubeObject>('Node'))
  const before = (service.status?.loadBalancer?.ingress ?? []).map(({ ip = '' }) => ip)
  if (sameValue([...before].sort(compareStrings), addresses)) return undefined
  const ingress = addresses.map(ip => ({ ip, ipMode: 'VIP' }))
  const status = { ...service.status, loadBalancer: { ingress } }
  const answer = yield* api.updateStatus({ ...service, status } as KubeObject)
  if (!answer.ok) return isNotFound(answer) ? undefined : errorText(answer)
  if (addresses.length === 0) {
    const text = 'There are no available nodes for LoadBalancer'
    yield* api.event(service as KubeObject, 'Warning', 'UnAvailableLoadBalancer', text)
  } else {
    const text = `[${before.join(' ')}] -> [${addresses.join(' ')}]`
    const message = `Updated LoadBalancer with new IPs: ${text}`
    yield* api.event(service as KubeObject, 'Normal', 'UpdatedLoadBalancer', message)
  }
  return undefined
}

function* reconcile(key: string, api: Api): Part<ReconcileResult> {
  const service = yield* api.get<Service & KubeObject>('Service', key)
  const wants = service !== undefined && isBalanced(service)
  const kept = wants ? balancerName(service.metadata) : undefined
  const leftover = yield* removeBalancers(api, key, kept)
  if (leftover !== undefined) return { error: leftover }
  if (!wants) return done
  const error = (yield* keepBalancer(api, service)) ?? (yield* keepStatus(api, service))
  return error === undefined ? done : { error }
}

function markOf(node: KubeObject | undefined): string | undefined {
  return node?.metadata.labels?.[labelKeys.enable]
}

/** The Service of a balancer or of one of its pods. */
function serviceOf({ before, after }: ObjectChange): readonly string[] {
  const labels = (after ?? before)?.metadata.labels
  const name = labels?.[labelKeys.service]
  return name === undefined ? [] : [keyFrom(labels?.[labelKeys.namespace], name)]
}

const controller = {
  name: 'service-lb-controller',
  doc: 'Makes a DaemonSet for each Service of type LoadBalancer, with the ports of the Service.',
  watches: [
    { kind: 'Service', keys: ({ key }) => [key] },
    { kind: 'DaemonSet', keys: serviceOf },
    { kind: 'Pod', keys: serviceOf },
    {
      kind: 'Node',
      keys: ({ before, after }, { lister }) => {
        if (markOf(before) === markOf(after)) return []
        return lister
          .list<Service & KubeObject>('Service')
          .filter(isBalanced)
          .map(({ metadata }) => keyFrom(metadata.namespace, metadata.name ?? ''))
      },
    },
  ],
  reconcile,
} satisfies Controller

export const serviceLb = {
  name: 'k3s-service-lb',
  doc: 'The load balancer of k3s: a DaemonSet for each Service of type LoadBalancer.',
  actors: ({ objects }) => (objects.some(isAccount) ? [actor] : []),
} satisfies PlatformProgram

function isAccount({ kind, metadata }: KubeObject): boolean {
  return kind === 'ServiceAccount' && metadata.name === account && metadata.namespace === namespace
}

const actor = component({ name: serviceLb.name, controllers: [controller] })
