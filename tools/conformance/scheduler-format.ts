// The lines of the scheduler recordings; see conformance/scheduler/README.md beside them.

import type { Node, Pod } from '../../src/kube/generated/types.ts'
import type { KubeObject } from '../../src/kube/object.ts'
import type { KubeSchedulerConfiguration } from '../../src/kube/generated/types.ts'

export interface NodeGroup {
  readonly prefix: string
  readonly count: number
  readonly zones?: readonly string[]
  readonly template: Node
}

export interface ObjectName {
  readonly kind: string
  readonly namespace?: string
  readonly name: string
}

/** What was recorded of one decision; compared field by field. */
export type RecordedResult = Readonly<Record<string, unknown>>

export interface RecordedStep {
  readonly op: 'schedule' | 'retry' | 'apply' | 'delete'
  readonly pod?: Pod
  readonly podRef?: string
  readonly objects?: readonly KubeObject[]
  readonly delete?: readonly ObjectName[]
  readonly nodeOrder?: readonly string[]
  readonly result?: RecordedResult
  readonly volumeBindings?: unknown
  readonly claimWrites?: unknown
  readonly podStatusPatch?: unknown
}

export interface Scenario {
  readonly id: string
  readonly version: string
  readonly config: KubeSchedulerConfiguration
  readonly nodeGroups?: readonly NodeGroup[]
  readonly objects: readonly KubeObject[]
  readonly nodeOrder?: readonly string[]
  readonly nodeOrderSha256?: string
  readonly steps: readonly RecordedStep[]
}

/** The nodes of a group: numbered names, host label, zones in turn. */
export function nodesOf({ prefix, count, zones = [], template }: NodeGroup): Node[] {
  return Array.from({ length: count }, (_, index) => {
    const name = prefix + String(index).padStart(5, '0')
    const labels: Record<string, string> = { ...template.metadata.labels }
    labels['kubernetes.io/hostname'] = name
    const zone = zones[index % zones.length]
    if (zone !== undefined) labels['topology.kubernetes.io/zone'] = zone
    return { ...template, metadata: { ...template.metadata, name, labels } }
  })
}

/** A set of node indexes; a long one is written as ranges: `0-4,7,9-11`. */
export function nodeSet(indexes: readonly number[]): readonly number[] | string {
  if (indexes.length <= 64) return indexes
  const ranges: string[] = []
  let start = 0
  while (start < indexes.length) {
    let end = start
    while (indexes[end + 1] === (indexes[end] as number) + 1) end += 1
    ranges.push(start === end ? `${indexes[start]}` : `${indexes[start]}-${indexes[end]}`)
    start = end + 1
  }
  return ranges.join(',')
}
