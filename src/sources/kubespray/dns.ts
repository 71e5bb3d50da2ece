// CoreDNS, its autoscaler and the cache on every node, as a release of Kubespray installs them.
// Upstream: kubespray v2.22.0 to v2.29.0 roles/kubernetes-apps/ansible/{defaults,templates}.

import type { KubeObject } from '../../kube/object.ts'
import {
  type LinearParams,
  linearReplicas,
} from '../../platforms/cluster-proportional-autoscaler/linear.ts'
import { nodeSize } from '../ansible/installer/pools.ts'
import type { Reading } from './reading.ts'
import {
  account,
  anywhere,
  type Decided,
  type Json,
  meta,
  onLinux,
  prefersControlPlane,
  sameHost,
  tolerates,
  workload,
} from './shapes.ts'
import type { Release } from './versions.ts'

const dns = { 'k8s-app': 'kube-dns' } as const
const maxSurge = '10%'

/** What the autoscaler goes by in a cluster. */
function linearParams({ layout, settings, speaker }: Reading): LinearParams {
  const given = settings.number(speaker, 'dns_min_replicas')
  const min = given.at === undefined ? Math.min(2, layout.cluster.length) : given.value
  const single = settings.flag(speaker, 'dns_prevent_single_point_failure')
  return {
    preventSinglePointFailure: single.at === undefined ? min > 1 : single.value,
    coresPerReplica: settings.number(speaker, 'dns_cores_per_replica').value,
    nodesPerReplica: settings.number(speaker, 'dns_nodes_per_replica').value,
    min,
    max: 0,
  }
}

/** What the autoscaler makes of a cluster whose nodes have the assumed size and are all there. */
function scaledReplicas(reading: Reading): number {
  const nodes = reading.layout.cluster.length
  return linearReplicas(linearParams(reading), { nodes, cores: nodes * Number(nodeSize.cpu) })
}

/** The objects that answer for names in a cluster. */
export function dnsObjects(reading: Reading): readonly Decided[] {
  const { settings, speaker } = reading
  const mode = settings.text(speaker, 'dns_mode').value
  const has =
    (mode === 'coredns' || mode === 'coredns_dual') &&
    settings.flag(speaker, 'deploy_coredns').value
  const scales = settings.flag(speaker, 'enable_dns_autoscaler').value
  const caches = settings.flag(speaker, 'enable_nodelocaldns').value && mode !== 'none'
  return [
    ...(has ? coredns(reading, scales) : []),
    ...(has && scales ? autoscaler(reading) : []),
    ...(caches ? localDns(reading.release) : []),
  ]
}

const ports: readonly Json[] = [
  { name: 'dns', port: 53, protocol: 'UDP' },
  { name: 'dns-tcp', port: 53, protocol: 'TCP' },
  { name: 'metrics', port: 9153, protocol: 'TCP' },
]

function controlPlanes({ toleratesMaster }: Release): readonly Json[] {
  return tolerates(...(toleratesMaster ? ['master'] : []), 'control-plane')
}

function probe(path: string, port: number, host?: string): Json {
  return {
    httpGet: { path, port, scheme: 'HTTP', ...(host === undefined ? {} : { host }) },
    timeoutSeconds: 5,
    successThreshold: 1,
    failureThreshold: 10,
  }
}

function coredns(reading: Reading, scales: boolean): readonly Decided[] {
  const { settings, speaker, release } = reading
  const fixed = settings.number(speaker, 'coredns_replicas').value
  const replicas = scales ? scaledReplicas(reading) : fixed
  const by = scales ? ['dns_min_replicas', 'kube_version'] : ['coredns_replicas', 'kube_version']
  const objects: KubeObject[] = [
    account('coredns'),
    { apiVersion: 'v1', kind: 'ConfigMap', metadata: meta('coredns'), data: { Corefile: '.:53' } },
    workload('Deployment', 'coredns', {
      labels: dns,
      account: 'coredns',
      spec: {
        replicas,
        strategy: {
          type: 'RollingUpdate',
          rollingUpdate: { maxUnavailable: release.dnsMaxUnavailable, maxSurge },
        },
      },
      pod: {
        priorityClassName: 'system-cluster-critical',
        ...onLinux,
        tolerations: controlPlanes(release),
        affinity: dnsAffinity(release),
        dnsPolicy: 'Default',
        volumes: [{ name: 'config-volume', configMap: { name: 'coredns' } }],
      },
      container: corednsContainer(reading),
    }),
    {
      apiVersion: 'v1',
      kind: 'Service',
      metadata: meta('coredns', dns),
      spec: { selector: dns, ports },
    },
    ...budget(reading),
  ]
  return objects.map(object => ({ object, by }))
}

function dnsAffinity({ dnsAntiAffinity, dnsPrefersControlPlane }: Release): Json {
  const term = sameHost('k8s-app', dns['k8s-app'])
  const required = { requiredDuringSchedulingIgnoredDuringExecution: [term] }
  const preferred = {
    preferredDuringSchedulingIgnoredDuringExecution: [{ weight: 100, podAffinityTerm: term }],
  }
  return {
    podAntiAffinity: dnsAntiAffinity === 'required' ? required : preferred,
    ...(dnsPrefersControlPlane ? prefersControlPlane : {}),
  }
}

function corednsContainer({ settings, speaker }: Reading): Json {
  const text = (name: Parameters<typeof settings.text>[1]): string =>
    settings.text(speaker, name).value
  return {
    name: 'coredns',
    image: 'registry.k8s.io/coredns/coredns',
    resources: {
      limits: { memory: text('dns_memory_limit') },
      requests: { cpu: text('dns_cpu_requests'), memory: text('dns_memory_requests') },
    },
    ports: ports.map(({ name, port, protocol }) => ({ name, containerPort: port, protocol })),
    livenessProbe: probe('/health', 8080),
    readinessProbe: probe('/ready', 8181),
    volumeMounts: [{ name: 'config-volume', mountPath: '/etc/coredns' }],
  }
}

function budget({ settings, speaker }: Reading): readonly KubeObject[] {
  if (!settings.flag(speaker, 'coredns_pod_disruption_budget').value) return []
  const maxUnavailable = settings.text(speaker, 'coredns_pod_disruption_budget_max_unavailable')
  const { value } = maxUnavailable
  return [
    {
      apiVersion: 'policy/v1',
      kind: 'PodDisruptionBudget',
      metadata: meta('coredns'),
      spec: {
        maxUnavailable: /^\d+$/.test(value) ? Number(value) : value,
        selector: { matchLabels: dns },
      },
    },
  ]
}

function autoscaler(reading: Reading): readonly Decided[] {
  const { release } = reading
  const { max: _, ...linear } = linearParams(reading)
  const labels = { 'k8s-app': 'dns-autoscaler' }
  const term = sameHost('k8s-app', labels['k8s-app'])
  const affinity = release.autoscalerPrefersControlPlane
    ? {
        podAntiAffinity: { requiredDuringSchedulingIgnoredDuringExecution: [term] },
        ...prefersControlPlane,
      }
    : {}
  const objects = [
    account('dns-autoscaler'),
    workload('Deployment', 'dns-autoscaler', {
      labels,
      account: 'dns-autoscaler',
      pod: {
        priorityClassName: 'system-cluster-critical',
        ...onLinux,
        tolerations: controlPlanes(release),
        affinity,
      },
      container: {
        name: 'autoscaler',
        image: 'registry.k8s.io/cpa/cluster-proportional-autoscaler',
        command: [
          '/cluster-proportional-autoscaler',
          '--namespace=kube-system',
          `--default-params=${JSON.stringify({ linear })}`,
          '--configmap=dns-autoscaler',
          '--target=Deployment/coredns',
        ],
        resources: { requests: { cpu: '20m', memory: '10Mi' } },
        readinessProbe: { httpGet: { path: '/healthz', port: 8080, scheme: 'HTTP' } },
      },
    }),
  ]
  return objects.map(object => ({ object, by: ['enable_dns_autoscaler', 'kube_version'] }))
}

function localDns(release: Release): readonly Decided[] {
  const address = '169.254.25.10'
  const objects = [
    account('nodelocaldns'),
    {
      apiVersion: 'v1',
      kind: 'ConfigMap',
      metadata: meta('nodelocaldns'),
      data: { Corefile: 'cluster.local:53' },
    },
    workload('DaemonSet', 'nodelocaldns', {
      labels: { 'k8s-app': 'node-local-dns' },
      account: 'nodelocaldns',
      spec: { updateStrategy: { type: 'RollingUpdate', rollingUpdate: { maxUnavailable: '20%' } } },
      pod: {
        priorityClassName: release.localDnsPriority,
        ...onLinux,
        hostNetwork: true,
        dnsPolicy: 'Default',
        terminationGracePeriodSeconds: 0,
        tolerations: anywhere,
        volumes: [{ name: 'config-volume', configMap: { name: 'nodelocaldns' } }],
      },
      container: {
        name: 'node-cache',
        image: 'registry.k8s.io/dns/k8s-dns-node-cache',
        resources: { limits: { memory: '200Mi' }, requests: { cpu: '100m', memory: '70Mi' } },
        ports: [
          { name: 'dns', containerPort: 53, protocol: 'UDP' },
          { name: 'dns-tcp', containerPort: 53, protocol: 'TCP' },
          { name: 'metrics', containerPort: 9253, protocol: 'TCP' },
        ],
        livenessProbe: probe('/health', 9254, address),
        readinessProbe: probe('/health', 9254, address),
      },
    }),
  ]
  return objects.map(object => ({ object, by: ['enable_nodelocaldns', 'kube_version'] }))
}
