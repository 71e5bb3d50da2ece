// What the workloads of an Argo CD need beside them: Services, accounts, configuration, and the
// server's autoscaler. Upstream: argocd-operator v0.9.0 controllers/argocd/{service,hpa,configmap}.go.

import type { KubeObject } from '../../kube/object.ts'
import { isObject, type JsonObject } from '../../kube/patch/json.ts'
import type { Kept } from '../operators/operator.ts'
import { meta, nameLabel, named } from './parts.ts'
import { configurationMap, healthMap, serversWanted } from './redis-ha.ts'
import { type ArgoCd, isHa, isOn, section, usesDex } from './resource.ts'
import { certificatesMap, keysMap, knownHostsMap } from './workloads.ts'

function kept(object: KubeObject, more: Partial<Kept> = {}): Kept {
  return { object, reverts: [], origins: [], ...more }
}

function port(name: string, number: number, target: number | string = number): JsonObject {
  return { name, port: number, protocol: 'TCP', targetPort: target }
}

interface Front {
  readonly suffix: string
  readonly component: string
  /** The workload, or the label of its pods. */
  readonly of: string
  readonly ports: readonly JsonObject[]
  readonly selector?: JsonObject
  readonly spec?: JsonObject
  readonly annotations?: Readonly<Record<string, string>>
}

const redisPorts: readonly JsonObject[] = [
  port('server', 6379, 'redis'),
  port('sentinel', 26379, 'sentinel'),
]

function frontsOf(argoCd: ArgoCd): readonly Front[] {
  const redis = isOn(argoCd, 'redis')
  const serviceType = section(argoCd, 'server', 'service')['type']
  return [
    {
      suffix: 'metrics',
      component: 'metrics',
      of: 'application-controller',
      ports: [port('metrics', 8082)],
    },
    ...(redis && isHa(argoCd) ? highlyAvailable(argoCd) : []),
    ...(redis && !isHa(argoCd)
      ? [{ suffix: 'redis', component: 'redis', of: 'redis', ports: [port('tcp-redis', 6379)] }]
      : []),
    ...(isOn(argoCd, 'repo')
      ? [
          {
            suffix: 'repo-server',
            component: 'repo-server',
            of: 'repo-server',
            ports: [port('server', 8081), port('metrics', 8084)],
          },
          {
            suffix: 'server-metrics',
            component: 'server',
            of: 'server',
            ports: [port('metrics', 8083)],
          },
        ]
      : []),
    ...(isOn(argoCd, 'server')
      ? [
          {
            suffix: 'server',
            component: 'server',
            of: 'server',
            ports: [port('http', 80, 8080), port('https', 443, 8080)],
            spec: { type: typeof serviceType === 'string' ? serviceType : 'ClusterIP' },
          },
        ]
      : []),
    ...(usesDex(argoCd)
      ? [
          {
            suffix: 'dex-server',
            component: 'dex-server',
            of: 'dex-server',
            ports: [port('http', 5556), port('grpc', 5557)],
          },
        ]
      : []),
    ...(hasApplicationSets(argoCd)
      ? [
          {
            suffix: 'applicationset-controller',
            component: 'applicationset-controller',
            of: 'applicationset-controller',
            ports: [port('webhook', 7000), port('metrics', 8080)],
          },
        ]
      : []),
  ]
}

function highlyAvailable(argoCd: ArgoCd): readonly Front[] {
  const announced = Array.from({ length: serversWanted }, (_, index) => ({
    suffix: `redis-ha-announce-${index}`,
    component: 'redis',
    of: 'redis-ha',
    ports: redisPorts,
    selector: {
      'statefulset.kubernetes.io/pod-name': named(argoCd, `redis-ha-server-${index}`),
    },
    spec: { publishNotReadyAddresses: true },
    annotations: { 'service.alpha.kubernetes.io/tolerate-unready-endpoints': 'true' },
  }))
  const proxy = port('haproxy', 6379, 'redis')
  return [
    { suffix: 'redis-ha', component: 'redis', of: 'redis-ha', ports: redisPorts },
    ...announced,
    { suffix: 'redis-ha-haproxy', component: 'redis', of: 'redis-ha-haproxy', ports: [proxy] },
  ]
}

/** The section is enough: it is on unless it says otherwise. */
export function hasApplicationSets(argoCd: ArgoCd): boolean {
  return isObject(argoCd.spec['applicationSet']) && isOn(argoCd, 'applicationSet')
}

function service(argoCd: ArgoCd, front: Front): Kept {
  const { suffix, component, of, ports, selector, spec, annotations } = front
  const metadata = meta(argoCd, named(argoCd, suffix), component)
  return kept({
    apiVersion: 'v1',
    kind: 'Service',
    metadata: { ...metadata, ...(annotations && { annotations }) },
    spec: { ports, selector: { [nameLabel]: named(argoCd, of), ...selector }, ...spec },
  })
}

const accounts = [
  'argocd-application-controller',
  'argocd-grafana',
  'argocd-redis',
  'argocd-redis-ha',
  'argocd-server',
] as const

function account(metadata: KubeObject['metadata']): Kept {
  return kept({ apiVersion: 'v1', kind: 'ServiceAccount', metadata })
}

function accountsOf(argoCd: ArgoCd): readonly Kept[] {
  const usual = accounts.map(name => {
    const metadata = meta(argoCd, named(argoCd, name))
    return account({ ...metadata, labels: { ...metadata.labels, [nameLabel]: name } })
  })
  const asked = [
    ...(usesDex(argoCd) ? ['argocd-dex-server'] : []),
    ...(section(argoCd, 'notifications')['enabled'] === true
      ? ['argocd-notifications-controller']
      : []),
  ]
  const sets = meta(argoCd, named(argoCd, 'applicationset-controller'), 'controller')
  const labels = { ...sets.labels, 'app.kubernetes.io/part-of': 'argocd-applicationset' }
  return [
    ...usual,
    ...asked.map(name => account(meta(argoCd, named(argoCd, name)))),
    ...(hasApplicationSets(argoCd) ? [account({ ...sets, labels })] : []),
  ]
}

/** ConfigMaps that workloads mount or that stand for their settings; contents are not kept. */
function mapsOf(argoCd: ArgoCd): readonly Kept[] {
  const names = [
    'argocd-cm',
    'argocd-rbac-cm',
    knownHostsMap,
    certificatesMap,
    keysMap,
    configurationMap,
    healthMap,
  ]
  return names.map(name =>
    kept({ apiVersion: 'v1', kind: 'ConfigMap', metadata: meta(argoCd, name) }),
  )
}

/** Without one in the resource, one to three servers at half of their cpu. */
function usualScaling(argoCd: ArgoCd): JsonObject {
  return {
    minReplicas: 1,
    maxReplicas: 3,
    scaleTargetRef: { apiVersion: 'apps/v1', kind: 'Deployment', name: named(argoCd, 'server') },
    targetCPUUtilizationPercentage: 50,
  }
}

/** The autoscaler of the server: what the resource has goes in as it is, right or wrong. */
export function autoscaler(argoCd: ArgoCd): Kept {
  const { hpa } = section(argoCd, 'server', 'autoscale')
  const given = isObject(hpa) ? hpa : undefined
  return kept(
    {
      apiVersion: 'autoscaling/v1',
      kind: 'HorizontalPodAutoscaler',
      metadata: meta(argoCd, named(argoCd, 'server')),
      spec: given ?? usualScaling(argoCd),
    },
    {
      reverts: [],
      isOwned: false,
      origins: [{ path: 'spec', from: 'spec.server.autoscale.hpa' }],
    },
  )
}

/** Everything beside the workloads, but for the autoscaler. */
export function accessories(argoCd: ArgoCd): readonly Kept[] {
  return [
    ...accountsOf(argoCd),
    ...mapsOf(argoCd),
    ...frontsOf(argoCd).map(front => service(argoCd, front)),
  ]
}
