// The nodes that hosts of the cluster become: labels, taints, how many pods they take.
// Upstream: kubespray v2.22.0 to v2.29.0 roles/kubernetes/control-plane (kubeadm-config),
// kubernetes/node-label, kubernetes/node-taint, kubernetes/node.

import { labelKeyErrors, labelValueErrors } from '../../kube/formats.ts'
import type { PoolTaint } from '../../nodes/pool.ts'
import type { PoolSpec } from '../../trials/spec.ts'
import {
  type NodeParts,
  type PoolMember,
  poolsOfEqual,
  taintOf,
} from '../ansible/installer/pools.ts'
import type { Host } from '../ansible/inventory/model.ts'
import { isList, textOf } from '../ansible/values.ts'
import { codes, errorAt, warningAt } from '../problems.ts'
import type { Reading } from './reading.ts'
import { wrongKind } from './settings.ts'
import { drainOf, workersAtOnce } from './upgrade.ts'

const role = (name: string): string => `node-role.kubernetes.io/${name}`

const controlPlaneTaint: PoolTaint = { key: role('control-plane'), effect: 'NoSchedule' }

/** One pool for each set of equal nodes; `votes` tells whose loss counts for etcd. */
export function poolsOf(reading: Reading, votes: (host: Host) => boolean): readonly PoolSpec[] {
  const { layout } = reading
  const members = [...new Set([...layout.hosts.controlPlane, ...layout.hosts.node])]
    .filter(host => layout.isInCluster(host))
    .map(host => memberOf(reading, host, votes(host)))
  const atOnce = workersAtOnce(reading)
  const drain = drainOf(reading)
  return poolsOfEqual(members, 'kubespray').map(pool => ({
    ...pool,
    upgrade: pool.name.startsWith('control-plane') ? { drain } : { atOnce, drain },
  }))
}

function memberOf(reading: Reading, host: Host, isVoter: boolean): PoolMember {
  const { layout, settings } = reading
  const isServer = layout.has(host, 'controlPlane')
  const labels = {
    ...(isServer ? { [role('control-plane')]: '' } : {}),
    ...(isVoter ? { [role('etcd')]: '' } : {}),
    ...labelsOf(reading, host),
  }
  const taints = [
    ...(isServer && !layout.has(host, 'node') ? [controlPlaneTaint] : []),
    ...taintsOf(reading, host),
  ]
  const pods = settings.number(host, 'kubelet_max_pods')
  const parts: NodeParts = {
    labels,
    ...(taints.length === 0 ? {} : { taints }),
    ...(pods.at === undefined || pods.value === 0 ? {} : { pods: pods.value }),
  }
  const name = textOf(settings.any(host, 'kube_override_hostname')?.value)
  const pool = isServer ? 'control-plane' : 'node'
  return { host, pool, parts, ...(name === undefined || name === '' ? {} : { nodeName: name }) }
}

// kubectl label refuses what is no label, and the task fails.
function labelsOf({ settings }: Reading, host: Host): Readonly<Record<string, string>> {
  const { pairs, at } = settings.texts(host, 'node_labels')
  const fine = pairs.filter(([key, value]) => {
    const [error] = [...labelKeyErrors(key), ...labelValueErrors(value)]
    if (error === undefined) return true
    settings.tell(
      errorAt(codes.inventoryVariable, at ?? { file: '' }, {
        what: `"${key}=${value}" in node_labels is no label`,
        why: `kubectl label refuses it: ${error}`,
        todo: 'correct the label; texts that look like numbers or flags need quotes',
      }),
    )
    return false
  })
  return Object.fromEntries(fine)
}

function taintErrors({ key, value = '' }: PoolTaint): readonly string[] {
  return [...labelKeyErrors(key), ...labelValueErrors(value)]
}

// A text or mapping is passed over by the tasks without a word.
function taintsOf({ settings }: Reading, host: Host): readonly PoolTaint[] {
  const given = settings.any(host, 'node_taints')
  if (given === undefined || given.value === null) return []
  if (!isList(given.value)) {
    settings.tell(wrongKind('node_taints', given, 'a list'))
    return []
  }
  return given.value.flatMap(each => {
    const text = textOf(each)
    const taint = text === undefined ? undefined : taintOf(text)
    if (taint !== undefined && taintErrors(taint).length === 0) return [taint]
    settings.tell(
      warningAt(codes.inventoryVariable, given.at ?? { file: '' }, {
        what: `"${text ?? '?'}" in node_taints is no taint`,
        why: 'kubectl taint refuses it, and the task that sets the taints fails',
        todo: 'write key=value:NoSchedule, with one of NoSchedule, PreferNoSchedule, NoExecute',
      }),
    )
    return []
  })
}
