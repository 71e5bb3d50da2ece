// The decision core of the real kube-scheduler, in Go, on the same workloads: decisions per second
// of processor time. The program that made the recordings runs it: `go run . bench -json`.

import { spawnSync } from 'node:child_process'
import type { Row } from './suite.ts'

/** Names of workloads here and in the recorder. */
const names: Readonly<Record<string, string>> = {
  SchedulingBasic: 'SchedulingBasic',
  SchedulingNodeAffinity: 'NodeAffinity',
  MixedSchedulingBasePod: 'Mixed',
  TopologySpreading: 'TopologySpreading',
  SchedulingPodAntiAffinity: 'PodAntiAffinity',
  SchedulingPodAffinity: 'PodAffinity',
  SchedulingPreferredPodAntiAffinity: 'PreferredPodAntiAffinity',
  PreemptionBasic: 'PreemptionBasic',
}

interface CoreRow {
  readonly workload: string
  readonly podsPerCPUSec: number
}

/** How many times the core must be reached: by nodes, at most. */
const overCoreMin: readonly (readonly [number, number])[] = [
  [100, 30],
  [Number.POSITIVE_INFINITY, 100],
]

/** The rows with the rate of the core in `recorder`, one process per workload and size. */
export function withCore(rows: readonly Row[], recorder: string): readonly Row[] {
  return rows.map(row => {
    const name = row.engine === 'fast' ? names[row.workload] : undefined
    const core = name === undefined ? undefined : coreRate(name, row.nodes, recorder)
    if (core === undefined) return row
    const [, overCoreFloor = 0] = overCoreMin.find(([nodes]) => row.nodes <= nodes) ?? []
    const overCore = Number((row.perSecond / core).toPrecision(3))
    return { ...row, core: Math.round(core), overCore, overCoreFloor }
  })
}

function coreRate(name: string, nodes: number, recorder: string): number | undefined {
  const args = ['run', '.', 'bench', '-json', '-parallel', '1', '-pods', '1000']
  const chosen = ['-nodes', String(nodes), '-workload', name]
  const { stdout, status } = spawnSync('go', [...args, ...chosen], {
    cwd: recorder,
    encoding: 'utf8',
    stdio: ['ignore', 'pipe', 'inherit'],
  })
  if (status !== 0) throw new Error(`go run . bench ended with ${status} in ${recorder}`)
  const rows = stdout.split('\n').filter(line => line !== '')
  const found = rows.map(line => JSON.parse(line) as CoreRow).find(row => row.workload === name)
  return found?.podsPerCPUSec
}
