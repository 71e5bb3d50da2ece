// What a profile asks of the fast engine: which plugins run in fast form, with which weight, and
// which are asked node by node. The one place that says what falls back to the specification.

import type { FilterPlugin } from '../framework.ts'
import type { Profile, WeightedScorePlugin } from '../profile.ts'
import { nodeFilters } from './node-classes.ts'

/** Why the specification decides about a pod instead; counted by the engine. */
export const fallbacks = {
  profile: 'the profile runs plugins in an order or combination of its own',
  preFilter: 'a plugin rejects the pod before any node is looked at',
  invalid: 'a constraint or preference of the pod is not valid',
  devices: 'a device class may serve an extended resource of the pod',
  nominated: 'pods are nominated to nodes and the pod needs plugins without a fast form',
  error: 'a plugin answered with an error',
  preemption: 'preemption for a pod that needs plugins without a fast form',
} as const

export type Fallback = keyof typeof fallbacks

const fastFilters = ['NodeResourcesFit', 'PodTopologySpread', 'InterPodAffinity'] as const

/** Plugins that are asked node by node, between the fast ones. */
const before = ['NodePorts']
const between = ['VolumeRestrictions', 'NodeVolumeLimits', 'VolumeBinding', 'VolumeZone']
const after = ['DynamicResources', 'NodeDeclaredFeatures']

const filterOrder: readonly (readonly string[])[] = [
  [...nodeFilters],
  before,
  ['NodeResourcesFit'],
  between,
  ['PodTopologySpread'],
  ['InterPodAffinity'],
  after,
]

const fastScores: ReadonlySet<string> = new Set([
  'TaintToleration',
  'NodeAffinity',
  'NodeResourcesFit',
  'PodTopologySpread',
  'InterPodAffinity',
  'NodeResourcesBalancedAllocation',
  'ImageLocality',
])

export interface Program {
  /** False: the specification decides about every pod of the profile. */
  readonly isUsable: boolean
  readonly filtersSpread: boolean
  readonly filtersAffinity: boolean
  readonly weights: {
    readonly taints: number
    readonly nodeAffinity: number
    readonly spread: number
    readonly affinity: number
    readonly images: number
  }
  /** Asked node by node about pods that need them. */
  readonly before: readonly FilterPlugin[]
  readonly between: readonly FilterPlugin[]
  readonly after: readonly FilterPlugin[]
  /** The profile with PreFilter of those plugins and of NodeAffinity only. */
  readonly reduced: Profile
  /** Score plugins without a fast form; they give pods without volumes and devices nothing. */
  readonly otherScores: readonly WeightedScorePlugin[]
}

export function programOf(profile: Profile): Program {
  const names = profile.filter.map(({ name }) => name)
  const asked = new Set([...before, ...between, ...after])
  const weightOf = (name: string): number =>
    profile.score.find(({ plugin }) => plugin.name === name)?.weight ?? 0
  const pick = (list: readonly string[]): FilterPlugin[] =>
    profile.filter.filter(({ name }) => list.includes(name))
  return {
    isUsable: isInOrder(names) && isWhole(profile),
    filtersSpread: names.includes('PodTopologySpread'),
    filtersAffinity: names.includes('InterPodAffinity'),
    weights: {
      taints: weightOf('TaintToleration'),
      nodeAffinity: weightOf('NodeAffinity'),
      spread: weightOf('PodTopologySpread'),
      affinity: weightOf('InterPodAffinity'),
      images: weightOf('ImageLocality'),
    },
    before: pick(before),
    between: pick(between),
    after: pick(after),
    reduced: {
      ...profile,
      preFilter: profile.preFilter.filter(({ name }) => name === 'NodeAffinity' || asked.has(name)),
    },
    otherScores: profile.score.filter(({ plugin }) => !fastScores.has(plugin.name)),
  }
}

/** Each plugin belongs to a group, and the groups follow each other. */
function isInOrder(names: readonly string[]): boolean {
  let group = 0
  for (const name of names) {
    const index = filterOrder.findIndex(members => members.includes(name))
    if (index < group) return false
    group = index
  }
  return true
}

/** A plugin that computes something before Filter or Score does so whenever it filters or scores. */
function isWhole(profile: Profile): boolean {
  const has = (list: readonly { readonly name: string }[], wanted: string): boolean =>
    list.some(({ name }) => name === wanted)
  const scorers = profile.score.map(({ plugin }) => plugin)
  return (
    fastFilters.every(name => has(profile.preFilter, name) === has(profile.filter, name)) &&
    profile.filter.every(
      ({ name, unprepared }) => unprepared === undefined || has(profile.preFilter, name),
    ) &&
    scorers.every(
      plugin =>
        plugin.name === 'ImageLocality' ||
        !fastScores.has(plugin.name) ||
        has(profile.preScore, plugin.name),
    ) &&
    profile.preScore.every(({ name }) => !fastScores.has(name) || has(scorers, name))
  )
}
