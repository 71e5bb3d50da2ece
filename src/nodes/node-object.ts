// Node objects as kubelets register them. Upstream: pkg/kubelet/nodestatus/setters.go, v1.36.3.

import type { Node, NodeCondition } from '../kube/generated/types.ts'
import { sign, subtractQuantities } from '../kube/quantity-math.ts'
import { quantityOf, quantityText } from '../kube/quantity.ts'
import { formatTime } from '../kube/time.ts'
import { controllerManaged } from '../kube/volume-attachment.ts'
import { nodeName, type NodePool } from './pool.ts'

/** What the conditions of a healthy node say: type, status, reason, message. */
const healthy = [
  [
    'MemoryPressure',
    'False',
    'KubeletHasSufficientMemory',
    'kubelet has sufficient memory available',
  ],
  ['DiskPressure', 'False', 'KubeletHasNoDiskPressure', 'kubelet has no disk pressure'],
  ['PIDPressure', 'False', 'KubeletHasSufficientPID', 'kubelet has sufficient PID available'],
  ['Ready', 'True', 'KubeletReady', 'kubelet is posting ready status'],
] as const

/** The conditions that a kubelet posts at `nowMs`; transition times survive where nothing turned. */
export function readyConditions(
  nowMs: number,
  old: readonly NodeCondition[] = [],
): readonly NodeCondition[] {
  const now = formatTime(nowMs)
  const own = healthy.map(([type, status, reason, message]): NodeCondition => {
    const before = old.find(condition => condition.type === type)
    const since = before?.status === status ? before.lastTransitionTime : undefined
    return {
      type,
      status,
      lastHeartbeatTime: now,
      lastTransitionTime: since ?? now,
      reason,
      message,
    }
  })
  const types = new Set<string>(own.map(({ type }) => type))
  return [...own, ...old.filter(({ type }) => !types.has(type))]
}

export interface NodeDetails {
  readonly nowMs: number
  readonly kubeletVersion: string
  /** Distinguishes the address from those of other nodes. */
  readonly ordinal: number
}

const podsDefault = 110
const ephemeralStorageDefault = '100Gi'

/** The node at `index` (from 0) of a pool, ready and with all its labels. */
export function nodeFromPool(pool: NodePool, index: number, details: NodeDetails): Node {
  const name = nodeName(pool, index)
  const { arch = 'amd64', os = 'linux' } = pool
  const capacity = capacityOf(pool)
  return {
    apiVersion: 'v1',
    kind: 'Node',
    metadata: {
      name,
      labels: labelsOf(pool, name, index),
      annotations: { [controllerManaged]: 'true' },
    },
    spec: { ...(pool.taints && pool.taints.length > 0 && { taints: pool.taints }) },
    status: {
      capacity,
      allocatable: allocatableOf(pool, capacity),
      conditions: readyConditions(details.nowMs),
      addresses: [
        { type: 'InternalIP', address: addressOf(details.ordinal) },
        { type: 'Hostname', address: name },
      ],
      nodeInfo: {
        architecture: arch,
        bootID: '',
        containerRuntimeVersion: '',
        kernelVersion: '',
        kubeProxyVersion: '',
        kubeletVersion: details.kubeletVersion,
        machineID: '',
        operatingSystem: os,
        osImage: '',
        systemUUID: '',
      },
    },
  }
}

function addressOf(ordinal: number): string {
  return `10.0.${ordinal >> 8}.${ordinal & 255}`
}

function labelsOf(pool: NodePool, name: string, index: number): Record<string, string> {
  const { arch = 'amd64', os = 'linux', zones = [], region, instanceType } = pool
  const zone = zones.length === 0 ? undefined : zones[index % zones.length]
  return {
    'beta.kubernetes.io/arch': arch,
    'beta.kubernetes.io/os': os,
    'kubernetes.io/arch': arch,
    'kubernetes.io/os': os,
    'kubernetes.io/hostname': name,
    ...(zone !== undefined && { 'topology.kubernetes.io/zone': zone }),
    ...(region !== undefined && { 'topology.kubernetes.io/region': region }),
    ...(instanceType !== undefined && { 'node.kubernetes.io/instance-type': instanceType }),
    ...pool.labels,
  }
}

/** The difference of two quantities, never below zero. */
function minus(total: string | undefined, part: string): string {
  const rest = subtractQuantities(quantityOf(total), quantityOf(part))
  return sign(rest) < 0 ? '0' : quantityText(rest)
}

/** What pods may use: the capacity without what the pool reserves. */
function allocatableOf(
  { reserved = {} }: NodePool,
  capacity: Readonly<Record<string, string>>,
): Record<string, string> {
  const { cpu = '', memory = '' } = reserved
  return {
    ...capacity,
    ...(cpu !== '' && { cpu: minus(capacity['cpu'], cpu) }),
    ...(memory !== '' && { memory: minus(capacity['memory'], memory) }),
  }
}

function capacityOf(pool: NodePool): Record<string, string> {
  return {
    cpu: pool.cpu,
    'ephemeral-storage': pool.ephemeralStorage ?? ephemeralStorageDefault,
    memory: pool.memory,
    pods: String(pool.pods ?? podsDefault),
    ...pool.extended,
  }
}
