// Whether a pod would fit on a node, as the descheduler judges it: less strict than the scheduler.
// Port of descheduler v0.36.0 pkg/descheduler/node/node.go.

import type { Node, Pod } from '../../kube/generated/types.ts'
import { parseSelector } from '../../kube/label-selector-text.ts'
import { matches, selectorOf } from '../../kube/label-selector.ts'
import { matchNodeSelector, matchRequiredNodeAffinity } from '../../kube/node-affinity.ts'
import { quantityOf } from '../../kube/quantity.ts'
import { addQuantities, milliValueOf, valueOf } from '../../kube/quantity-math.ts'
import { podRequests } from '../../kube/resources.ts'
import { firstUntolerated } from '../../kube/toleration.ts'
import { podsOn } from './pods.ts'
import type { DeschedulerWorld } from './world.ts'

const hardEffects: readonly string[] = ['NoSchedule', 'NoExecute']

/** Whether taints of the given effects are tolerated; comparison operators count. */
export function toleratesTaints(pod: Pod, node: Node, effects = hardEffects): boolean {
  const query = { tolerations: pod.spec?.tolerations, effects, comparison: true }
  return firstUntolerated(node.spec?.taints, query) === undefined
}

export function isReady({ status }: Node): boolean {
  return (status?.conditions ?? []).every(
    ({ type, status: value }) => type !== 'Ready' || value === 'True',
  )
}

/** Ready nodes that a textual selector matches; none when the selector is wrong. */
export function readyNodes({ nodes }: DeschedulerWorld, selector: string): readonly Node[] {
  const parsed = parseSelector(selector)
  if (!parsed.ok) return []
  return nodes.filter(node => isReady(node) && matches(parsed.value, node.metadata.labels))
}

/** NodeFit: why the pod does not fit on the node, undefined when it does. */
export function nodeFitError(world: DeschedulerWorld, pod: Pod, node: Node): string | undefined {
  if (node.spec?.unschedulable === true) return 'node is not schedulable'
  const affinity = matchRequiredNodeAffinity(pod.spec, node)
  if (affinity.error !== undefined) return affinity.error
  if (!affinity.match) return 'pod node selector does not match the node label'
  if (!toleratesTaints(pod, node)) return 'pod does not tolerate taints on the node'
  const conflict = antiAffinityError(world, pod, node)
  if (conflict !== undefined) return conflict
  return pod.spec?.nodeName === node.metadata.name ? undefined : requestError(world, pod, node)
}

/** Whether it fits on any of the nodes but the one it is on. */
export function fitsAnyOtherNode(
  world: DeschedulerWorld,
  pod: Pod,
  nodes: readonly Node[],
): boolean {
  const others = nodes.filter(({ metadata }) => metadata.name !== pod.spec?.nodeName)
  return fitsAnyNode(world, pod, others)
}

export function fitsAnyNode(world: DeschedulerWorld, pod: Pod, nodes: readonly Node[]): boolean {
  return nodes.some(node => nodeFitError(world, pod, node) === undefined)
}

export function matchesNodeSelector(pod: Pod, node: Node): boolean {
  return matchRequiredNodeAffinity(pod.spec, node).match
}

/** The required anti-affinity terms of a pod. */
export function antiAffinityTerms({ spec }: Pod) {
  return spec?.affinity?.podAntiAffinity?.requiredDuringSchedulingIgnoredDuringExecution ?? []
}

/** A term names namespaces, or means that of its pod. */
export function termNamespaces(
  pod: Pod,
  { namespaces = [] }: { readonly namespaces?: readonly string[] },
): readonly string[] {
  return namespaces.length === 0 ? [pod.metadata.namespace ?? ''] : namespaces
}

function antiAffinityError(world: DeschedulerWorld, pod: Pod, node: Node): string | undefined {
  const running = podsOn(world, node.metadata.name ?? '')
  for (const term of antiAffinityTerms(pod)) {
    const selector = selectorOf(term.labelSelector)
    if (!selector.ok) return selector.error
    const namespaces = termNamespaces(pod, term)
    const isMatched = running.some(
      ({ metadata }) =>
        metadata.name !== pod.metadata.name &&
        namespaces.includes(metadata.namespace ?? '') &&
        matches(selector.value, metadata.labels),
    )
    const hasTopology = Object.hasOwn(node.metadata.labels ?? {}, term.topologyKey)
    if (isMatched && hasTopology) {
      return 'pod matches inter-pod anti-affinity rule of other pod on node'
    }
  }
  return undefined
}

function requestError(world: DeschedulerWorld, pod: Pod, node: Node): string | undefined {
  const requests = podRequests(pod)
  const running = podsOn(world, node.metadata.name ?? '')
  const allocatable = (name: string) => quantityOf(node.status?.allocatable?.[name] ?? 0)
  const podsLeft = valueOf(allocatable('pods')) - running.length
  if (podsLeft < 0) return 'insufficient pods'
  const used = running.map(other => podRequests(other))
  for (const [name, request] of requests) {
    if (name === 'pods') continue
    const total = used.reduce(
      (sum, amounts) => addQuantities(sum, amounts.get(name) ?? quantityOf(0)),
      quantityOf(0),
    )
    const left =
      name === 'cpu'
        ? milliValueOf(allocatable(name)) - milliValueOf(total)
        : (valueOf(allocatable(name)) - valueOf(total)) * 1000
    // What the node does not know at all has nothing left, whatever is in use.
    const isUnknown =
      name !== 'cpu' && name !== 'memory' && node.status?.allocatable?.[name] === undefined
    if (milliValueOf(request) > (isUnknown ? 0 : left)) return `insufficient ${name}`
  }
  return podsLeft <= 0 ? 'insufficient pods' : undefined
}

/** The summed weights of the preferred terms that match the node. */
export function preferredWeight({ spec }: Pod, node: Node): number {
  const terms = spec?.affinity?.nodeAffinity?.preferredDuringSchedulingIgnoredDuringExecution ?? []
  return terms.reduce((sum, { preference, weight }) => {
    const selector = { nodeSelectorTerms: [preference] }
    return matchNodeSelector(selector, node).match ? sum + weight : sum
  }, 0)
}
