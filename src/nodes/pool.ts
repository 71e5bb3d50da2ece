// A node pool: what a user says about a group of equal nodes.

export interface PoolTaint {
  readonly key: string
  readonly value?: string
  readonly effect: 'NoSchedule' | 'PreferNoSchedule' | 'NoExecute'
}

export interface NodePool {
  readonly name: string
  readonly count: number
  /** Names of the nodes where they have their own, in order; without one: `workers-1`. */
  readonly nodeNames?: readonly string[]
  /** Capacity as Kubernetes quantities: `"4"`, `16Gi`. */
  readonly cpu: string
  readonly memory: string
  readonly ephemeralStorage?: string
  /** How many pods a node takes; the kubelet's default is 110. */
  readonly pods?: number
  /** Nodes are spread over these in turn; none means that nodes carry no zone label. */
  readonly zones?: readonly string[]
  readonly region?: string
  readonly labels?: Readonly<Record<string, string>>
  readonly taints?: readonly PoolTaint[]
  readonly instanceType?: string
  readonly os?: 'linux' | 'windows'
  readonly arch?: string
  /** Further resources, such as `nvidia.com/gpu: "1"`. */
  readonly extended?: Readonly<Record<string, string>>
  /** What the kubelet keeps from pods (kube-reserved, system-reserved, eviction threshold). */
  readonly reserved?: { readonly cpu?: string; readonly memory?: string }
}

/** The name of the node at `index` (from 0) of a pool: its own, else `workers-1` for the first. */
export function nodeName(pool: NodePool, index: number): string {
  return pool.nodeNames?.[index] ?? `${pool.name}-${index + 1}`
}
