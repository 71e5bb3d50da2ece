// RemovePodsViolatingInterPodAntiAffinity evicts pods that share a topology with pods they avoid.
// Port of descheduler v0.36.0 pkg/framework/plugins/removepodsviolatinginterpodantiaffinity.

import type { Node, Pod } from '../../kube/generated/types.ts'
import { matches, selectorOf } from '../../kube/label-selector.ts'
import { aggregated, type CommonArgs, commonErrors, commonTypes } from './args.ts'
import { antiAffinityTerms, termNamespaces } from './node-fit.ts'
import { byPriorityLowToHigh, podsOn } from './pods.ts'
import { inScope, type Strategy } from './strategy.ts'

const name = 'RemovePodsViolatingInterPodAntiAffinity'

export const removePodsViolatingInterPodAntiAffinity = {
  name,
  doc: 'Evicts pods beside pods that their required anti-affinity excludes.',
  point: 'deschedule',
  argTypes: commonTypes,
  validate: args => aggregated(commonErrors(args)),
  run: (handle, args, nodes) => {
    const isInScope = inScope(args)
    const byName = new Map(nodes.map(node => [node.metadata.name ?? '', node]))
    let remaining = nodes.flatMap(({ metadata }) =>
      podsOn(handle.world, metadata.name ?? '').filter(isInScope),
    )
    for (const { metadata } of nodes) {
      const here = remaining.filter(({ spec }) => spec?.nodeName === metadata.name)
      for (const pod of byPriorityLowToHigh(here)) {
        if (!isViolating(pod, remaining, byName)) continue
        if (!handle.isEvictable(pod) || !handle.isEvictableNow(pod)) continue
        const outcome = handle.evict(pod, name)
        if (outcome === 'total-limit') return undefined
        if (outcome === 'node-limit') break
        if (outcome === 'evicted') remaining = without(remaining, pod)
      }
    }
    return undefined
  },
} satisfies Strategy<CommonArgs>

/** Upstream knows a pod of a namespace by its name. */
function without(pods: readonly Pod[], gone: Pod): Pod[] {
  const index = pods.findIndex(
    ({ metadata }) =>
      metadata.namespace === gone.metadata.namespace && metadata.name === gone.metadata.name,
  )
  return pods.filter((_, at) => at !== index)
}

function isViolating(pod: Pod, pods: readonly Pod[], nodes: ReadonlyMap<string, Node>): boolean {
  const own = nodes.get(pod.spec?.nodeName ?? '')
  if (own === undefined) return false
  for (const term of antiAffinityTerms(pod)) {
    const selector = selectorOf(term.labelSelector)
    if (!selector.ok) return false
    const namespaces = termNamespaces(pod, term)
    const hasOther = pods.some(other => {
      if (other.metadata.name === pod.metadata.name) return false
      if (!namespaces.includes(other.metadata.namespace ?? '')) return false
      if (!matches(selector.value, other.metadata.labels)) return false
      const node = nodes.get(other.spec?.nodeName ?? '')
      return node !== undefined && isSameTopology(own, node, term.topologyKey)
    })
    if (hasOther) return true
  }
  return false
}

function isSameTopology(a: Node, b: Node, key: string): boolean {
  if (a.metadata.name === b.metadata.name) return true
  const value = a.metadata.labels?.[key]
  return value !== undefined && value === b.metadata.labels?.[key]
}
