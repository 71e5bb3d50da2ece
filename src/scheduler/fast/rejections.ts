// Why nodes were rejected, kept as codes; text and lists by name are made when somebody asks.
// Upstream: pkg/scheduler/framework/types.go Diagnosis, v1.36.3.

import type { DiagnosisView } from '../diagnosis.ts'
import { type Status, unresolvable } from '../status.ts'
import type { StatusTable } from './status-table.ts'

/** The rejected nodes of one attempt, by slot. */
export interface RejectedNodes {
  readonly count: number
  /** Of which the first `count` belong to the attempt; or how often each code occurs. */
  readonly codes: Uint16Array | ReadonlyMap<number, number>
  /** One more rejected node that comes first, as a code; 0 when there is none. */
  readonly extraCode: number
  /** Copies of slots and codes, the extra node first; to be called before the next attempt. */
  readonly read: () => { readonly slots: Int32Array; readonly codes: Uint16Array }
  readonly nameOf: (slot: number) => string
  readonly statuses: StatusTable
}

/** What a Diagnosis says, from codes. */
export class CodedDiagnosis implements DiagnosisView {
  readonly absent: Status
  readonly preFilterMessage = ''
  postFilterMessage = ''
  readonly unschedulablePlugins: ReadonlySet<string>
  readonly pendingPlugins: ReadonlySet<string> = new Set()
  readonly explicitCount: number
  private readonly nodes: RejectedNodes
  private readonly counts: ReadonlyMap<number, number>
  private byName: Map<string, Status> | undefined

  constructor(nodes: RejectedNodes, absent: Status | undefined, restrictedBy: readonly string[]) {
    this.nodes = nodes
    this.absent = absent ?? unresolvable()
    this.counts = countCodes(nodes)
    this.explicitCount = nodes.count + (nodes.extraCode === 0 ? 0 : 1)
    const plugins = new Set(restrictedBy)
    for (const code of this.counts.keys()) plugins.add(nodes.statuses.status(code).plugin)
    plugins.delete('')
    this.unschedulablePlugins = plugins
  }

  get explicit(): ReadonlyMap<string, Status> {
    if (this.byName === undefined) {
      this.byName = new Map()
      const { nameOf, statuses } = this.nodes
      const { slots, codes } = this.nodes.read()
      for (let index = 0; index < slots.length; index += 1) {
        this.byName.set(nameOf(slots[index] as number), statuses.status(codes[index] as number))
      }
    }
    return this.byName
  }

  get(nodeName: string): Status {
    return this.explicit.get(nodeName) ?? this.absent
  }

  countReasons(count: (reason: string, nodes: number) => void): void {
    for (const [code, nodes] of this.counts) {
      for (const reason of this.nodes.statuses.status(code).reasons) count(reason, nodes)
    }
  }
}

function countCodes({ codes, count, extraCode }: RejectedNodes): ReadonlyMap<number, number> {
  if (!(codes instanceof Uint16Array)) return codes
  const counts = new Map<number, number>()
  let last = extraCode
  let run = extraCode === 0 ? 0 : 1
  for (let index = 0; index < count; index += 1) {
    const code = codes[index] as number
    if (code !== last) {
      if (run > 0) counts.set(last, (counts.get(last) ?? 0) + run)
      last = code
      run = 0
    }
    run += 1
  }
  if (run > 0) counts.set(last, (counts.get(last) ?? 0) + run)
  return counts
}
