// On which nodes the pods of a DaemonSet belong.
// Upstream: pkg/controller/daemon/{daemon_controller,util/daemonset_util}.go, v1.36.3.

import type {
  Affinity,
  DaemonSet,
  Node,
  Pod,
  PodSpec,
  Toleration,
} from '../../kube/generated/types.ts'
import { matchesRequiredNodeAffinity } from '../../kube/node-affinity.ts'
import { toleratesTaint } from '../../kube/toleration.ts'

const exists = (key: string, effect: string): Toleration => ({ key, operator: 'Exists', effect })

/** What every daemon pod tolerates: the taints of a node in trouble. */
const daemonTolerations: readonly Toleration[] = [
  exists('node.kubernetes.io/not-ready', 'NoExecute'),
  exists('node.kubernetes.io/unreachable', 'NoExecute'),
  exists('node.kubernetes.io/disk-pressure', 'NoSchedule'),
  exists('node.kubernetes.io/memory-pressure', 'NoSchedule'),
  exists('node.kubernetes.io/pid-pressure', 'NoSchedule'),
  exists('node.kubernetes.io/unschedulable', 'NoSchedule'),
]
const networkToleration = exists('node.kubernetes.io/network-unavailable', 'NoSchedule')

/** The tolerations of a pod spec with those of a daemon pod: matching ones are replaced. */
export function daemonPodTolerations(spec: PodSpec): readonly Toleration[] {
  const result = [...(spec.tolerations ?? [])]
  const added =
    spec.hostNetwork === true ? [...daemonTolerations, networkToleration] : daemonTolerations
  for (const toleration of added) {
    const index = result.findIndex(
      ({ key, effect, operator, value = '' }) =>
        key === toleration.key &&
        effect === toleration.effect &&
        operator === toleration.operator &&
        value === '',
    )
    if (index < 0) result.push(toleration)
    else result[index] = toleration
  }
  return result
}

export interface Placement {
  /** A pod should be started here when there is none. */
  readonly shouldRun: boolean
  /** A pod that is here may stay. */
  readonly shouldContinue: boolean
}

const nowhere: Placement = { shouldRun: false, shouldContinue: false }

const placements = new WeakMap<PodSpec, WeakMap<Node, Placement>>()

/** Whether the pods of a DaemonSet belong on a node. A function of both alone, so it is kept. */
export function placementOn(daemonSet: DaemonSet): (node: Node) => Placement {
  const spec = daemonSet.spec?.template.spec ?? noPods
  const known = placements.get(spec) ?? new WeakMap<Node, Placement>()
  placements.set(spec, known)
  let decide: ((node: Node) => Placement) | undefined
  return node => {
    const decided = known.get(node)
    if (decided !== undefined) return decided
    decide ??= placementOf(spec)
    const placement = decide(node)
    known.set(node, placement)
    return placement
  }
}

const noPods: PodSpec = { containers: [] }
const anywhere: Placement = { shouldRun: true, shouldContinue: true }

function placementOf(spec: PodSpec): (node: Node) => Placement {
  const tolerations = daemonPodTolerations(spec)
  const fixed = spec.nodeName ?? ''
  return node => {
    if (fixed !== '' && fixed !== node.metadata.name) return nowhere
    if (!matchesRequiredNodeAffinity(spec, node)) return nowhere
    const hard = (node.spec?.taints ?? []).filter(
      taint =>
        (taint.effect === 'NoSchedule' || taint.effect === 'NoExecute') &&
        !tolerations.some(toleration => toleratesTaint(toleration, taint)),
    )
    if (hard.length === 0) return anywhere
    return { shouldRun: false, shouldContinue: !hard.some(({ effect }) => effect === 'NoExecute') }
  }
}

const nameField = 'metadata.name'

/** The affinity that ties a pod to one node, in place of any required node affinity. */
export function affinityTo(affinity: Affinity | undefined, node: string): Affinity {
  const required = {
    nodeSelectorTerms: [{ matchFields: [{ key: nameField, operator: 'In', values: [node] }] }],
  }
  return {
    ...affinity,
    nodeAffinity: {
      ...affinity?.nodeAffinity,
      requiredDuringSchedulingIgnoredDuringExecution: required,
    },
  }
}

/** The node that a daemon pod runs on or is meant for; undefined when nothing says so. */
export function targetNode(pod: Pod): string | undefined {
  const { nodeName = '', affinity } = pod.spec ?? {}
  if (nodeName !== '') return nodeName
  const required = affinity?.nodeAffinity?.requiredDuringSchedulingIgnoredDuringExecution
  for (const { matchFields = [] } of required?.nodeSelectorTerms ?? []) {
    for (const { key, operator, values = [] } of matchFields) {
      if (key !== nameField || operator !== 'In') continue
      return values.length === 1 ? values[0] : undefined
    }
  }
  return undefined
}
