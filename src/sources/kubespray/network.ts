// kube-proxy and the network plugin, as far as they are pods.
// Upstream: kubespray v2.22.0 to v2.29.0 roles/network_plugin/{calico,flannel,cilium},
// roles/kubernetes-apps/policy_controller/calico; kubeadm cmd/kubeadm/app/phases/addons/proxy.

import type { KubeObject } from '../../kube/object.ts'
import type { Reading } from './reading.ts'
import { account, anywhere, type Decided, onLinux, tolerates, workload } from './shapes.ts'

/** Plugins whose pods are part of the twin; of others only the name is told. */
const modelled: Readonly<Record<string, (reading: Reading) => readonly KubeObject[]>> = {
  calico: () => [...agent('calico-node', '150m'), ...kubeControllers()],
  cilium: reading => [...agent('cilium', '100m'), ...ciliumOperator(reading)],
  flannel: () => agent('kube-flannel', '150m'),
}

/** Whether the pods of a plugin are part of the twin; some plugins bring none. */
export function isModelled(plugin: string): boolean {
  return plugin in modelled || ['cni', 'none', 'cloud'].includes(plugin)
}

/** The objects of the network that run as pods. */
export function networkObjects(reading: Reading): readonly Decided[] {
  const { settings, speaker, release } = reading
  const plugin = settings.text(speaker, 'kube_network_plugin', release.plugins).value
  const hasProxy = !settings.flag(speaker, 'kube_proxy_remove').value
  const own = modelled[plugin]?.(reading) ?? []
  return [
    ...(hasProxy ? kubeProxy().map(object => ({ object, by: ['kube_version'] })) : []),
    ...own.map(object => ({ object, by: ['kube_network_plugin'] })),
  ]
}

const onNode = { priorityClassName: 'system-node-critical', ...onLinux, hostNetwork: true }

function kubeProxy(): readonly KubeObject[] {
  return [
    account('kube-proxy'),
    workload('DaemonSet', 'kube-proxy', {
      labels: { 'k8s-app': 'kube-proxy' },
      account: 'kube-proxy',
      pod: { ...onNode, tolerations: anywhere },
      container: { name: 'kube-proxy', image: 'registry.k8s.io/kube-proxy' },
    }),
  ]
}

function agent(name: string, cpu: string): readonly KubeObject[] {
  return [
    account(name),
    workload('DaemonSet', name, {
      labels: { 'k8s-app': name },
      account: name,
      pod: { ...onNode, tolerations: anywhere },
      container: {
        name,
        image: name,
        resources: { limits: { memory: '500M' }, requests: { cpu, memory: '64M' } },
      },
    }),
  ]
}

function kubeControllers(): readonly KubeObject[] {
  const name = 'calico-kube-controllers'
  return [
    account(name),
    workload('Deployment', name, {
      labels: { 'k8s-app': name },
      account: name,
      spec: { replicas: 1, strategy: { type: 'Recreate' } },
      pod: {
        priorityClassName: 'system-cluster-critical',
        ...onLinux,
        tolerations: [
          { key: 'CriticalAddonsOnly', operator: 'Exists' },
          ...tolerates('control-plane', 'master'),
        ],
      },
      container: {
        name,
        image: 'quay.io/calico/kube-controllers',
        resources: {
          limits: { cpu: '1000m', memory: '256M' },
          requests: { cpu: '30m', memory: '64M' },
        },
      },
    }),
  ]
}

// One replica where there is one node; else two or what the inventory says, never two on a host.
function ciliumOperator({ layout, settings, speaker }: Reading): readonly KubeObject[] {
  const name = 'cilium-operator'
  const given = settings.number(speaker, 'cilium_operator_replicas').value
  const term = {
    topologyKey: 'kubernetes.io/hostname',
    labelSelector: { matchLabels: { 'io.cilium/app': 'operator' } },
  }
  return [
    account(name),
    workload('Deployment', name, {
      labels: { 'io.cilium/app': 'operator', name },
      account: name,
      spec: {
        replicas: layout.cluster.length === 1 ? 1 : given,
        strategy: { type: 'RollingUpdate', rollingUpdate: { maxSurge: 1, maxUnavailable: 1 } },
      },
      pod: {
        priorityClassName: 'system-cluster-critical',
        ...onLinux,
        hostNetwork: true,
        tolerations: anywhere,
        affinity: { podAntiAffinity: { requiredDuringSchedulingIgnoredDuringExecution: [term] } },
      },
      container: { name, image: 'quay.io/cilium/operator' },
    }),
  ]
}
