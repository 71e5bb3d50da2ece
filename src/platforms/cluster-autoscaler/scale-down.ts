// Which nodes nobody needs, and since when. Port of cluster-autoscaler 1.36.1 core/scaledown.

import type { Node, Pod, PodDisruptionBudget } from '../../kube/generated/types.ts'
import type { KubeObject } from '../../kube/object.ts'
import type { ClusterSnapshot } from './cluster-snapshot.ts'
import type { BlockingReason } from './drain.ts'
import { eligibilityOf } from './eligibility.ts'
import type { PodsToMove } from './drain.ts'
import { simulateRemoval } from './removal.ts'
import type { AutoscalerSettings } from './settings.ts'

export interface ScaleDownInput {
  readonly snapshot: ClusterSnapshot
  /** Nodes that an autoscaler may take away: those above the minimum of their group. */
  readonly candidates: readonly Node[]
  readonly budgets: readonly PodDisruptionBudget[]
  readonly owner: (kind: string, namespace: string, name: string) => KubeObject | undefined
  readonly settings: AutoscalerSettings
  readonly nowMs: number
}

/** A node that its pods could leave. */
export interface Unneeded {
  readonly node: string
  readonly moved: PodsToMove
}

/** A node that is hardly used, and the pod that keeps it. */
export interface Kept {
  readonly node: string
  readonly pod: Pod
  readonly reason: BlockingReason
}

export interface ScaleDown {
  readonly unneeded: readonly Unneeded[]
  readonly kept: readonly Kept[]
}

/** Looks at each candidate in turn, as if those before it that can go were gone already. */
export function findUnneeded(input: ScaleDownInput): ScaleDown {
  const { candidates, budgets, owner, settings, nowMs } = input
  const unneeded: Unneeded[] = []
  const kept: Kept[] = []
  let { snapshot } = input
  for (const node of candidates) {
    const name = node.metadata.name ?? ''
    const info = snapshot.nodeInfo(name)
    if (info === undefined) continue
    const pods = info.pods.map(({ pod }) => pod)
    if (eligibilityOf({ node, pods }, eligibilityContext(settings, nowMs)).reason !== undefined) {
      continue
    }
    const context = { options: settings.deletion, budgets, owner, nowMs }
    const removal = simulateRemoval(snapshot, name, context)
    if (removal.removable) {
      unneeded.push({ node: name, moved: removal.moved })
      snapshot = removal.after
    } else if (removal.blocking !== undefined) {
      kept.push({ node: name, ...removal.blocking })
    }
  }
  return { unneeded, kept }
}

function eligibilityContext({ utilizationThreshold }: AutoscalerSettings, nowMs: number) {
  return {
    options: {
      scaleDownUtilizationThreshold: utilizationThreshold,
      scaleDownGpuUtilizationThreshold: 0.5,
      ignoreDaemonSetsUtilization: false,
      ignoreMirrorPodsUtilization: false,
      scaleDownUnreadyEnabled: true,
    },
    isAutoscaled: () => true,
    gpuLabel: '',
    nowMs,
  }
}
