// What the command line of the cluster autoscaler says, with its defaults.
// Upstream: cluster-autoscaler 1.36.1 config/flags/flags.go.

import { parseDuration } from '../../kube/duration.ts'
import type { Container } from '../../kube/generated/types.ts'
import { flagOf, type NodeGroup } from '../program.ts'
import type { NodeDeleteOptions } from './drain.ts'
import { type Expander, leastNodes, leastWaste, mostPods } from './expander.ts'

export interface AutoscalerSettings {
  readonly scanMs: number
  /** In order; the first option of what is left is taken. */
  readonly expanders: readonly Expander[]
  readonly nodesTotalMax: number
  readonly isScaleDownOn: boolean
  readonly delayAfterAddMs: number
  readonly delayAfterDeleteMs: number
  readonly unneededMs: number
  readonly utilizationThreshold: number
  /** Pods of a lower priority are no reason for a new node. */
  readonly priorityCutoff: number
  readonly deletion: NodeDeleteOptions
}

const expanders: Readonly<Record<string, Expander>> = {
  'least-nodes': leastNodes,
  'least-waste': leastWaste,
  'most-pods': mostPods,
}

/** The settings of a container of the autoscaler; what it does not say has its default. */
export function settingsOf(container: Container): AutoscalerSettings {
  const ms = (flag: string, otherwise: number): number =>
    parseDuration(flagOf(container, flag) ?? '') ?? otherwise
  const number = (flag: string, otherwise: number): number => {
    const given = flagOf(container, flag)
    return given === undefined || !Number.isFinite(Number(given)) ? otherwise : Number(given)
  }
  const isOn = (flag: string, otherwise: boolean): boolean =>
    (flagOf(container, flag) ?? String(otherwise)) !== 'false'
  const names = (flagOf(container, 'expander') ?? 'least-waste').split(',')
  const scanMs = ms('scan-interval', 10_000)
  return {
    scanMs,
    expanders: names.flatMap(name => expanders[name] ?? []),
    nodesTotalMax: number('max-nodes-total', 0),
    isScaleDownOn: isOn('scale-down-enabled', true),
    delayAfterAddMs: ms('scale-down-delay-after-add', 600_000),
    delayAfterDeleteMs: ms('scale-down-delay-after-delete', scanMs),
    unneededMs: ms('scale-down-unneeded-time', 600_000),
    utilizationThreshold: number('scale-down-utilization-threshold', 0.5),
    priorityCutoff: number('expendable-pods-priority-cutoff', -10),
    deletion: {
      skipNodesWithSystemPods: isOn('skip-nodes-with-system-pods', true),
      skipNodesWithLocalStorage: isOn('skip-nodes-with-local-storage', true),
      skipNodesWithCustomControllerPods: isOn('skip-nodes-with-custom-controller-pods', true),
      minReplicaCount: number('min-replica-count', 0),
      bspDisruptionTimeoutSeconds: ms('bsp-disruption-timeout', 3_600_000) / 1000,
    },
  }
}

/** The groups with the bounds that `--nodes=min:max:name` gives, where it names them. */
export function boundedGroups(
  groups: readonly NodeGroup[],
  { command = [], args = [] }: Container,
): readonly NodeGroup[] {
  const bounds = new Map<string, { readonly min: number; readonly max: number }>()
  for (const word of [...command, ...args]) {
    const [, min, max, name] = /^--?nodes=(\d+):(\d+):(.+)$/.exec(word) ?? []
    if (name !== undefined) bounds.set(name, { min: Number(min), max: Number(max) })
  }
  return groups.map(group => ({ ...group, ...bounds.get(group.name) }))
}
