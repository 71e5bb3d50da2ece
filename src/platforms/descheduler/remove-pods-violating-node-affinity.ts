// RemovePodsViolatingNodeAffinity evicts pods whose node has changed under them.
// Port of descheduler v0.36.0 pkg/framework/plugins/removepodsviolatingnodeaffinity.

import type { Node, Pod } from '../../kube/generated/types.ts'
import { aggregated, type CommonArgs, commonErrors, commonTypes } from './args.ts'
import { fitsAnyNode, matchesNodeSelector, preferredWeight } from './node-fit.ts'
import { podsOn } from './pods.ts'
import { evictableInScope, evictAll, type Handle, type Strategy } from './strategy.ts'

interface NodeAffinityArgs extends CommonArgs {
  readonly nodeAffinityType?: readonly string[]
}

const name = 'RemovePodsViolatingNodeAffinity'

export const removePodsViolatingNodeAffinity = {
  name,
  doc: 'Evicts pods whose node affinity their node does not fulfil, or another fulfils better.',
  point: 'deschedule',
  argTypes: { ...commonTypes, nodeAffinityType: ['string'] },
  validate: args =>
    aggregated([
      ...((args.nodeAffinityType ?? []).length === 0 ? ['nodeAffinityType needs to be set'] : []),
      ...commonErrors(args),
    ]),
  run: (handle, args, nodes) => {
    const isEvictable = evictableInScope(handle, args)
    for (const type of args.nodeAffinityType ?? []) {
      const isViolated = violations[type]
      if (isViolated === undefined) continue
      for (const node of nodes) {
        const found = podsOn(handle.world, node.metadata.name ?? '').filter(
          pod => isEvictable(pod) && isViolated(handle, pod, { node, nodes }),
        )
        if (!evictAll(handle, found, name)) break
      }
    }
    return undefined
  },
} satisfies Strategy<NodeAffinityArgs>

interface Place {
  readonly node: Node
  readonly nodes: readonly Node[]
}

type Violation = (handle: Handle, pod: Pod, place: Place) => boolean

const violations: Readonly<Record<string, Violation>> = {
  requiredDuringSchedulingIgnoredDuringExecution: (handle, pod, { node, nodes }) =>
    pod.spec?.affinity?.nodeAffinity?.requiredDuringSchedulingIgnoredDuringExecution !==
      undefined &&
    handle.isEvictable(pod) &&
    fitsAnyNode(handle.world, pod, nodes) &&
    !matchesNodeSelector(pod, node),
  preferredDuringSchedulingIgnoredDuringExecution: (handle, pod, { node, nodes }) => {
    const { preferredDuringSchedulingIgnoredDuringExecution: terms = [] } =
      pod.spec?.affinity?.nodeAffinity ?? {}
    if (terms.length === 0 || !handle.isEvictable(pod)) return false
    if (!fitsAnyNode(handle.world, pod, nodes)) return false
    const best = Math.max(0, ...nodes.map(each => preferredWeight(pod, each)))
    return best > preferredWeight(pod, node)
  },
}
