// The linear pattern: one replica for so many cores, and one for so many nodes; the larger counts.
// Upstream: cluster-proportional-autoscaler v1.10.3
// pkg/autoscaler/controller/linearcontroller/linear_controller.go.

import type { Parsed } from '../../kube/label-selector.ts'
import { readFields } from './fields.ts'

export interface LinearParams {
  /** Zero where cores do not count. */
  readonly coresPerReplica: number
  /** Zero where nodes do not count. */
  readonly nodesPerReplica: number
  readonly min: number
  /** Zero where there is no bound. */
  readonly max: number
  readonly preventSinglePointFailure: boolean
}

/** What the autoscaler counts of a cluster. */
export interface ClusterSize {
  readonly nodes: number
  readonly cores: number
}

const fields = {
  coresPerReplica: 'float64',
  nodesPerReplica: 'float64',
  min: 'int',
  max: 'int',
  preventSinglePointFailure: 'bool',
  includeUnschedulableNodes: 'bool',
} as const

export type LinearSettings = LinearParams & { readonly includeUnschedulableNodes: boolean }

/** The settings of a text of JSON, or why upstream does not take them. */
export function linearSettings(text: string): Parsed<LinearSettings> {
  const read = readFields('linearcontroller.linearParams', fields, text)
  if (!read.ok) return read
  const { coresPerReplica, nodesPerReplica, min: given, max } = read.value
  const refuse = (error: string): Parsed<never> => ({ ok: false, error })
  const min = given === 0 ? 1 : given
  if (min < 0) return refuse(`invalid negative value for min: ${min}`)
  if (max !== 0 && max < min) {
    const least = `greater than / equal to min replicas count ${min}`
    return refuse(`max replicas count ${max} should be ${least}`)
  }
  if (coresPerReplica === 0 && nodesPerReplica === 0) {
    const either = 'either CoresPerReplica or NodesPerReplica (Greater than 0)'
    return refuse(`should at least provide ${either}`)
  }
  const negative = Object.entries({ coresPerReplica, nodesPerReplica }).find(
    ([, value]) => value < 0,
  )
  if (negative !== undefined) {
    return refuse(`invalid negative value for ${negative[0]}: ${negative[1]}`)
  }
  return { ok: true, value: { ...read.value, min } }
}

/**
 * How many replicas a cluster wants. 17 nodes of 4 cores with 256 and 16: 68 / 256 is 1, 17 / 16
 * is 2: two. Two nodes: 1 and 1, but where one alone is not enough: two, whatever the maximum.
 */
export function linearReplicas(params: LinearParams, { nodes, cores }: ClusterSize): number {
  const byCores = within(params, cores, params.coresPerReplica)
  const byNodes = within(params, nodes, params.nodesPerReplica)
  const least = params.preventSinglePointFailure && nodes > 1 ? 2 : 0
  return Math.max(byCores, byNodes, least)
}

function within({ min, max }: LinearParams, count: number, perReplica: number): number {
  if (perReplica === 0) return 1
  const wanted = Math.ceil(count / perReplica)
  return Math.max(min, max === 0 ? wanted : Math.min(max, wanted))
}
