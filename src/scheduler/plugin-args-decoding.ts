// Arguments of plugins from a configuration file. Upstream: pkg/scheduler/apis/config/v1/
// defaults.go and kube-scheduler config/v1/types_pluginargs.go, v1.36.3.

import { parseDuration } from '../kube/duration.ts'
import type { NodeAffinity, TopologySpreadConstraint } from '../kube/generated/types.ts'
import {
  defaultPluginArgs,
  type PluginArgs,
  type ResourceSpec,
  type ScoringStrategy,
  type ShapePoint,
} from './plugin-args.ts'

export interface PluginConfig {
  readonly name: string
  readonly args?: unknown
}

interface FileArgs {
  readonly ignoredResources?: readonly string[]
  readonly ignoredResourceGroups?: readonly string[]
  readonly scoringStrategy?: {
    readonly type?: ScoringStrategy['type']
    readonly resources?: readonly FileResource[]
    readonly requestedToCapacityRatio?: { readonly shape?: readonly ShapePoint[] }
  }
  readonly resources?: readonly FileResource[]
  readonly defaultConstraints?: readonly TopologySpreadConstraint[] | null
  readonly defaultingType?: 'System' | 'List'
  readonly hardPodAffinityWeight?: number
  readonly ignorePreferredTermsOfExistingPods?: boolean
  readonly addedAffinity?: NodeAffinity
  readonly bindTimeoutSeconds?: number
  readonly shape?: readonly ShapePoint[]
  readonly minCandidateNodesPercentage?: number
  readonly minCandidateNodesAbsolute?: number
  readonly filterTimeout?: string
  readonly bindingTimeout?: string
}

interface FileResource {
  readonly name: string
  readonly weight?: number
}

type Decoder = (args: PluginArgs, file: FileArgs) => Partial<PluginArgs>

const decoders: Readonly<Record<string, Decoder>> = {
  NodeResourcesFit: decodeFit,
  NodeResourcesBalancedAllocation: ({ nodeResourcesBalancedAllocation }, { resources }) => ({
    nodeResourcesBalancedAllocation: {
      resources: resourcesOf(resources, nodeResourcesBalancedAllocation.resources),
    },
  }),
  PodTopologySpread: ({ podTopologySpread }, { defaultConstraints, defaultingType }) => ({
    podTopologySpread: {
      defaultConstraints: defaultConstraints ?? podTopologySpread.defaultConstraints,
      defaultingType: defaultingType ?? podTopologySpread.defaultingType,
    },
  }),
  InterPodAffinity: ({ interPodAffinity }, file) => ({
    interPodAffinity: {
      hardPodAffinityWeight: file.hardPodAffinityWeight ?? interPodAffinity.hardPodAffinityWeight,
      ignorePreferredTermsOfExistingPods: file.ignorePreferredTermsOfExistingPods === true,
    },
  }),
  NodeAffinity: (_args, { addedAffinity }) => ({
    nodeAffinity: addedAffinity === undefined ? {} : { addedAffinity },
  }),
  VolumeBinding: ({ volumeBinding }, { bindTimeoutSeconds, shape }) => ({
    volumeBinding: {
      bindTimeoutSeconds: bindTimeoutSeconds ?? volumeBinding.bindTimeoutSeconds,
      shape: shape ?? volumeBinding.shape,
    },
  }),
  DefaultPreemption: ({ defaultPreemption }, file) => ({
    defaultPreemption: {
      minCandidateNodesPercentage:
        file.minCandidateNodesPercentage ?? defaultPreemption.minCandidateNodesPercentage,
      minCandidateNodesAbsolute:
        file.minCandidateNodesAbsolute ?? defaultPreemption.minCandidateNodesAbsolute,
    },
  }),
  DynamicResources: ({ dynamicResources }, { filterTimeout = '', bindingTimeout = '' }) => ({
    dynamicResources: {
      filterTimeoutMs: parseDuration(filterTimeout) ?? dynamicResources.filterTimeoutMs,
      bindingTimeoutMs: parseDuration(bindingTimeout) ?? dynamicResources.bindingTimeoutMs,
    },
  }),
}

/** Upstream's defaults with what the file sets; extenders look after the `ignored` resources. */
export function decodePluginArgs(
  configs: readonly PluginConfig[],
  ignored: readonly string[] = [],
): PluginArgs {
  let args = defaultPluginArgs
  for (const { name, args: file } of configs) {
    const decode = Object.hasOwn(decoders, name) ? decoders[name] : undefined
    if (decode === undefined || typeof file !== 'object' || file === null) continue
    args = { ...args, ...decode(args, file) }
  }
  if (ignored.length === 0) return args
  const { nodeResourcesFit } = args
  const ignoredResources = new Set([...nodeResourcesFit.ignoredResources, ...ignored])
  return { ...args, nodeResourcesFit: { ...nodeResourcesFit, ignoredResources } }
}

function decodeFit({ nodeResourcesFit }: PluginArgs, file: FileArgs): Partial<PluginArgs> {
  const { type, resources, requestedToCapacityRatio } = file.scoringStrategy ?? {}
  const { scoringStrategy } = nodeResourcesFit
  return {
    nodeResourcesFit: {
      ignoredResources: new Set(file.ignoredResources),
      ignoredResourceGroups: new Set(file.ignoredResourceGroups),
      scoringStrategy: {
        type: type ?? scoringStrategy.type,
        resources: resourcesOf(resources, scoringStrategy.resources),
        shape: requestedToCapacityRatio?.shape ?? scoringStrategy.shape,
      },
    },
  }
}

/** A weight of 0 means 1. */
function resourcesOf(
  resources: readonly FileResource[] | undefined,
  defaults: readonly ResourceSpec[],
): readonly ResourceSpec[] {
  if (resources === undefined || resources.length === 0) return defaults
  return resources.map(({ name, weight = 0 }) => ({ name, weight: weight === 0 ? 1 : weight }))
}
