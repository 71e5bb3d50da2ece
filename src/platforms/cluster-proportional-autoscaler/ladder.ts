// The ladder pattern: steps from a count of cores or nodes to replicas; the larger result counts.
// Upstream: cluster-proportional-autoscaler v1.10.3
// pkg/autoscaler/controller/laddercontroller/ladder_controller.go.

import type { Parsed } from '../../kube/label-selector.ts'
import { readFields, type Step } from './fields.ts'
import type { ClusterSize } from './linear.ts'

export interface LadderSettings {
  readonly coresToReplicas: readonly Step[]
  readonly nodesToReplicas: readonly Step[]
  readonly includeUnschedulableNodes: boolean
}

const fields = {
  coresToReplicas: 'steps',
  nodesToReplicas: 'steps',
  includeUnschedulableNodes: 'bool',
} as const

/** The settings of a text of JSON, their steps in order, or why upstream does not take them. */
export function ladderSettings(text: string): Parsed<LadderSettings> {
  const read = readFields('laddercontroller.ladderParams', fields, text)
  if (!read.ok) return read
  const { coresToReplicas, nodesToReplicas } = read.value
  const ladders = [
    ['cores_to_replicas_map', coresToReplicas],
    ['nodes_to_replicas_map', nodesToReplicas],
  ] as const
  for (const [name, steps] of ladders) {
    const negative = steps.find(step => step.some(value => value < 0))
    if (negative === undefined) continue
    const what = `invalid negative values in entry [${negative.join(' ')}]`
    return { ok: false, error: `${what} in ${name}` }
  }
  const value = {
    ...read.value,
    coresToReplicas: sorted(coresToReplicas),
    nodesToReplicas: sorted(nodesToReplicas),
  }
  return { ok: true, value }
}

function sorted(steps: readonly Step[]): readonly Step[] {
  return steps.toSorted(([a], [b]) => a - b)
}

/**
 * How many replicas a cluster wants; none where no ladder is given. With [[1,1],[4,3]] three nodes
 * want one, four want three; fewer than the first step says want what it says.
 */
export function ladderReplicas(settings: LadderSettings, { nodes, cores }: ClusterSize): number {
  const byCores = climbed(settings.coresToReplicas, cores)
  return Math.max(byCores, climbed(settings.nodesToReplicas, nodes))
}

function climbed(steps: readonly Step[], count: number): number {
  const step = steps.findLast(([from]) => from <= count) ?? steps[0]
  return step === undefined ? 0 : step[1]
}
