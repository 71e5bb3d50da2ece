// Inter-pod affinity of one pod shape tied to counters that are kept up to date, in place of what
// PreFilter and PreScore would count. Upstream: interpodaffinity, v1.36.3.

import type { PodAffinityTerm } from '../../kube/generated/types.ts'
import { noLabels } from '../label-selector.ts'
import type { SchedulerListers } from '../listers.ts'
import type { AffinityTerm, PodInfo } from '../node-info.ts'
import type { PluginArgs } from '../plugin-args.ts'
import { termMatches } from '../pod-info.ts'
import {
  matchesAllTerms,
  namespaceLabels,
  resolveNamespaces,
} from '../plugins/inter-pod-affinity/terms.ts'
import type { Cluster } from './cluster.ts'
import type { Counter } from './domains.ts'
import { termText } from './held-terms.ts'
import { PodSet } from './pod-sets.ts'
import type { PodShape } from './pod-shape.ts'
import { type Blockers, noBlockers } from './worth-column.ts'

/** Matching pods of a domain times the weight count for a node in it. */
export interface WeightedCounter {
  readonly counter: Counter
  readonly weight: number
}

export interface AffinityPlan {
  /** Pods that meet all required terms, by the topology of each term. */
  readonly affinity: readonly Counter[]
  /** Whether the pod itself meets all of them. */
  readonly matchesItself: boolean
  readonly antiAffinity: readonly Counter[]
  /** Own preferences; what pods on nodes prefer is added as they come. */
  readonly preferences: readonly WeightedCounter[]
  /** Required anti-affinity of pods on nodes that this pod would break. */
  readonly refusing: Counter[]
  readonly heldPreferences: WeightedCounter[]
  /** Those of the counters that keep the pod off single nodes. */
  blockers: Blockers
  /** How many of the held terms were looked at. */
  seen: number
}

export interface AffinityContext {
  readonly cluster: Cluster
  readonly args: PluginArgs
  readonly listers: SchedulerListers
}

export function affinityPlan(shape: PodShape, context: AffinityContext): AffinityPlan {
  const { cluster, listers } = context
  const { info } = shape
  const { podAffinity = {}, podAntiAffinity = {} } = info.pod.spec?.affinity ?? {}
  const required = 'requiredDuringSchedulingIgnoredDuringExecution'
  const preferred = 'preferredDuringSchedulingIgnoredDuringExecution'
  const resolve = <T extends AffinityTerm>(terms: readonly T[]) => resolveNamespaces(terms, listers)
  const affinity = resolve(info.requiredAffinityTerms)
  const own = named(affinity, podAffinity[required])
  const counters = (one: Named): Counter => {
    const set = cluster.sets.setOf(`affinity ${one.text}`, () => termSet([one.term]))
    return cluster.counterOf(set, cluster.labelMap(one.term.topologyKey))
  }
  const allText = JSON.stringify(own.map(({ text }) => text))
  const weighted = (terms: AffinityPreferences, sign: 1 | -1): WeightedCounter[] =>
    named(
      resolve(terms.compiled),
      terms.raw?.map(one => one.podAffinityTerm),
    ).map((one, index) => ({
      counter: counters(one),
      weight: sign * (terms.compiled[index]?.weight ?? 0),
    }))
  return {
    affinity: own.map(({ term }) => {
      const set = cluster.sets.setOf(`all of ${allText}`, () => termSet(affinity))
      return cluster.counterOf(set, cluster.labelMap(term.topologyKey))
    }),
    matchesItself: matchesAllTerms(affinity, info),
    antiAffinity: named(resolve(info.requiredAntiAffinityTerms), podAntiAffinity[required]).map(
      counters,
    ),
    preferences: [
      ...weighted({ compiled: info.preferredAffinityTerms, raw: podAffinity[preferred] }, 1),
      ...weighted(
        { compiled: info.preferredAntiAffinityTerms, raw: podAntiAffinity[preferred] },
        -1,
      ),
    ],
    refusing: [],
    heldPreferences: [],
    blockers: noBlockers,
    seen: 0,
  }
}

/** Looks at terms that pods brought since the last time. */
export function followHeldTerms(
  plan: AffinityPlan,
  shape: PodShape,
  { cluster, args, listers }: AffinityContext,
): void {
  const { held } = cluster
  if (plan.seen === held.length) return
  const labels = namespaceLabels(shape.info.namespace, listers)
  const { hardPodAffinityWeight } = args.interPodAffinity
  for (; plan.seen < held.length; plan.seen += 1) {
    const { kind, term, weight, counter } = held[plan.seen] as (typeof held)[number]
    if (!termMatches(term, shape.info, labels)) continue
    if (kind === 'requiredAnti') plan.refusing.push(counter)
    else if (kind === 'preferred') plan.heldPreferences.push({ counter, weight })
    else if (kind === 'preferredAnti') plan.heldPreferences.push({ counter, weight: -weight })
    else if (hardPodAffinityWeight > 0) {
      plan.heldPreferences.push({ counter, weight: hardPodAffinityWeight })
    }
  }
}

interface AffinityPreferences {
  readonly compiled: PodInfo['preferredAffinityTerms']
  readonly raw: readonly { readonly podAffinityTerm: PodAffinityTerm }[] | undefined
}

interface Named {
  readonly term: AffinityTerm
  readonly text: string
}

function named(
  terms: readonly AffinityTerm[],
  raw: readonly PodAffinityTerm[] = [],
): readonly Named[] {
  return terms.map((term, index) => ({
    term,
    text: termText(term, raw[index] as PodAffinityTerm),
  }))
}

function termSet(terms: readonly AffinityTerm[]): PodSet {
  return new PodSet(
    pod => terms.every(term => termMatches(term, pod, noLabels)) && terms.length > 0,
    true,
  )
}
