// How many distinct states a visit of all orders reaches in a second of processor time: the restart
// of one of two Deployments, 18 pods on 6 nodes, with the real controllers, scheduler and API
// server; and the same where caches stay behind, a component crashes and a node is lost. `states as
// numbers` is what explore uses; Worlds that are forked are the specification.

import { join } from 'node:path'
import { load, platformOf } from '../src/index.ts'
import { CellSystem } from '../src/trials/explore/cells/cell-system.ts'
import { strikeOf } from '../src/trials/explore/strikes.ts'
import { visitAll } from '../src/trials/explore/visit.ts'
import { WorldSystem } from '../src/trials/explore/world-system.ts'
import { install } from '../src/trials/install.ts'
import { Voyage } from '../src/trials/voyage.ts'
import { writePlatform } from './platform.ts'
import { quantile, type Row, type SuiteOptions } from './suite.ts'

const folder = join(import.meta.dirname, '..', '.cache', 'bench', 'explore')
const nodes = 6
const floor = 60_000
const statesMax = 500_000
const specificationStatesMax = 4000

interface Reach {
  readonly states: number
  readonly seconds: number
}

/** Seconds of processor time that this process took so far. */
function processorSeconds(): number {
  const { user, system } = process.cpuUsage()
  return (user + system) / 1e6
}

/** What the schedule may choose beside the order. */
interface Freedom {
  readonly workload: string
  readonly staleMax: number
  readonly crashesMax: number
  readonly fault?: string
}

const freedoms: readonly Freedom[] = [
  { workload: 'restart, distinct states', staleMax: 0, crashesMax: 0 },
  {
    workload: 'the same, stale, a crash, a node lost',
    staleMax: 1,
    crashesMax: 1,
    fault: 'node-loss=workers-1',
  },
]

function launched({ staleMax, crashesMax, fault }: Freedom) {
  writePlatform(folder, { deployments: 2, statefulSets: 0, services: 2 })
  const pools = [{ name: 'workers', count: nodes, cpu: '4', memory: '8Gi' }]
  const base = install(platformOf(load([folder], { pools }), {}))
  const grid = { staleMax, crashesMax }
  const schedule = { seed: 1, mode: 'default' as const, overrides: new Map(), windowMs: 20, grid }
  const world = base.world.fork(schedule)
  const [first] = world.store.list('Deployment')
  if (first === undefined) throw new Error('the platform has a Deployment')
  new Voyage(world).restart(first)
  const strike = fault === undefined ? undefined : strikeOf(fault)
  if (strike?.ok === true) world.arm([strike.value])
  return { world, untilMs: world.nowMs + 1_200_000, pods: world.store.list('Pod').length }
}

function timed(visit: () => number): Reach {
  const start = processorSeconds()
  const states = visit()
  return { states, seconds: processorSeconds() - start }
}

const bounds = { bytesMax: 2 ** 31, depthMax: 100_000, reduces: true, atEnd: () => undefined }

function byNumbers(freedom: Freedom): Reach {
  const { world, untilMs } = launched(freedom)
  return timed(() => {
    const system = new CellSystem(world, untilMs)
    return visitAll(system, system.start(), { ...bounds, statesMax }).states
  })
}

function byWorlds(freedom: Freedom): Reach {
  const { world, untilMs } = launched(freedom)
  return timed(() => {
    const system = new WorldSystem(untilMs)
    const start = system.stateOf(world)
    return visitAll(system, start, { ...bounds, statesMax: specificationStatesMax }).states
  })
}

/** Visits from the start in every run: what was learnt in one is not used in the next. */
export async function rows({ runs, say }: SuiteOptions): Promise<readonly Row[]> {
  return freedoms.map(freedom => {
    const { workload } = freedom
    const { pods } = launched(freedom)
    say(`bench: explore, ${workload}, with ${nodes} nodes and ${pods} pods, ${runs} runs`)
    const rates = Array.from({ length: runs }, () => byNumbers(freedom)).map(perSecond)
    const specification = perSecond(byWorlds(freedom))
    const median = quantile(rates, 0.5)
    const spread = (quantile(rates, 0.9) - quantile(rates, 0.1)) / 2 / median
    return {
      workload,
      nodes,
      pods,
      engine: 'states as numbers',
      perSecond: Math.round(median),
      spread: Number(spread.toPrecision(3)),
      floor,
      ratio: Number((median / floor).toPrecision(3)),
      specification: Math.round(specification),
      overSpecification: Number((median / specification).toPrecision(3)),
      overSpecificationMin: 5,
    }
  })
}

function perSecond({ states, seconds }: Reach): number {
  return states / seconds
}
