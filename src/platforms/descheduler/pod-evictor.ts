// Evicts pods within the limits of the policy. Port of descheduler v0.36.0
// pkg/descheduler/evictions/evictions.go, without evictions in background.

import type { Pod } from '../../kube/generated/types.ts'
import { goQuote } from '../../kube/go-text.ts'
import type { CycleLog, DeschedulerWorld } from './world.ts'

export interface EvictionLimits {
  readonly maxNoOfPodsToEvictPerNode?: number
  readonly maxNoOfPodsToEvictPerNamespace?: number
  readonly maxNoOfPodsToEvictTotal?: number
  readonly evictionFailureEventNotification?: boolean
}

export type EvictionOutcome =
  | 'evicted'
  | 'node-limit'
  | 'namespace-limit'
  | 'total-limit'
  | 'refused'

const by = 'sigs.k8s.io/descheduler'
const totalLimit = 'maximum number of evicted pods per a descheduling cycle reached'
const nodeLimit = 'maximum number of evicted pods per node reached'

/** Counts what one cycle evicts. */
export class PodEvictor {
  private readonly world: DeschedulerWorld
  private readonly log: CycleLog
  private readonly limits: EvictionLimits
  private readonly perNode = new Map<string, number>()
  private readonly perNamespace = new Map<string, number>()
  private total = 0

  constructor(world: DeschedulerWorld, log: CycleLog, limits: EvictionLimits) {
    this.world = world
    this.log = log
    this.limits = limits
  }

  evict(pod: Pod, profile: string, strategy: string): EvictionOutcome {
    const limited = this.limitReached(pod)
    if (limited !== undefined) return limited
    const refusal = this.world.evict(pod)
    const reason = `triggered by ${profile}/${strategy}: `
    this.log.evictions.push({ pod, reason, refused: refusal !== undefined })
    if (refusal !== undefined) {
      const name = goQuote(pod.metadata.name ?? '')
      const error = `error when evicting pod (ignoring) ${name}: ${refusal}`
      this.log.failures.push({ error, pod })
      this.notify(pod, error)
      return 'refused'
    }
    this.count(pod)
    const note = `pod eviction from ${nodeOf(pod)} node by ${by}`
    this.log.events.push({ pod, type: 'Normal', reason: strategy, note })
    return 'evicted'
  }

  private limitReached(pod: Pod): EvictionOutcome | undefined {
    const { limits } = this
    const namespace = pod.metadata.namespace ?? ''
    const isOver = (count: number, limit: number | undefined): limit is number =>
      limit !== undefined && count + 1 > limit
    const { maxNoOfPodsToEvictTotal: total } = limits
    if (isOver(this.total, total)) {
      this.log.failures.push({ error: totalLimit })
      this.notify(pod, `total eviction limit exceeded (${total})`)
      return 'total-limit'
    }
    const { maxNoOfPodsToEvictPerNode: ofNode } = limits
    if (nodeOf(pod) !== '' && isOver(this.perNode.get(nodeOf(pod)) ?? 0, ofNode)) {
      this.log.failures.push({ error: nodeLimit })
      this.notify(pod, `node eviction limit exceeded (${ofNode})`)
      return 'node-limit'
    }
    const { maxNoOfPodsToEvictPerNamespace: ofNamespace } = limits
    if (isOver(this.perNamespace.get(namespace) ?? 0, ofNamespace)) {
      const error = 'maximum number of evicted pods per namespace reached'
      this.log.failures.push({ error, pod })
      this.notify(pod, `namespace eviction limit exceeded (${ofNamespace})`)
      return 'namespace-limit'
    }
    return undefined
  }

  private notify(pod: Pod, why: string): void {
    if (this.limits.evictionFailureEventNotification !== true) return
    const note = `pod eviction from ${nodeOf(pod)} node by ${by} failed: ${why}`
    this.log.events.push({ pod, type: 'Warning', reason: 'EvictionFailed', note })
  }

  private count(pod: Pod): void {
    const namespace = pod.metadata.namespace ?? ''
    this.perNode.set(nodeOf(pod), (this.perNode.get(nodeOf(pod)) ?? 0) + 1)
    this.perNamespace.set(namespace, (this.perNamespace.get(namespace) ?? 0) + 1)
    this.total += 1
  }
}

function nodeOf({ spec }: Pod): string {
  return spec?.nodeName ?? ''
}
