// Domains of a spread constraint with their pods, as the descheduler counts them.
// Port of descheduler v0.36.0 removepodsviolatingtopologyspreadconstraint.

import type { Node, Pod, TopologySpreadConstraint } from '../../kube/generated/types.ts'
import { unstableSort } from '../../kube/go-unstable-sort.ts'
import { compareStrings } from '../../base/compare.ts'
import { matches, type Requirement, type Selector, selectorOf } from '../../kube/label-selector.ts'
import { matchesNodeSelector, toleratesTaints } from './node-fit.ts'
import type { PodFilter } from './pods.ts'

/** A constraint of a pod; `likeness` is equal for constraints that mean the same. */
export interface Spread {
  readonly maxSkew: number
  readonly topologyKey: string
  readonly selector: Selector
  readonly includes: (node: Node) => boolean
  readonly likeness: string
}

export interface Domain {
  readonly value: string
  pods: readonly Pod[]
}

/** The constraint with the labels of its pod, or undefined when its selector is wrong. */
export function spreadOf(constraint: TopologySpreadConstraint, pod: Pod): Spread | undefined {
  const parsed = selectorOf(constraint.labelSelector)
  if (!parsed.ok) return undefined
  const { maxSkew, topologyKey, matchLabelKeys = [] } = constraint
  const selector = withLabels(parsed.value, matchLabelKeys, pod)
  const honorsAffinity = (constraint.nodeAffinityPolicy ?? 'Honor') === 'Honor'
  const honorsTaints = (constraint.nodeTaintsPolicy ?? 'Ignore') === 'Honor'
  const { nodeSelector, affinity, tolerations } = pod.spec ?? {}
  const required = affinity?.nodeAffinity?.requiredDuringSchedulingIgnoredDuringExecution
  return {
    maxSkew,
    topologyKey,
    selector,
    includes: node =>
      (!honorsAffinity || matchesNodeSelector(pod, node)) &&
      (!honorsTaints || toleratesTaints(pod, node)),
    likeness: JSON.stringify([
      maxSkew,
      topologyKey,
      selector.requirements ?? null,
      honorsAffinity ? [nodeSelector ?? null, required ?? null] : 'ignored',
      honorsTaints ? (tolerations ?? null) : 'ignored',
    ]),
  }
}

function withLabels(selector: Selector, keys: readonly string[], { metadata }: Pod): Selector {
  const added = keys.flatMap((key): readonly Requirement[] => {
    const value = metadata.labels?.[key]
    return value === undefined ? [] : [{ key, operator: '=', values: [value] }]
  })
  if (added.length === 0 || selector.requirements === undefined) return selector
  const requirements = [...added, ...selector.requirements]
  return { requirements: requirements.sort((a, b) => compareStrings(a.key, b.key)) }
}

/** Domains in the order of the nodes; a pod on an excluded node makes a domain of its own. */
export function domainsOf(
  { topologyKey, selector, includes }: Spread,
  nodes: readonly Node[],
  pods: readonly Pod[],
): { readonly domains: readonly Domain[]; readonly count: number } {
  const byValue = new Map<string, Pod[]>()
  const valueByNode = new Map<string, string>()
  for (const node of nodes) {
    const value = node.metadata.labels?.[topologyKey]
    if (value === undefined) continue
    valueByNode.set(node.metadata.name ?? '', value)
    if (includes(node)) byValue.set(value, [])
  }
  let count = 0
  for (const pod of pods) {
    const value = valueByNode.get(pod.spec?.nodeName ?? '')
    if (pod.metadata.deletionTimestamp !== undefined || value === undefined) continue
    if (!matches(selector, pod.metadata.labels)) continue
    byValue.set(value, [...(byValue.get(value) ?? []), pod])
    count += 1
  }
  return { domains: [...byValue].map(([value, list]) => ({ value, pods: list })), count }
}

/** Whether no two domains differ by more than the skew. */
export function isBalanced(domains: readonly Domain[], maxSkew: number): boolean {
  const sizes = domains.map(({ pods }) => pods.length)
  return Math.max(0, ...sizes) - Math.min(...sizes, Math.max(0, ...sizes)) <= maxSkew
}

/** Smallest domains first; in each, pods that should stay first. */
export function sortDomains(domains: readonly Domain[], isEvictable: PodFilter): Domain[] {
  const ordered = domains.map(({ value, pods }) => ({
    value,
    pods: unstableSort(pods, (a, b) => staysBefore(a, b, isEvictable)),
  }))
  return unstableSort(ordered, (a, b) => a.pods.length < b.pods.length)
}

function staysBefore(a: Pod, b: Pod, isEvictable: PodFilter): boolean {
  const [left, right] = [isEvictable(a), isEvictable(b)]
  if (!left || !right) return !(left && !right)
  const [leftBound, rightBound] = [isBound(a), isBound(b)]
  return leftBound === rightBound ? !isMoreImportant(a, b) : leftBound && !rightBound
}

function isBound({ spec }: Pod): boolean {
  return spec?.nodeSelector !== undefined || spec?.affinity?.nodeAffinity !== undefined
}

function isMoreImportant(a: Pod, b: Pod): boolean {
  const [left, right] = [a.spec?.priority, b.spec?.priority]
  if (left !== undefined && right !== undefined) return left > right
  return left !== undefined || right === undefined
}
