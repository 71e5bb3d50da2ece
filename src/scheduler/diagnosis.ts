// Why a pod fits nowhere, and the text that users read about it.
// Upstream: pkg/scheduler/framework/types.go Diagnosis and FitError, v1.36.3.

import { compareStrings } from '../base/compare.ts'
import type { NodeToStatus } from './framework.ts'
import { isRejected, type Status, unresolvable } from './status.ts'

/** The outcomes of one attempt as others read them. */
export interface DiagnosisView extends NodeToStatus {
  readonly unschedulablePlugins: ReadonlySet<string>
  readonly pendingPlugins: ReadonlySet<string>
  readonly preFilterMessage: string
  readonly postFilterMessage: string
  /** How many nodes have a status of their own. */
  readonly explicitCount: number
  /** Calls `count` for the reasons of nodes that have a status of their own. */
  countReasons(count: (reason: string, nodes: number) => void): void
}

/** Collects the outcomes of one attempt. */
export class Diagnosis implements DiagnosisView {
  readonly explicit = new Map<string, Status>()
  absent: Status = unresolvable()
  readonly unschedulablePlugins = new Set<string>()
  readonly pendingPlugins = new Set<string>()
  preFilterMessage = ''
  postFilterMessage = ''

  get(nodeName: string): Status {
    return this.explicit.get(nodeName) ?? this.absent
  }

  get explicitCount(): number {
    return this.explicit.size
  }

  countReasons(count: (reason: string, nodes: number) => void): void {
    for (const status of this.explicit.values()) {
      for (const reason of status.reasons) count(reason, 1)
    }
  }

  reject(nodeName: string, status: Status): void {
    this.explicit.set(nodeName, status)
    this.addPlugin(status)
  }

  /** Remembers what was collected so far: the answer brings the diagnosis back to it. */
  mark(): () => void {
    const explicit = [...this.explicit]
    const plugins = [...this.unschedulablePlugins]
    const pending = [...this.pendingPlugins]
    return () => {
      this.explicit.clear()
      for (const [name, status] of explicit) this.explicit.set(name, status)
      this.unschedulablePlugins.clear()
      for (const plugin of plugins) this.unschedulablePlugins.add(plugin)
      this.pendingPlugins.clear()
      for (const plugin of pending) this.pendingPlugins.add(plugin)
    }
  }

  addPlugin(status: Status): void {
    if (status.plugin === '') return
    if (isRejected(status)) this.unschedulablePlugins.add(status.plugin)
    if (status.code === 'Pending') this.pendingPlugins.add(status.plugin)
  }
}

/** `0/N nodes are available: <PreFilter>. <Filter>. <PostFilter>`. */
export function fitErrorText(diagnosis: DiagnosisView, numAllNodes: number): string {
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
function reasonHistogram(statuses: DiagnosisView, numAllNodes: number): string[] {
  const counts = new Map<string, number>()
  const count = (reason: string, nodes: number): void => {
    counts.set(reason, (counts.get(reason) ?? 0) + nodes)
  }
  statuses.countReasons(count)
  const absentNodes = numAllNodes - statuses.explicitCount
  if (absentNodes > 0) for (const reason of statuses.absent.reasons) count(reason, absentNodes)
  return [...counts].map(([reason, nodes]) => `${nodes} ${reason}`).sort(compareStrings)
}
