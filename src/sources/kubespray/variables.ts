// The variables that decide what a cluster of Kubespray becomes: their kinds, defaults and what
// may be given. Upstream: kubespray v2.22.0 to v2.29.0 roles/kubespray_defaults, kubernetes/node,
// kubernetes-apps/ansible, metrics_server, network_plugin; roles/validate_inventory,
// upgrade/pre-upgrade (the same in all of them).

/** One variable: what it must be and what it is when nobody sets it. */
export type Kind =
  | { readonly is: 'flag'; readonly usual: boolean }
  | { readonly is: 'number'; readonly usual: number }
  | { readonly is: 'text'; readonly usual: string; readonly oneOf?: readonly string[] }

const flag = (usual = false): Kind => ({ is: 'flag', usual })
const number = (usual: number): Kind => ({ is: 'number', usual })
const text = (usual: string, oneOf?: readonly string[]): Kind => ({
  is: 'text',
  usual,
  ...(oneOf === undefined ? {} : { oneOf }),
})

/** By name; those of the network plugin depend on the release and are checked there. */
export const variables = {
  calico_datastore: text('kdd', ['kdd', 'etcd']),
  cilium_deploy_additionally: flag(),
  cilium_operator_replicas: number(2),
  container_manager: text('containerd', ['docker', 'crio', 'containerd']),
  coredns_pod_disruption_budget: flag(),
  coredns_pod_disruption_budget_max_unavailable: text('30%'),
  coredns_replicas: number(2),
  deploy_coredns: flag(true),
  dns_cores_per_replica: number(256),
  dns_cpu_requests: text('100m'),
  dns_memory_limit: text('300Mi'),
  dns_memory_requests: text('70Mi'),
  dns_min_replicas: number(0),
  dns_mode: text('coredns', ['coredns', 'coredns_dual', 'manual', 'none']),
  dns_nodes_per_replica: number(16),
  dns_prevent_single_point_failure: flag(true),
  drain_fallback_enabled: flag(),
  drain_fallback_grace_period: number(300),
  drain_fallback_retries: number(0),
  drain_fallback_timeout: text('360s'),
  drain_grace_period: number(300),
  drain_nodes: flag(true),
  drain_pod_selector: text(''),
  drain_retries: number(3),
  drain_retry_delay_seconds: number(10),
  drain_timeout: text('360s'),
  enable_dns_autoscaler: flag(true),
  enable_nodelocaldns: flag(true),
  etcd_deployment_type: text('host', ['host', 'docker', 'kubeadm']),
  helm_enabled: flag(),
  ignore_assert_errors: flag(),
  kube_network_node_prefix: number(24),
  kube_network_plugin: text('calico'),
  kube_owner: text('kube'),
  kube_proxy_remove: flag(),
  kube_version: text(''),
  kube_vip_enabled: flag(),
  kubelet_max_pods: number(110),
  loadbalancer_apiserver_localhost: flag(true),
  loadbalancer_apiserver_type: text('nginx', ['nginx', 'haproxy']),
  local_path_provisioner_enabled: flag(),
  local_path_provisioner_namespace: text('local-path-storage'),
  local_path_provisioner_storage_class: text('local-path'),
  metrics_server_enabled: flag(),
  metrics_server_limits_cpu: text('100m'),
  metrics_server_limits_memory: text('200Mi'),
  metrics_server_replicas: number(1),
  metrics_server_requests_cpu: text('100m'),
  metrics_server_requests_memory: text('200Mi'),
  upgrade_node_fail_if_drain_fails: flag(true),
  upgrade_node_uncordon_after_drain_failure: flag(true),
} as const satisfies Readonly<Record<string, Kind>>

export type VariableName = keyof typeof variables

/** Add-ons that are installed as well and whose pods are not part of the twin. */
export const unmodelledAddons: Readonly<Record<string, string>> = {
  argocd_enabled: 'Argo CD',
  cert_manager_enabled: 'cert-manager',
  cinder_csi_enabled: 'Cinder CSI',
  csi_snapshot_controller_enabled: 'the snapshot controller',
  dashboard_enabled: 'the dashboard',
  deploy_netchecker: 'netchecker',
  ingress_alb_enabled: 'the ALB ingress controller',
  ingress_nginx_enabled: 'ingress-nginx',
  kube_vip_enabled: 'kube-vip',
  kubelet_csr_approver_enabled: 'kubelet-csr-approver',
  local_volume_provisioner_enabled: 'local-volume-provisioner',
  metallb_enabled: 'MetalLB',
  node_feature_discovery_enabled: 'node-feature-discovery',
  registry_enabled: 'the registry',
}
