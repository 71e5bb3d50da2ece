// Which container engine lands on which host, and where etcd runs.
// Upstream: kubespray v2.22.0 to v2.29.0 playbooks/cluster.yml ("Prepare for etcd install"),
// roles/kubespray_defaults (deploy_container_engine), container-engine/*/meta.

import type { Location } from '../../base/problem.ts'
import { isTruthy } from '../ansible/values.ts'
import type { Host } from '../ansible/inventory/model.ts'
import type { Reading } from './reading.ts'

/** Why a host has a container engine or none. */
export interface Engine {
  /** `containerd`, `crio` or `docker`. */
  readonly manager: string
  readonly isInstalled: boolean
  /** The condition that decided, as a sentence. */
  readonly because: string
  /** The variable that decided, where the inventory sets it. */
  readonly at?: Location
}

/** The engine of a host that the play for engines reaches: hosts of the cluster and of etcd. */
export function engineOf(reading: Reading, host: Host): Engine {
  const { layout, settings } = reading
  const manager = settings.text(host, 'container_manager')
  const at = manager.at === undefined ? {} : { at: manager.at }
  const isReached = layout.isInCluster(host) || layout.has(host, 'etcd')
  if (!isReached) {
    const because = 'the play for container engines runs on k8s_cluster and etcd only'
    return { manager: manager.value, isInstalled: false, because }
  }
  const own = settings.any(host, 'deploy_container_engine')
  if (own !== undefined) {
    const isInstalled = isTruthy(own.value)
    const because = `deploy_container_engine is ${isInstalled ? 'true' : 'false'} in the inventory`
    return { manager: manager.value, isInstalled, because, ...(own.at && { at: own.at }) }
  }
  if (layout.isInCluster(host)) {
    const because = 'deploy_container_engine: the host is in k8s_cluster'
    return { manager: manager.value, isInstalled: true, because, ...at }
  }
  const etcd = settings.text(host, 'etcd_deployment_type')
  const isInstalled = etcd.value === 'docker'
  const because = isInstalled
    ? 'deploy_container_engine: etcd_deployment_type is docker'
    : `deploy_container_engine: not in k8s_cluster, and etcd_deployment_type is ${etcd.value}`
  return { manager: manager.value, isInstalled, because, ...(etcd.at && { at: etcd.at }) }
}

/** The members of etcd: the hosts of its group, or the control planes where kubeadm runs it. */
export interface Etcd {
  readonly type: string
  readonly at?: Location
  readonly members: readonly Host[]
  /** Members that run no kubelet, so that they are no nodes. */
  readonly apart: readonly Host[]
}

export function etcdOf({ layout, settings, speaker }: Reading): Etcd {
  const { value: type, at } = settings.text(layout.hosts.etcd[0] ?? speaker, 'etcd_deployment_type')
  const members = type === 'kubeadm' ? layout.hosts.controlPlane : layout.hosts.etcd
  const apart = members.filter(host => !layout.isInCluster(host))
  return { type, members, apart, ...(at === undefined ? {} : { at }) }
}
