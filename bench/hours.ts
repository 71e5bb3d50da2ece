// Hours of a platform of 500 pods on 50 nodes: quiet ones, and ones in which everything is rolled
// out anew. What is measured is how much time of the cluster one second of the processor takes.

import { load } from '../src/sources/load.ts'
import { platformOf } from '../src/index.ts'
import type { KubeObject } from '../src/kube/object.ts'
import { install, workloadKinds } from '../src/trials/install.ts'
import { Voyage } from '../src/trials/voyage.ts'
import { writePlatform } from './platform.ts'
import { quantile, type Row, type SuiteOptions } from './suite.ts'

const size = { nodes: 50, pods: 500 } as const
const hourMs = 3_600_000

interface Case {
  readonly workload: string
  readonly hours: number
  /** The least that is good enough, in simulated seconds per second. */
  readonly floor: number
  readonly rolls: boolean
}

const cases: readonly Case[] = [
  { workload: 'hourly rollout of everything', hours: 2, floor: 10_000, rolls: true },
  { workload: 'quiet hours', hours: 2000, floor: 1_000_000, rolls: false },
]

export function measureHours(folder: string, options: SuiteOptions): readonly Row[] {
  writePlatform(folder, { deployments: 69, statefulSets: 6, services: 30 })
  const pools = [{ name: 'workers', count: size.nodes, cpu: '4', memory: '16Gi' }]
  const loaded = load([folder], {})
  const { world } = install(platformOf({ ...loaded, pools }, {}))
  const pods = world.store.list('Pod').length
  if (pods !== size.pods) throw new Error(`the platform has ${pods} pods`)
  const { only = '', runs, say } = options
  return cases
    .filter(({ workload }) => workload.includes(only))
    .map(({ workload, hours, floor, rolls }) => {
      say(`bench: ${workload}, ${runs} runs`)
      // The first two warm the code.
      const rates = Array.from({ length: runs + 2 }, () => {
        const voyage = new Voyage(world.fork())
        const started = process.cpuUsage()
        for (let hour = 0; hour < hours; hour += 1) liveAnHour(voyage, rolls)
        const { user, system } = process.cpuUsage(started)
        return (hours * 3600) / ((user + system) / 1e6)
      }).slice(2)
      const median = quantile(rates, 0.5)
      const spread = (quantile(rates, 0.9) - quantile(rates, 0.1)) / 2 / median
      const perSecond = Number(median.toPrecision(4))
      const ratio = Number((median / floor).toPrecision(4))
      const unit = 'simulated s'
      const milliseconds = Number(((hours * 3600 * 1000) / median).toPrecision(4))
      const engine = 'processor time'
      const about = { workload, ...size, engine, perSecond, spread, floor, ratio, unit }
      return { ...about, millisecondsMedian: milliseconds }
    })
}

function liveAnHour(voyage: Voyage, rolls: boolean): void {
  const { world } = voyage
  const endMs = world.nowMs + hourMs
  const objects = rolls ? workloadKinds.flatMap(kind => world.store.list(kind)) : []
  for (const object of objects) {
    voyage.restart(object)
    voyage.wait(10)
  }
  voyage.wait(endMs - world.nowMs)
  const waiting = rolls ? objects.filter(object => !isRolled(world.store, object)) : []
  if (waiting.length > 0) throw new Error(`${waiting[0]?.metadata.name} did not roll out`)
}

type Reader = Voyage['world']['store']

function isRolled(store: Reader, { kind, metadata }: KubeObject): boolean {
  const object = store.get(kind, `${metadata.namespace}/${metadata.name}`)
  const status = (object?.['status'] ?? {}) as Record<string, number>
  if (status['observedGeneration'] !== object?.metadata.generation) return false
  return kind === 'DaemonSet'
    ? status['updatedNumberScheduled'] === size.nodes
    : status['updatedReplicas'] === status['replicas']
}
