// The shape of a strategy, and what it may use. Upstream: descheduler v0.36.0 pkg/framework/types.

import type { Node, Pod } from '../../kube/generated/types.ts'
import { matches, selectorOf } from '../../kube/label-selector.ts'
import type { Args, ArgType, CommonArgs } from './args.ts'
import type { EvictionOutcome } from './pod-evictor.ts'
import type { PodFilter } from './pods.ts'
import type { CycleLog, DeschedulerWorld } from './world.ts'

/** What a profile gives its strategies. */
export interface Handle {
  readonly world: DeschedulerWorld
  readonly log: CycleLog
  /** Filter of the evictor: whether the pod may be evicted at all. */
  readonly isEvictable: PodFilter
  /** PreEvictionFilter: whether it may be evicted now. */
  readonly isEvictableNow: PodFilter
  readonly evict: (pod: Pod, strategy: string) => EvictionOutcome
}

/** One strategy: data first; `A` are its arguments, checked and with defaults. */
export interface Strategy<A = Args> {
  readonly name: string
  readonly doc: string
  readonly point: 'deschedule' | 'balance'
  readonly argTypes: Readonly<Record<string, ArgType>>
  /** What is wrong with arguments that have the right types. */
  readonly validate: (args: A) => string | undefined
  /** Runs once over the ready nodes; gives the error that upstream would report. */
  readonly run: (handle: Handle, args: A, nodes: readonly Node[]) => string | undefined
}

/** The namespaces and labels that a strategy looks at. */
export function inScope({ namespaces, labelSelector }: CommonArgs): PodFilter {
  const { include = [], exclude = [] } = namespaces ?? {}
  const parsed = labelSelector === undefined ? undefined : selectorOf(labelSelector)
  return ({ metadata }) => {
    const namespace = metadata.namespace ?? ''
    if (include.length > 0 && !include.includes(namespace)) return false
    if (exclude.includes(namespace)) return false
    return parsed === undefined || (parsed.ok && matches(parsed.value, metadata.labels))
  }
}

/** The scope and both filters of the evictor, in the order in which upstream asks them. */
export function evictableInScope(handle: Handle, args: CommonArgs): PodFilter {
  const isInScope = inScope(args)
  return pod => isInScope(pod) && handle.isEvictable(pod) && handle.isEvictableNow(pod)
}

/** Evicts pods until a limit says stop: `node` ends this list, `total` the strategy. */
export function evictAll(handle: Handle, pods: readonly Pod[], strategy: string): boolean {
  for (const pod of pods) {
    const outcome = handle.evict(pod, strategy)
    if (outcome === 'total-limit') return false
    if (outcome === 'node-limit') return true
  }
  return true
}
