// Spread constraints compiled, and the defaults for pods without any.
// Upstream: podtopologyspread/common.go, plugin.go and plugins/helper/spread.go, v1.36.3.

import { controllerOf } from '../../../kube/object.ts'
import type { LabelSelector, Pod, TopologySpreadConstraint } from '../../../kube/generated/types.ts'
import type { Parsed } from '../../../kube/label-selector.ts'
import { matchesRequiredNodeAffinity } from '../../../kube/node-affinity.ts'
import {
  allOf,
  compileRequirements,
  compileSelector,
  everything,
  type LabelMatcher,
  type Labels,
  noLabels,
  parseSelector,
} from '../../label-selector.ts'
import type { SchedulerListers } from '../../listers.ts'
import type { NodeInfo, PodInfo } from '../../node-info.ts'
import type { PluginArgs } from '../../plugin-args.ts'
import { hasUntoleratedTaint } from '../../taints.ts'

export const hostnameKey = 'kubernetes.io/hostname'

export interface SpreadConstraint {
  readonly maxSkew: number
  readonly topologyKey: string
  readonly selector: LabelMatcher
  readonly minDomains: number
  readonly honorsNodeAffinity: boolean
  readonly honorsNodeTaints: boolean
}

export type Action = 'DoNotSchedule' | 'ScheduleAnyway'

const systemDefaults: readonly TopologySpreadConstraint[] = [
  { topologyKey: hostnameKey, whenUnsatisfiable: 'ScheduleAnyway', maxSkew: 3 },
  { topologyKey: 'topology.kubernetes.io/zone', whenUnsatisfiable: 'ScheduleAnyway', maxSkew: 5 },
]

export interface ConstraintContext {
  readonly args: PluginArgs
  readonly listers: SchedulerListers
}

export type Constraints = Parsed<readonly SpreadConstraint[]>

const kindOf = { DoNotSchedule: 'hard', ScheduleAnyway: 'soft' } as const

/** The pod's own constraints of one kind, or those of the profile. */
export function constraintsOf(
  pod: Pod,
  action: Action,
  { args, listers }: ConstraintContext,
): Constraints {
  const own = pod.spec?.topologySpreadConstraints ?? []
  if (own.length > 0) {
    const checked = compile(own, pod.metadata.labels ?? noLabels, action)
    if (checked.ok) return checked
    const kind = kindOf[action]
    return {
      ok: false,
      error: `obtaining pod's ${kind} topology spread constraints: ${checked.error}`,
    }
  }
  const { defaultingType, defaultConstraints } = args.podTopologySpread
  const defaults = defaultingType === 'System' ? systemDefaults : defaultConstraints
  const constraints = compile(defaults, pod.metadata.labels ?? noLabels, action)
  if (!constraints.ok || constraints.value.length === 0) return constraints
  const selector = defaultSelector(pod, listers)
  if (selector === everything) return { ok: true, value: [] }
  return { ok: true, value: constraints.value.map(one => ({ ...one, selector })) }
}

/** Lists without matchLabelKeys mean the same for every pod; pods of one template share them. */
const compiled: Readonly<
  Record<Action, WeakMap<readonly TopologySpreadConstraint[], Constraints>>
> = { DoNotSchedule: new WeakMap(), ScheduleAnyway: new WeakMap() }

function compile(
  constraints: readonly TopologySpreadConstraint[],
  podLabels: Labels,
  action: Action,
): Constraints {
  const known = compiled[action].get(constraints)
  if (known !== undefined) return known
  const result = compileFor(constraints, podLabels, action)
  if (constraints.every(({ matchLabelKeys = [] }) => matchLabelKeys.length === 0)) {
    compiled[action].set(constraints, result)
  }
  return result
}

function compileFor(
  constraints: readonly TopologySpreadConstraint[],
  podLabels: Labels,
  action: Action,
): Constraints {
  const result: SpreadConstraint[] = []
  for (const constraint of constraints) {
    if (constraint.whenUnsatisfiable !== action) continue
    const selector = selectorOf(constraint, podLabels)
    if (!selector.ok) return selector
    result.push({
      maxSkew: constraint.maxSkew,
      topologyKey: constraint.topologyKey,
      selector: selector.value,
      minDomains: constraint.minDomains ?? 1,
      honorsNodeAffinity: (constraint.nodeAffinityPolicy ?? 'Honor') === 'Honor',
      honorsNodeTaints: constraint.nodeTaintsPolicy === 'Honor',
    })
  }
  return { ok: true, value: result }
}

/** The selector with the pod's own values for `matchLabelKeys` added. */
function selectorOf(
  { labelSelector, matchLabelKeys = [] }: TopologySpreadConstraint,
  podLabels: Labels,
): Parsed<LabelMatcher> {
  const selector = parseSelector(labelSelector)
  if (!selector.ok || labelSelector === undefined || matchLabelKeys.length === 0) return selector
  const values = matchLabelKeys.flatMap(key => {
    const value = podLabels[key]
    return value === undefined ? [] : [{ key, operator: 'in' as const, values: [value] }]
  })
  if (values.length === 0) return selector
  const added = compileRequirements(values)
  return { ok: true, value: selector.value === everything ? added : allOf([added, selector.value]) }
}

/** What the services and the owner of a pod select. */
export interface DefaultSelection {
  /** The labels that services (and a ReplicationController) ask for, together. */
  readonly labels: Readonly<Record<string, string>>
  /** The ReplicaSet or StatefulSet that owns the pod, if it is there. */
  readonly owner: { readonly selector: LabelSelector | undefined } | undefined
}

/** What is spread by default: the pods of the same services and owner. */
export function defaultSelection(pod: Pod, listers: SchedulerListers): DefaultSelection {
  const { namespace = '', labels = noLabels } = pod.metadata
  const merged: Record<string, string> = {}
  for (const service of listers.list('Service', namespace)) {
    const { selector } = service.spec ?? {}
    if (selector === undefined) continue
    if (hasLabels(labels, selector)) Object.assign(merged, selector)
  }
  const owner = controllerOf(pod.metadata)
  const key = `${namespace}/${owner?.name ?? ''}`
  const kind = owner === undefined ? '' : `${owner.apiVersion}/${owner.kind}`
  if (kind === 'v1/ReplicationController') {
    Object.assign(merged, listers.get('ReplicationController', key)?.spec?.selector)
  }
  const owned = kind === 'apps/v1/ReplicaSet' || kind === 'apps/v1/StatefulSet'
  if (!owned) return { labels: merged, owner: undefined }
  const ofOwner =
    kind === 'apps/v1/ReplicaSet' ? listers.get('ReplicaSet', key) : listers.get('StatefulSet', key)
  return {
    labels: merged,
    owner: ofOwner === undefined ? undefined : { selector: ofOwner.spec?.selector },
  }
}

/** Without a list of pairs: there may be hundreds of services. */
function hasLabels(labels: Labels, wanted: Readonly<Record<string, string>>): boolean {
  for (const key in wanted) if (labels[key] !== wanted[key]) return false
  return true
}

function defaultSelector(pod: Pod, listers: SchedulerListers): LabelMatcher {
  const { labels, owner } = defaultSelection(pod, listers)
  const ofServices = compileSelector({ matchLabels: labels }) ?? everything
  if (owner === undefined) return ofServices
  const matcher = compileSelector(owner.selector)
  if (matcher === undefined || matcher === everything) return ofServices
  return ofServices === everything ? matcher : allOf([ofServices, matcher])
}

/** Whether a node has all topology keys. */
export function hasAllKeys(labels: Labels, constraints: readonly SpreadConstraint[]): boolean {
  for (const { topologyKey } of constraints) if (labels[topologyKey] === undefined) return false
  return true
}

/** Whether the constraint counts the node at all. */
export function countsNode(constraint: SpreadConstraint, pod: Pod, node: NodeInfo): boolean {
  if (constraint.honorsNodeAffinity && !matchesRequiredNodeAffinity(pod.spec, node.node))
    return false
  return !(constraint.honorsNodeTaints && hasUntoleratedTaint(node.node, pod))
}

/** Living pods of the namespace that the selector matches. */
export function countMatching(
  pods: readonly PodInfo[],
  selector: LabelMatcher,
  namespace: string,
): number {
  if (selector === everything) return 0
  let count = 0
  for (const pod of pods) {
    if (!pod.isTerminating && pod.namespace === namespace && selector(pod.labels)) count += 1
  }
  return count
}
