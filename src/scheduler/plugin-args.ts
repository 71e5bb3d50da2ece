// Arguments of the default plugins with upstream's defaults.
// Upstream: pkg/scheduler/apis/config/v1/defaults.go and
// kube-scheduler config/v1/types_pluginargs.go, v1.36.3.

import type { NodeAffinity, TopologySpreadConstraint } from '../kube/generated/types.ts'

export interface ResourceSpec {
  readonly name: string
  readonly weight: number
}

export interface ShapePoint {
  readonly utilization: number
  /** 0 to 10, as configured. */
  readonly score: number
}

export interface ScoringStrategy {
  readonly type: 'LeastAllocated' | 'MostAllocated' | 'RequestedToCapacityRatio'
  readonly resources: readonly ResourceSpec[]
  readonly shape: readonly ShapePoint[]
}

export interface PluginArgs {
  readonly nodeResourcesFit: {
    readonly ignoredResources: ReadonlySet<string>
    readonly ignoredResourceGroups: ReadonlySet<string>
    readonly scoringStrategy: ScoringStrategy
  }
  readonly nodeResourcesBalancedAllocation: { readonly resources: readonly ResourceSpec[] }
  readonly podTopologySpread: {
    readonly defaultConstraints: readonly TopologySpreadConstraint[]
    readonly defaultingType: 'System' | 'List'
  }
  readonly interPodAffinity: {
    readonly hardPodAffinityWeight: number
    readonly ignorePreferredTermsOfExistingPods: boolean
  }
  readonly nodeAffinity: { readonly addedAffinity?: NodeAffinity }
  readonly volumeBinding: {
    readonly bindTimeoutSeconds: number
    readonly shape: readonly ShapePoint[]
  }
  readonly defaultPreemption: {
    readonly minCandidateNodesPercentage: number
    readonly minCandidateNodesAbsolute: number
  }
  readonly dynamicResources: {
    readonly filterTimeoutMs: number
    readonly bindingTimeoutMs: number
  }
}

const cpuAndMemory: readonly ResourceSpec[] = [
  { name: 'cpu', weight: 1 },
  { name: 'memory', weight: 1 },
]

/** What plugins get when a configuration says nothing. */
export const defaultPluginArgs: PluginArgs = {
  nodeResourcesFit: {
    ignoredResources: new Set(),
    ignoredResourceGroups: new Set(),
    scoringStrategy: { type: 'LeastAllocated', resources: cpuAndMemory, shape: [] },
  },
  nodeResourcesBalancedAllocation: { resources: cpuAndMemory },
  podTopologySpread: { defaultConstraints: [], defaultingType: 'System' },
  interPodAffinity: { hardPodAffinityWeight: 1, ignorePreferredTermsOfExistingPods: false },
  nodeAffinity: {},
  volumeBinding: { bindTimeoutSeconds: 600, shape: [] },
  defaultPreemption: { minCandidateNodesPercentage: 10, minCandidateNodesAbsolute: 100 },
  dynamicResources: { filterTimeoutMs: 10_000, bindingTimeoutMs: 600_000 },
}
