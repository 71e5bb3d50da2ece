// Why a pod fits nowhere, and the text that users read about it.
// Upstream: pkg/scheduler/framework/types.go Diagnosis and FitError, v1.36.3.

import { compareStrings } from '../base/compare.ts'
import type { NodeToStatus } from './framework.ts'
import { isRejected, type Status, unresolvable } from './status.ts'

/** Collects the outcomes of one attempt. */
export class Diagnosis implements NodeToStatus {
  readonly explicit = new Map<string, Status>()
  absent: Status = unresolvable()
  readonly unschedulablePlugins = new Set<string>()
  readonly pendingPlugins = new Set<string>()
  preFilterMessage = ''
  postFilterMessage = ''

  get(nodeName: string): Status {
    return this.explicit.get(nodeName) ?? this.absent
  }

  reject(nodeName: string, status: Status): void {
    this.explicit.set(nodeName, status)
    this.addPlugin(status)
  }

  addPlugin(status: Status): void {
    if (status.plugin === '') return
    if (isRejected(status)) this.unschedulablePlugins.add(status.plugin)
    if (status.code === 'Pending') this.pendingPlugins.add(status.plugin)
  }
}

/** `0/N nodes are available: <PreFilter>. <Filter>. <PostFilter>`. */
export function fitErrorText(diagnosis: Diagnosis, numAllNodes: number): string {
  let text = `0/${numAllNodes} nodes are available:`
  if (diagnosis.preFilterMessage !== '') {
    text += ` ${diagnosis.preFilterMessage}.`
  } else {
    const histogram = reasonHistogram(diagnosis, numAllNodes)
    if (histogram.length > 0) text += ` ${histogram.join(', ')}.`
  }
  if (diagnosis.postFilterMessage !== '') text += ` ${diagnosis.postFilterMessage}`
  return text
}

/** `2 Insufficient cpu` for each reason, sorted as text, so that 10 comes before 2. */
function reasonHistogram(statuses: NodeToStatus, numAllNodes: number): string[] {
  const counts = new Map<string, number>()
  const count = (reason: string, nodes: number): void => {
    counts.set(reason, (counts.get(reason) ?? 0) + nodes)
  }
  for (const status of statuses.explicit.values()) {
    for (const reason of status.reasons) count(reason, 1)
  }
  const absentNodes = numAllNodes - statuses.explicit.size
  if (absentNodes > 0) for (const reason of statuses.absent.reasons) count(reason, absentNodes)
  return [...counts].map(([reason, nodes]) => `${nodes} ${reason}`).sort(compareStrings)
}
