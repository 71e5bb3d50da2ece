// Which of several tied nodes are the same but for their names: where orders are explored, one of
// them stands for all.

import { compareStrings } from '../base/compare.ts'
import { identityText } from '../engine/identity.ts'
import type { Node, Pod } from '../kube/generated/types.ts'
import { controllerOf, type KubeObject } from '../kube/object.ts'

/** Labels that only repeat the name of a node. */
const nameLabels = ['kubernetes.io/hostname'] as const

/** A node and the pods on it. */
export interface Inhabited {
  readonly node: Node
  readonly pods: readonly Pod[]
}

/** Equal texts: what can happen to one of the nodes can happen to the other. */
export function likenessOf({ node, pods }: Inhabited): string {
  const { labels = {}, annotations = {} } = node.metadata
  const own = Object.fromEntries(
    Object.entries(labels).filter(([label]) => !nameLabels.some(name => name === label)),
  )
  const { podCIDR: _cidr, podCIDRs: _cidrs, providerID: _id, ...spec } = (node.spec ?? {}) as Fields
  const { addresses: _addresses, nodeInfo: _info, ...status } = (node.status ?? {}) as Fields
  const guests = pods.map(guestText).sort(compareStrings)
  return identityText([own, annotations, spec, status, guests])
}

type Fields = Readonly<Record<string, unknown>>

/** A pod by what made it and how it fares; one that nobody made is like no other. */
function guestText({ metadata, status }: Pod): string {
  const owner = controllerOf((metadata as KubeObject['metadata']) ?? {})
  const { phase, conditions } = (status ?? {}) as Fields
  const { labels, deletionTimestamp, uid } = metadata
  return identityText([owner?.uid ?? uid, labels, deletionTimestamp, phase, conditions])
}

/** Of every class of like nodes the first, in the order given. */
export function representatives<T>(
  nodes: readonly T[],
  inhabited: (node: T) => Inhabited | undefined,
): readonly T[] {
  const seen = new Set<string>()
  return nodes.filter(node => {
    const known = inhabited(node)
    const likeness = known === undefined ? `?${seen.size}` : likenessOf(known)
    if (seen.has(likeness)) return false
    seen.add(likeness)
    return true
  })
}
