// Spread constraints of one pod shape tied to counters that are kept up to date, in place of what
// PreFilter and PreScore would count. Upstream: podtopologyspread, v1.36.3.

import { matchesRequiredNodeAffinity } from '../../kube/node-affinity.ts'
import { everything, noLabels } from '../label-selector.ts'
import type { SchedulerListers } from '../listers.ts'
import type { NodeInfo, PodInfo } from '../node-info.ts'
import type { PluginArgs } from '../plugin-args.ts'
import {
  type Action,
  constraintsOf,
  defaultSelection,
  hasAllKeys,
  hostnameKey,
  type SpreadConstraint,
} from '../plugins/pod-topology-spread/constraints.ts'
import { hasUntoleratedTaint } from '../taints.ts'
import type { Cluster } from './cluster.ts'
import type { Counter, DomainMap, DomainRule } from './domains.ts'
import type { PodShape } from './pod-shape.ts'
import { PodSet } from './pod-sets.ts'

export interface HardConstraint {
  readonly constraint: SpreadConstraint
  /** The domain of every node that has the label. */
  readonly labels: DomainMap
  /** Matching pods on nodes that count. */
  readonly counter: Counter
  /** 1 when the constraint counts the pod itself. */
  readonly self: number
}

export interface SoftConstraint {
  readonly labels: DomainMap
  /** Nodes without the label are in the domain of the empty value, but score nothing for it. */
  readonly present: DomainMap
  readonly counter: Counter
  readonly isHost: boolean
  readonly maxSkew: number
}

export interface SpreadPlan {
  readonly hard: readonly HardConstraint[]
  readonly soft: readonly SoftConstraint[]
  /** Labels that a feasible node must have to be scored; none with the system's defaults. */
  readonly softKeys: readonly DomainMap[]
}

export interface PlanContext {
  readonly cluster: Cluster
  readonly args: PluginArgs
  readonly listers: SchedulerListers
}

/** The plan, or undefined when a constraint is not valid. */
export function spreadPlan(shape: PodShape, context: PlanContext): SpreadPlan | undefined {
  const hard = planned(shape, 'DoNotSchedule', context)
  const soft = planned(shape, 'ScheduleAnyway', context)
  if (hard === undefined || soft === undefined) return undefined
  const { cluster, args } = context
  const labels = shape.pod.metadata.labels ?? noLabels
  const isSystemDefault =
    (shape.pod.spec?.topologySpreadConstraints ?? []).length === 0 &&
    args.podTopologySpread.defaultingType === 'System'
  const requireKeys = !isSystemDefault
  return {
    hard: hard.map(({ constraint, set }) => {
      const map = cluster.mapOf(
        ...countedNodes(shape, constraint, { list: hard, requireKeys: true, cluster }),
      )
      const counter = cluster.counterOf(set, map)
      counter.trackMinimum()
      const self = constraint.selector(labels) ? 1 : 0
      return { constraint, labels: cluster.labelMap(constraint.topologyKey), counter, self }
    }),
    soft: soft.map(({ constraint, set }) => {
      const isHost = constraint.topologyKey === hostnameKey
      const map = isHost
        ? cluster.nodeMap()
        : cluster.mapOf(...countedNodes(shape, constraint, { list: soft, requireKeys, cluster }))
      const { topologyKey, maxSkew } = constraint
      return {
        labels:
          isHost || requireKeys ? cluster.labelMap(topologyKey) : emptyMap(cluster, topologyKey),
        present: cluster.labelMap(topologyKey),
        counter: cluster.counterOf(set, map),
        isHost,
        maxSkew,
      }
    }),
    softKeys: requireKeys ? soft.map(one => cluster.labelMap(one.constraint.topologyKey)) : [],
  }
}

interface Named {
  readonly constraint: SpreadConstraint
  readonly set: PodSet
}

function planned(shape: PodShape, action: Action, context: PlanContext): Named[] | undefined {
  const { cluster } = context
  const { pod, info } = shape
  const checked = constraintsOf(pod, action, context)
  if (!checked.ok) return undefined
  const names = checked.value.length === 0 ? [] : selectorNames(shape, action, context)
  return checked.value.map((constraint, index) => {
    const name = `spread ${info.namespace} ${names[index] ?? names[0] ?? ''}`
    const set = cluster.sets.setOf(name, () => setOf(constraint, info.namespace))
    return { constraint, set }
  })
}

function setOf({ selector }: SpreadConstraint, namespace: string): PodSet {
  const matches = (pod: PodInfo): boolean =>
    selector !== everything &&
    !pod.isTerminating &&
    pod.namespace === namespace &&
    selector(pod.labels)
  return new PodSet(matches, false)
}

/** Texts that are equal for equal selectors, aligned with the constraints; one for defaults. */
function selectorNames(shape: PodShape, action: Action, { listers }: PlanContext): string[] {
  const { pod } = shape
  const own = pod.spec?.topologySpreadConstraints ?? []
  if (own.length === 0) return [JSON.stringify(defaultSelection(pod, listers))]
  const labels = pod.metadata.labels ?? noLabels
  return own
    .filter(({ whenUnsatisfiable }) => whenUnsatisfiable === action)
    .map(({ labelSelector, matchLabelKeys = [] }) =>
      JSON.stringify([labelSelector, matchLabelKeys.map(key => [key, labels[key]])]),
    )
}

interface Counted {
  readonly list: readonly Named[]
  readonly requireKeys: boolean
  readonly cluster: Cluster
}

/** Which nodes a constraint counts, with a name for equal rules. */
function countedNodes(
  shape: PodShape,
  constraint: SpreadConstraint,
  { list, requireKeys, cluster }: Counted,
): [string, () => DomainRule] {
  const { topologyKey, honorsNodeAffinity, honorsNodeTaints } = constraint
  const all = list.map(one => one.constraint)
  const keys = requireKeys ? [...new Set(all.map(one => one.topologyKey))].sort() : []
  const affinity = honorsNodeAffinity ? shape.nodeAffinityId : 0
  const taints = honorsNodeTaints ? `tolerations ${shape.tolerationsId}` : ''
  const kind = requireKeys ? '' : 'or empty'
  const name = `counted ${topologyKey} ${JSON.stringify(keys)} ${affinity} ${taints} ${kind}`
  const { pod } = shape
  const counts = (node: NodeInfo): boolean =>
    (!requireKeys || hasAllKeys(node.labels, all)) &&
    (affinity === 0 || matchesRequiredNodeAffinity(pod.spec, node.node)) &&
    !(honorsNodeTaints && hasUntoleratedTaint(node.node, pod))
  return [
    name,
    () => ({ space: cluster.spaceOf(topologyKey), counts, missingIsEmpty: !requireKeys }),
  ]
}

/** The domain of every node; nodes without the label are in that of the empty value. */
function emptyMap(cluster: Cluster, key: string): DomainMap {
  return cluster.mapOf(`label or empty ${key}`, () => ({
    space: cluster.spaceOf(key),
    missingIsEmpty: true,
  }))
}
