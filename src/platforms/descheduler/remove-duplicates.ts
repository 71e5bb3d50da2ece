// RemoveDuplicates spreads the pods of one owner over the nodes.
// Port of descheduler v0.36.0 pkg/framework/plugins/removeduplicates.

import { divCeil } from '../../base/integer.ts'
import { sortedStrings } from '../../base/compare.ts'
import type { Node, Pod } from '../../kube/generated/types.ts'
import { matchRequiredNodeAffinity } from '../../kube/node-affinity.ts'
import {
  aggregated,
  type CommonArgs,
  commonErrors,
  type Namespaces,
  namespacesType,
} from './args.ts'
import { toleratesTaints } from './node-fit.ts'
import { podsOn } from './pods.ts'
import { evictableInScope, type Handle, type Strategy } from './strategy.ts'

interface RemoveDuplicatesArgs {
  readonly namespaces?: Namespaces
  readonly excludeOwnerKinds?: readonly string[]
}

const name = 'RemoveDuplicates'

export const removeDuplicates = {
  name,
  doc: 'Evicts pods of one owner and the same images that are together on one node.',
  point: 'balance',
  argTypes: { namespaces: namespacesType, excludeOwnerKinds: ['string'] },
  validate: args => aggregated(commonErrors(args as CommonArgs)),
  run: (handle, args, nodes) => {
    const { counts, duplicates } = findDuplicates(handle, args, nodes)
    for (const [owner, byNode] of duplicates) {
      const targets = targetCount([...byNode.values()].flat(), nodes)
      if (targets < 2) {
        const what = 'Less than two feasible nodes for duplicates to land, skipping eviction'
        handle.log.messages.add(what)
        continue
      }
      const average = divCeil(counts.get(owner) ?? 0, targets)
      for (const pods of byNode.values()) {
        if (pods.length + 1 <= average) continue
        if (!evictSurplus(handle, pods.slice(average - 1))) return undefined
      }
    }
    return undefined
  },
} satisfies Strategy<RemoveDuplicatesArgs>

/** False when the limit of the whole cycle is reached. */
function evictSurplus(handle: Handle, pods: readonly Pod[]): boolean {
  for (const pod of pods) {
    const outcome = handle.evict(pod, name)
    if (outcome === 'total-limit') return false
    if (outcome === 'node-limit') return true
  }
  return true
}

interface Found {
  /** Pods of each owner with the same images. */
  readonly counts: ReadonlyMap<string, number>
  /** By owner, then by node: all but the first such pod of the node. */
  readonly duplicates: ReadonlyMap<string, ReadonlyMap<string, readonly Pod[]>>
}

function findDuplicates(handle: Handle, args: RemoveDuplicatesArgs, nodes: readonly Node[]): Found {
  const isEvictable = evictableInScope(handle, args as CommonArgs)
  const excluded = args.excludeOwnerKinds ?? []
  const counts = new Map<string, number>()
  const duplicates = new Map<string, Map<string, Pod[]>>()
  for (const { metadata } of nodes) {
    const node = metadata.name ?? ''
    const seen = new Set<string>()
    for (const pod of podsOn(handle.world, node).filter(isEvictable)) {
      const owners = ownerKeys(pod)
      const kinds = (pod.metadata.ownerReferences ?? []).map(({ kind }) => kind)
      if (owners.length === 0 || kinds.some(kind => excluded.includes(kind))) continue
      for (const owner of owners) counts.set(owner, (counts.get(owner) ?? 0) + 1)
      const likeness = sortedStrings(owners).join('\n')
      if (!seen.has(likeness)) {
        seen.add(likeness)
        continue
      }
      for (const owner of owners) {
        const byNode = duplicates.get(owner) ?? new Map<string, Pod[]>()
        byNode.set(node, [...(byNode.get(node) ?? []), pod])
        duplicates.set(owner, byNode)
      }
    }
  }
  return { counts, duplicates }
}

function ownerKeys({ metadata, spec }: Pod): readonly string[] {
  const images = sortedStrings((spec?.containers ?? []).map(({ image = '' }) => image)).join('#')
  return (metadata.ownerReferences ?? []).map(
    owner => `${metadata.namespace ?? ''}/${owner.kind}/${owner.name}/${images}`,
  )
}

/** How many nodes take pods of these shapes; a shape that only one node takes does not count. */
function targetCount(pods: readonly Pod[], nodes: readonly Node[]): number {
  const targets = new Set<string>()
  for (const pod of pods) {
    const taking = nodes.filter(node => {
      const affinity = matchRequiredNodeAffinity(pod.spec, node)
      return toleratesTaints(pod, node) && (affinity.match || affinity.error !== undefined)
    })
    if (taking.length > 1) for (const { metadata } of taking) targets.add(metadata.name ?? '')
  }
  return targets.size
}
