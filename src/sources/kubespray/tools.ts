// Which tool which role brings to which host.
// Upstream: kubespray v2.22.0 to v2.31.0 playbooks/cluster.yml, playbooks/install_etcd.yml,
// roles/container-engine/*/meta, kubernetes/node, kubernetes/control-plane, etcd,
// etcdctl_etcdutl, network_plugin/meta, kubernetes-apps/meta.

import type { ToolOnHost } from '../../explain/host-matrix.ts'
import type { Host } from '../ansible/inventory/model.ts'
import { type Engine, engineOf, type Etcd, etcdOf } from './engine.ts'
import type { Reading } from './reading.ts'
import type { Release } from './versions.ts'

/** What decides about the tools of a host. */
interface Facts {
  readonly release: Release
  readonly engine: Engine
  readonly isInCluster: boolean
  readonly isControlPlane: boolean
  readonly isEtcd: boolean
  readonly hasEtcdCertificate: boolean
  readonly etcdType: string
  readonly plugin: string
  readonly hasHelm: boolean
  /** `nginx`, `haproxy`, or none where something else balances. */
  readonly balancer: string
}

type Answer = Pick<ToolOnHost, 'lands' | 'because' | 'at'>

/** One way in which a tool comes to a host; of several the first that applies speaks. */
interface Way {
  readonly tool: string
  readonly role: string
  /** Whether this way is the one for the settings; without it, always. */
  readonly applies?: (facts: Facts) => boolean
  readonly answer: (facts: Facts) => Answer
}

const when =
  (is: (facts: Facts) => boolean, group: string) =>
  (facts: Facts): Answer => {
    const lands = is(facts)
    return { lands, because: `${lands ? 'in' : 'not in'} ${group}` }
  }

const byCluster = when(({ isInCluster }) => isInCluster, 'k8s_cluster')
const byControlPlane = when(({ isControlPlane }) => isControlPlane, 'kube_control_plane')

function byEngine({ engine: { isInstalled, because, at } }: Facts): Answer {
  return { lands: isInstalled, because, ...(at === undefined ? {} : { at }) }
}

/** Tools of a container manager: elsewhere they are not wanted. */
function engineTool(manager: string, tool: string, role: string, also?: Way['applies']): Way {
  return {
    tool,
    role: `container-engine/${role}`,
    applies: facts => facts.engine.manager === manager && (also === undefined || also(facts)),
    answer: byEngine,
  }
}

const ways: readonly Way[] = [
  engineTool('containerd', 'containerd', 'containerd'),
  engineTool('docker', 'containerd', 'docker'),
  engineTool('docker', 'docker', 'docker'),
  engineTool('docker', 'cri-dockerd', 'cri-dockerd'),
  engineTool('crio', 'crio', 'cri-o'),
  engineTool('containerd', 'runc', 'runc'),
  engineTool('crio', 'runc', 'runc', ({ release }) => release.crioRuntime === 'runc'),
  engineTool('docker', 'runc', 'docker'),
  engineTool('crio', 'crun', 'crun', ({ release }) => release.crioRuntime === 'crun'),
  { tool: 'crictl', role: 'container-engine/crictl', answer: byEngine },
  engineTool('containerd', 'nerdctl', 'nerdctl'),
  engineTool('crio', 'skopeo', 'skopeo'),
  { tool: 'kubelet', role: 'kubernetes/node', answer: byCluster },
  { tool: 'kubeadm', role: 'kubernetes/node', answer: byCluster },
  { tool: 'kubectl', role: 'kubernetes/control-plane', answer: byControlPlane },
  {
    tool: 'etcd',
    role: 'kubernetes/control-plane',
    applies: ({ etcdType }) => etcdType === 'kubeadm',
    answer: byControlPlane,
  },
  { tool: 'etcd', role: 'etcd', answer: when(({ isEtcd }) => isEtcd, 'etcd') },
  {
    tool: 'etcdctl',
    role: 'etcdctl_etcdutl',
    applies: ({ etcdType }) => etcdType === 'kubeadm',
    answer: byControlPlane,
  },
  { tool: 'etcdctl', role: 'etcdctl_etcdutl', answer: when(({ isEtcd }) => isEtcd, 'etcd') },
  {
    tool: 'etcd-certificate',
    role: 'etcd',
    applies: ({ etcdType }) => etcdType !== 'kubeadm',
    answer: ({ hasEtcdCertificate, plugin }) => ({
      lands: hasEtcdCertificate,
      because: hasEtcdCertificate
        ? 'in etcd or kube_control_plane, or a node whose network plugin asks etcd'
        : `not in etcd and kube_control_plane, and ${plugin} on nodes does not ask etcd`,
    }),
  },
  {
    tool: 'cni-plugins',
    role: 'network_plugin/cni',
    applies: ({ plugin }) => plugin !== 'none',
    answer: byCluster,
  },
  {
    tool: 'calicoctl',
    role: 'network_plugin/calico',
    applies: ({ plugin }) => plugin === 'calico',
    answer: byCluster,
  },
  {
    tool: 'cilium',
    role: 'network_plugin/cilium',
    applies: ({ plugin }) => plugin === 'cilium',
    answer: byCluster,
  },
  {
    tool: 'helm',
    role: 'kubernetes-apps/helm',
    applies: ({ hasHelm }) => hasHelm,
    answer: byControlPlane,
  },
  ...['nginx', 'haproxy'].map(
    (proxy): Way => ({
      tool: `${proxy}-proxy`,
      role: 'kubernetes/node',
      applies: ({ balancer }) => balancer === proxy,
      answer: ({ isInCluster, isControlPlane }) => ({
        lands: isInCluster && !isControlPlane,
        because: isControlPlane
          ? 'in kube_control_plane: it asks its own API server'
          : `${isInCluster ? 'in' : 'not in'} k8s_cluster, and not in kube_control_plane`,
      }),
    }),
  ),
]

/** Every tool that is known, in the order of the table. */
const tools: readonly string[] = [...new Set(ways.map(({ tool }) => tool))]

/** Tells the tools of hosts; hosts for which the same is true share one list. */
export function toolTeller(reading: Reading): (host: Host) => readonly ToolOnHost[] {
  const lists = new Map<string, readonly ToolOnHost[]>()
  const etcd = etcdOf(reading)
  const members = new Set(etcd.members)
  const common = commonFacts(reading, etcd)
  return host => {
    const facts = factsOf(reading, host, { ...common, isEtcd: members.has(host) })
    const key = JSON.stringify(facts)
    const known = lists.get(key) ?? tools.map(tool => answerFor(tool, facts))
    lists.set(key, known)
    return known
  }
}

type Common = Omit<Facts, 'engine' | 'isInCluster' | 'isControlPlane' | 'hasEtcdCertificate'> & {
  readonly nodesAskEtcd: boolean
}

function commonFacts(reading: Reading, etcd: Etcd): Omit<Common, 'isEtcd'> {
  const { settings, speaker, release } = reading
  const plugin = settings.text(speaker, 'kube_network_plugin', release.plugins).value
  const balances = settings.flag(speaker, 'loadbalancer_apiserver_localhost')
  const isOutside = speaker !== undefined && settings.any(speaker, 'loadbalancer_apiserver')
  const hasOwn = balances.at === undefined ? isOutside === undefined : balances.value
  return {
    release,
    etcdType: etcd.type,
    plugin,
    hasHelm: settings.flag(speaker, 'helm_enabled').value,
    balancer: hasOwn ? settings.text(speaker, 'loadbalancer_apiserver_type').value : '',
    nodesAskEtcd: nodesAskEtcd(reading, plugin, etcd),
  }
}

/** Whether the plugin makes every node a client of etcd, with a certificate of its own. */
function nodesAskEtcd({ settings, speaker }: Reading, plugin: string, { type }: Etcd): boolean {
  if (type === 'kubeadm') return false
  if (['flannel', 'canal', 'cilium'].includes(plugin)) return true
  if (settings.flag(speaker, 'cilium_deploy_additionally').value) return true
  return plugin === 'calico' && settings.text(speaker, 'calico_datastore').value === 'etcd'
}

function factsOf(reading: Reading, host: Host, { nodesAskEtcd: asks, ...common }: Common): Facts {
  const { layout } = reading
  const isControlPlane = layout.has(host, 'controlPlane')
  const isClient = asks && layout.has(host, 'node')
  return {
    ...common,
    engine: engineOf(reading, host),
    isInCluster: layout.isInCluster(host),
    isControlPlane,
    hasEtcdCertificate: layout.has(host, 'etcd') || isControlPlane || isClient,
  }
}

function answerFor(tool: string, facts: Facts): ToolOnHost {
  const all = ways.filter(way => way.tool === tool)
  const way = all.find(({ applies }) => applies === undefined || applies(facts))
  if (way !== undefined) return { name: tool, role: way.role, ...way.answer(facts) }
  const [other] = all
  const role = other?.role ?? ''
  const isEngine = role.startsWith('container-engine/')
  const because = isEngine
    ? `container_manager is ${facts.engine.manager}, which does not bring it`
    : 'the settings of the inventory do not ask for it'
  return { name: tool, role, lands: false, because }
}
