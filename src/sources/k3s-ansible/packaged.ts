// The components that k3s brings along, as a version of it has them: CoreDNS,
// local-path-provisioner, metrics-server and the account of its load balancer. The shapes are data
// of this project, written after k3s manifests/*.yaml at eight points from 2020-12 to 2026-08.

import type { KubeObject } from '../../kube/object.ts'
import { hasSince, type K3sVersion, type Since } from './version.ts'

type Json = Readonly<Record<string, unknown>>

/** What changed in the manifests, and since which releases. */
const changes = {
  /** Tolerations of the control-plane taint beside that of the old `master` taint. */
  controlPlaneToleration: { 20: 0 },
  /** CoreDNS spreads over hosts, and will not start where that is not possible. */
  hostSpread: { 22: 3 },
  metricsServerRequests: { 22: 6, 23: 2 },
  /** Replicas are no longer set, so that scaling lasts; rollouts go one by one. */
  ownReplicasOnly: { 23: 15, 24: 9, 25: 5, 26: 0 },
  linuxOnly: { 30: 10, 31: 6, 32: 2 },
  zoneSpread: { 31: 10, 32: 6, 33: 2 },
  /** The `master` taint is no longer tolerated. */
  noMasterToleration: { 34: 0 },
} as const satisfies Readonly<Record<string, Since>>

/** A component and the name by which `--disable` knows it. */
interface Component {
  readonly disabledBy: string
  readonly objects: (version: K3sVersion) => readonly KubeObject[]
}

const namespace = 'kube-system'

function tolerations(version: K3sVersion): readonly Json[] {
  const role = (name: string): Json => ({
    key: `node-role.kubernetes.io/${name}`,
    operator: 'Exists',
    effect: 'NoSchedule',
  })
  return [
    { key: 'CriticalAddonsOnly', operator: 'Exists' },
    ...(hasSince(version, changes.controlPlaneToleration) ? [role('control-plane')] : []),
    ...(hasSince(version, changes.noMasterToleration) ? [] : [role('master')]),
  ]
}

function rollout(version: K3sVersion, isAlways = false): Json {
  const isOwned = hasSince(version, changes.ownReplicasOnly)
  const strategy = { type: 'RollingUpdate', rollingUpdate: { maxUnavailable: 1 } }
  return {
    ...(isAlways || isOwned ? { strategy } : {}),
    ...(isOwned ? { revisionHistoryLimit: 0 } : {}),
  }
}

function linux(version: K3sVersion): Json {
  return hasSince(version, changes.linuxOnly)
    ? { nodeSelector: { 'kubernetes.io/os': 'linux' } }
    : {}
}

function meta(name: string, labels: Readonly<Record<string, string>> = {}): KubeObject['metadata'] {
  return { name, namespace, labels }
}

function account(name: string): KubeObject {
  return { apiVersion: 'v1', kind: 'ServiceAccount', metadata: { name, namespace } }
}

function probe(path: string, port: number | string, scheme: string, delay: number): Json {
  return {
    httpGet: { path, port, scheme },
    initialDelaySeconds: delay,
    periodSeconds: delay === 0 ? 2 : 10,
    timeoutSeconds: 1,
    successThreshold: 1,
    failureThreshold: 3,
  }
}

function spread(version: K3sVersion): Json {
  const over = (topologyKey: string, whenUnsatisfiable: string): Json => ({
    maxSkew: 1,
    topologyKey,
    whenUnsatisfiable,
    labelSelector: { matchLabels: { 'k8s-app': 'kube-dns' } },
  })
  if (!hasSince(version, changes.hostSpread)) return {}
  const constraints = [over('kubernetes.io/hostname', 'DoNotSchedule')]
  if (hasSince(version, changes.zoneSpread)) {
    constraints.push(over('topology.kubernetes.io/zone', 'ScheduleAnyway'))
  }
  return { topologySpreadConstraints: constraints }
}

const dnsPorts: readonly Json[] = [
  { name: 'dns', port: 53, protocol: 'UDP' },
  { name: 'dns-tcp', port: 53, protocol: 'TCP' },
  { name: 'metrics', port: 9153, protocol: 'TCP' },
]

const coredns: Component = {
  disabledBy: 'coredns',
  objects: version => [
    account('coredns'),
    { apiVersion: 'v1', kind: 'ConfigMap', metadata: meta('coredns'), data: { Corefile: '.:53' } },
    {
      apiVersion: 'apps/v1',
      kind: 'Deployment',
      metadata: meta('coredns', { 'k8s-app': 'kube-dns' }),
      spec: {
        ...rollout(version, true),
        selector: { matchLabels: { 'k8s-app': 'kube-dns' } },
        template: {
          metadata: { labels: { 'k8s-app': 'kube-dns' } },
          spec: {
            priorityClassName: 'system-cluster-critical',
            serviceAccountName: 'coredns',
            tolerations: tolerations(version),
            nodeSelector: { 'kubernetes.io/os': 'linux' },
            ...spread(version),
            containers: [corednsContainer],
            volumes: [{ name: 'config', configMap: { name: 'coredns' } }],
          },
        },
      },
    },
    {
      apiVersion: 'v1',
      kind: 'Service',
      metadata: meta('kube-dns', { 'k8s-app': 'kube-dns' }),
      spec: { selector: { 'k8s-app': 'kube-dns' }, ports: dnsPorts },
    },
  ],
}

const corednsContainer: Json = {
  name: 'coredns',
  image: 'rancher/mirrored-coredns-coredns',
  resources: { limits: { memory: '170Mi' }, requests: { cpu: '100m', memory: '70Mi' } },
  ports: dnsPorts.map(({ name, port, protocol }) => ({ name, containerPort: port, protocol })),
  livenessProbe: probe('/health', 8080, 'HTTP', 60),
  readinessProbe: probe('/ready', 8181, 'HTTP', 0),
  volumeMounts: [{ name: 'config', mountPath: '/etc/coredns', readOnly: true }],
}

const localPath: Component = {
  disabledBy: 'local-storage',
  objects: version => [
    account('local-path-provisioner-service-account'),
    {
      apiVersion: 'v1',
      kind: 'ConfigMap',
      metadata: meta('local-path-config'),
      data: { 'config.json': '{"nodePathMap": []}' },
    },
    {
      apiVersion: 'storage.k8s.io/v1',
      kind: 'StorageClass',
      metadata: {
        name: 'local-path',
        annotations: { 'storageclass.kubernetes.io/is-default-class': 'true' },
      },
      provisioner: 'rancher.io/local-path',
      volumeBindingMode: 'WaitForFirstConsumer',
      reclaimPolicy: 'Delete',
    },
    {
      apiVersion: 'apps/v1',
      kind: 'Deployment',
      metadata: meta('local-path-provisioner'),
      spec: {
        ...(hasSince(version, changes.ownReplicasOnly) ? {} : { replicas: 1 }),
        ...rollout(version),
        selector: { matchLabels: { app: 'local-path-provisioner' } },
        template: {
          metadata: { labels: { app: 'local-path-provisioner' } },
          spec: {
            priorityClassName: 'system-node-critical',
            serviceAccountName: 'local-path-provisioner-service-account',
            tolerations: tolerations(version),
            ...linux(version),
            containers: [
              { name: 'local-path-provisioner', image: 'rancher/local-path-provisioner' },
            ],
          },
        },
      },
    },
  ],
}

function metricsTarget(version: K3sVersion): Json {
  return hasSince(version, changes.metricsServerRequests) ? { targetPort: 'https' } : {}
}

function metricsContainer(version: K3sVersion): Json {
  const isKnown = hasSince(version, changes.metricsServerRequests)
  return {
    name: 'metrics-server',
    image: 'rancher/mirrored-metrics-server',
    ...(isKnown
      ? {
          resources: { requests: { cpu: '100m', memory: '70Mi' } },
          ports: [{ name: 'https', containerPort: 10250, protocol: 'TCP' }],
          livenessProbe: probe('/livez', 'https', 'HTTPS', 60),
          readinessProbe: probe('/readyz', 'https', 'HTTPS', 0),
        }
      : {}),
  }
}

const metricsServer: Component = {
  disabledBy: 'metrics-server',
  objects: version => [
    account('metrics-server'),
    {
      apiVersion: 'apps/v1',
      kind: 'Deployment',
      metadata: meta('metrics-server', { 'k8s-app': 'metrics-server' }),
      spec: {
        ...rollout(version),
        selector: { matchLabels: { 'k8s-app': 'metrics-server' } },
        template: {
          metadata: { labels: { 'k8s-app': 'metrics-server' } },
          spec: {
            priorityClassName: 'system-node-critical',
            serviceAccountName: 'metrics-server',
            tolerations: tolerations(version),
            ...linux(version),
            containers: [metricsContainer(version)],
          },
        },
      },
    },
    {
      apiVersion: 'v1',
      kind: 'Service',
      metadata: meta('metrics-server'),
      spec: {
        selector: { 'k8s-app': 'metrics-server' },
        ports: [{ name: 'https', port: 443, protocol: 'TCP', ...metricsTarget(version) }],
      },
    },
  ],
}

/** Its controller is part of k3s itself, and takes part in the twin where this account is. */
const serviceLb: Component = { disabledBy: 'servicelb', objects: () => [account('svclb')] }

const components: readonly Component[] = [coredns, localPath, metricsServer, serviceLb]

/** The objects of the components that are not disabled. */
export function packagedObjects(
  version: K3sVersion,
  disabled: ReadonlySet<string>,
): readonly KubeObject[] {
  return components
    .filter(({ disabledBy }) => !disabled.has(disabledBy))
    .flatMap(({ objects }) => objects(version))
}
