// Releases of Kubespray as data: what each installs and asks for, and where that changed.
// Upstream: kubernetes-sigs/kubespray v2.22.0 to v2.31.0, roles kubespray_defaults,
// kubernetes-apps/ansible, kubernetes/preinstall, validate_inventory and their templates.

/** What a release line does that others do not. */
export interface Release {
  /** The second number: 24 of v2.24. */
  readonly minor: number
  /** The minor of Kubernetes that it installs unless told otherwise, and the oldest it takes. */
  readonly kubernetes: { readonly usual: number; readonly oldest: number }
  /** `k8s_cluster` is put together from the groups of its hosts; before, the inventory has it. */
  readonly computesCluster: boolean
  /** The old name `k8s-cluster` means `k8s_cluster`. */
  readonly knowsOldClusterName: boolean
  /** Two pods of CoreDNS never share a host; after, they only prefer not to. */
  readonly dnsAntiAffinity: 'required' | 'preferred'
  readonly dnsMaxUnavailable: number
  /** The taint `node-role.kubernetes.io/master` is tolerated beside that of control planes. */
  readonly toleratesMaster: boolean
  /** The pods of CoreDNS and its autoscaler prefer control planes. */
  readonly dnsPrefersControlPlane: boolean
  readonly autoscalerPrefersControlPlane: boolean
  readonly localDnsPriority: 'system-cluster-critical' | 'system-node-critical'
  /** The low-level runtime that comes with CRI-O through a role of its own. */
  readonly crioRuntime?: 'runc' | 'crun'
  /** `etcdutl` comes with `etcdctl`. */
  readonly hasEtcdutl: boolean
  /** Which plugins `kube_network_plugin` may name. */
  readonly plugins: readonly string[]
  /** The agent of Cilium is not privileged, so that folders must belong to root. */
  readonly ciliumNeedsRoot: boolean
  /** A cluster without hosts in kube_node is refused. */
  readonly needsNodes: boolean
}

const plugins = [
  'calico',
  'flannel',
  'cloud',
  'cilium',
  'cni',
  'kube-ovn',
  'kube-router',
  'macvlan',
  'custom_cni',
] as const

/** The first release that has a change; later ones have it too. */
const since = {
  dnsMaxUnavailable: 24,
  noMasterToleration: 24,
  etcdutl: 23,
  localDnsNodeCritical: 25,
  computedCluster: 27,
  crunForCrio: 27,
  noPlugin: 27,
  freeAutoscaler: 28,
  unprivilegedCilium: 28,
  preferredAntiAffinity: 29,
  noRuntimeForCrio: 29,
  noWeave: 29,
  controlPlanesOnly: 26,
} as const

/** Kubernetes minors: v2.22 installs 1.26 and takes 1.24, each release one more. */
const kubernetesOffset = 4
/** How many minors back a release goes. */
const minorsBack = 2

export const oldestRelease = 22
export const newestRelease = 31
/** Which release first puts `k8s_cluster` together by itself. */
export const firstComputing = since.computedCluster

function release(minor: number): Release {
  const has = (change: keyof typeof since): boolean => minor >= since[change]
  const usual = minor + kubernetesOffset
  const runtime = has('crunForCrio') ? 'crun' : 'runc'
  return {
    minor,
    kubernetes: { usual, oldest: usual - minorsBack },
    computesCluster: has('computedCluster'),
    knowsOldClusterName: !has('computedCluster'),
    dnsAntiAffinity: has('preferredAntiAffinity') ? 'preferred' : 'required',
    dnsMaxUnavailable: has('dnsMaxUnavailable') ? 1 : 0,
    toleratesMaster: !has('noMasterToleration'),
    dnsPrefersControlPlane: !has('preferredAntiAffinity'),
    autoscalerPrefersControlPlane: !has('freeAutoscaler'),
    localDnsPriority: has('localDnsNodeCritical')
      ? 'system-node-critical'
      : 'system-cluster-critical',
    ...(has('noRuntimeForCrio') ? {} : { crioRuntime: runtime }),
    hasEtcdutl: has('etcdutl'),
    plugins: [
      ...plugins,
      ...(has('noWeave') ? [] : ['weave']),
      ...(has('noPlugin') ? ['none'] : []),
    ],
    ciliumNeedsRoot: has('unprivilegedCilium'),
    needsNodes: !has('controlPlanesOnly'),
  }
}

const count = newestRelease - oldestRelease + 1
const releases: readonly Release[] = Array.from({ length: count }, (_, index) =>
  release(oldestRelease + index),
)

/** The nearest release that is known to one of that minor. */
export function releaseOf(minor: number): Release {
  const known = Math.min(Math.max(minor, oldestRelease), newestRelease)
  return releases[known - oldestRelease] as Release
}

/** The release that installs a minor of Kubernetes unless told otherwise, or the nearest. */
export function releaseFor(kubernetes: number): Release {
  return releaseOf(kubernetes - kubernetesOffset)
}

/** The minor of a version of Kubespray: 24 of `2.24.1`; undefined for anything else. */
export function minorOfKubespray(text: string): number | undefined {
  const match = /^v?2\.(\d+)(?:\.\d+)?(?:[-+].*)?$/.exec(text.trim())
  return match === null ? undefined : Number(match[1])
}

/** The minor of a version of Kubernetes as Kubespray writes it: 33 of `1.33.4` and `v1.33.4`. */
export function minorOfKubernetes(text: string): number | undefined {
  const match = /^v?1\.(\d+)\.\d+(?:[-+].*)?$/.exec(text.trim())
  return match === null ? undefined : Number(match[1])
}
