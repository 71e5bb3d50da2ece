// What the descheduler sees of the cluster during one cycle, and what it reports.

import type {
  Namespace,
  Node,
  PersistentVolumeClaim,
  Pod,
  PriorityClass,
} from '../../kube/generated/types.ts'

/** Objects of one cycle, in the order in which its cache lists them. */
export interface DeschedulerWorld {
  readonly nodes: readonly Node[]
  readonly pods: readonly Pod[]
  readonly namespaces: readonly Namespace[]
  readonly persistentVolumeClaims: readonly PersistentVolumeClaim[]
  readonly priorityClasses: readonly PriorityClass[]
  readonly nowMs: number
  /** The eviction API: undefined when the pod goes, the text of the 429 when a budget forbids it. */
  readonly evict: (pod: Pod) => string | undefined
}

export interface Eviction {
  readonly pod: Pod
  readonly reason: string
  readonly refused: boolean
}

export interface DeschedulerEvent {
  readonly pod: Pod
  readonly type: 'Normal' | 'Warning'
  readonly reason: string
  readonly note: string
}

export interface NodeClass {
  readonly category: 'underutilized' | 'overutilized' | 'appropriate'
  /** Rounded. */
  readonly usagePercentage: Readonly<Record<string, number>>
}

/** What a cycle did and why it left pods alone; filled while it runs. */
export class CycleLog {
  readonly evictions: Eviction[] = []
  readonly events: DeschedulerEvent[] = []
  /** `Error evicting pod`: with the pod where upstream names it. */
  readonly failures: { readonly error: string; readonly pod?: Pod }[] = []
  /** Why pods that a strategy asked about stay; each reason once. */
  readonly refused = new Map<Pod, string[]>()
  /** Why strategies stopped early; each text once. */
  readonly messages = new Set<string>()
  readonly nodes = new Map<string, NodeClass>()

  refuse(pod: Pod, why: string): false {
    const reasons = this.refused.get(pod) ?? []
    if (!reasons.includes(why)) reasons.push(why)
    this.refused.set(pod, reasons)
    return false
  }
}
