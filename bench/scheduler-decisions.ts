// Decisions per second of the fast engine and of the specification. A decision is one attempt and its assumption
// in the cache; no queue, binding or events. Per second of processor time, garbage collection included.

import type { Pod } from '../src/kube/generated/types.ts'
import type { KubeObject } from '../src/kube/object.ts'
import { SchedulerCache } from '../src/scheduler/cache.ts'
import { defaultProfile } from '../src/scheduler/configuration.ts'
import {
  type EngineRequest,
  type SchedulingEngine,
  specification,
} from '../src/scheduler/engine.ts'
import { FastEngine } from '../src/scheduler/fast/engine.ts'
import type { TiedNodes } from '../src/scheduler/framework.ts'
import { podInfoOf } from '../src/scheduler/node-info.ts'
import type { SchedulerListers } from '../src/scheduler/listers.ts'
import { nodeOf, type Workload, workloadsFor } from './scheduler-workloads.ts'
import { quantile, type Row, type SuiteOptions } from './suite.ts'

const profile = defaultProfile()
const specificationSeconds = 2

/** One cluster with its initial pods, and the measured pods as objects. */
interface Bench {
  readonly workload: Workload
  readonly cache: SchedulerCache
  readonly pods: readonly Pod[]
  readonly request: Request
  failed: number
}

function podOf(template: Pod, name: string): Pod {
  return { ...template, metadata: { ...template.metadata, name, uid: name } }
}

function podsOf(templates: readonly Pod[], prefix: string, count: number): Pod[] {
  return Array.from({ length: templates.length === 0 ? 0 : count }, (_, index) =>
    podOf(templates[index % templates.length] as Pod, `${prefix}-${index}`),
  )
}

function listersOf(objects: readonly KubeObject[]): SchedulerListers {
  const lists = new Map<string, KubeObject[]>()
  const byKey = new Map<string, KubeObject>()
  const none: readonly KubeObject[] = []
  for (const object of objects) {
    const { namespace, name = '' } = object.metadata
    for (const key of [object.kind, `${object.kind} ${namespace}`]) {
      lists.set(key, [...(lists.get(key) ?? []), object])
    }
    byKey.set(`${object.kind} ${namespace === undefined ? name : `${namespace}/${name}`}`, object)
  }
  return {
    get: (kind, key) => byKey.get(`${kind} ${key}`) as never,
    list: (kind, namespace) =>
      (lists.get(namespace === undefined ? kind : `${kind} ${namespace}`) ?? none) as never,
  }
}

function prepare(workload: Workload, nodes: number, engine: SchedulingEngine): Bench {
  const cache = new SchedulerCache()
  for (let index = 0; index < nodes; index += 1) cache.setNode(nodeOf(index, workload.zones))
  const listers = listersOf(workload.objects ?? [])
  const pods = podsOf(workload.templates, 'pod', workload.pods)
  const bench: Bench = { workload, cache, pods, request: new Request(cache, listers), failed: 0 }
  podsOf(workload.initTemplates, 'init', workload.initPods).forEach((pod, index) => {
    if (workload.preplaced !== true) decide(bench, engine, pod)
    else cache.setPod(onNode(pod, nodeOf(Math.trunc(index / 4), []).metadata.name ?? '', index))
  })
  return bench
}

function onNode(pod: Pod, nodeName: string, started?: number): Pod {
  const placed = { ...pod, spec: { containers: [], ...pod.spec, nodeName } }
  if (started === undefined) return placed
  const seconds = 100_000 - started
  const startTime = new Date(seconds * 1000).toISOString().replace('.000Z', 'Z')
  return { ...placed, status: { startTime } }
}

/** One object for all attempts: only the start of the walk differs. */
class Request implements EngineRequest {
  readonly profile = profile
  readonly cache: SchedulerCache
  readonly listers: SchedulerListers
  readonly nominator = { nodeNames: () => noNames, nominatedPods: () => [] }
  readonly choices = {
    tie: ({ heapPick }: TiedNodes) => heapPick,
    preemptionOffset: () => 0,
  }
  nextStartNodeIndex = 0

  constructor(cache: SchedulerCache, listers: SchedulerListers) {
    this.cache = cache
    this.listers = listers
  }
}

const noNames: readonly string[] = []

function decide(bench: Bench, engine: SchedulingEngine, pod: Pod): void {
  const outcome = engine.schedule(pod, bench.request)
  bench.request.nextStartNodeIndex = outcome.nextStartNodeIndex
  if (outcome.type === 'placed') {
    bench.cache.assume(onNode(pod, outcome.node), podInfoOf(pod))
    return
  }
  const postFilter = outcome.type === 'unfit' ? outcome.postFilter : undefined
  const nominate = postFilter?.nominate ?? ''
  if (bench.workload.preempts !== true || nominate === '') {
    bench.failed += 1
    return
  }
  for (const { metadata } of postFilter?.preemption?.victims ?? []) {
    bench.cache.removePod(metadata.uid ?? '')
  }
  decide(bench, engine, { ...pod, status: { nominatedNodeName: nominate } })
}

interface Measured {
  readonly perSecond: number
  readonly count: number
}

/** Processor seconds of the process so far: neighbours on the machine disturb it little. */
function processorSeconds(): number {
  const { user, system } = process.cpuUsage()
  return (user + system) / 1e6
}

/** Decides pods until all are, or the time is over. */
function measure(bench: Bench, engine: SchedulingEngine, secondsMax: number): Measured {
  const began = processorSeconds()
  let count = 0
  for (const pod of bench.pods) {
    decide(bench, engine, pod)
    count += 1
    const isQuick = engine.name === 'fast' && count % 512 !== 0
    if (!isQuick && processorSeconds() - began > secondsMax) break
  }
  return { perSecond: count / (processorSeconds() - began), count }
}

const floorIndex: readonly number[] = [100, 1000, 5000, 15_000]

/** Decisions per second of the fast engine in each run. */
export function rowOfFast(workload: Workload, nodes: number, runs: number): readonly number[] {
  return Array.from({ length: runs }, () => {
    const engine = new FastEngine()
    return measure(prepare(workload, nodes, engine), engine, 20).perSecond
  })
}

function rowOf(workload: Workload, nodes: number, runs: number): Row {
  const rates = rowOfFast(workload, nodes, runs)
  const bench = prepare(workload, nodes, new FastEngine())
  const slow = measure(bench, specification, specificationSeconds).perSecond
  const median = quantile(rates, 0.5)
  const at = floorIndex.findIndex(size => nodes <= size)
  const floor = workload.floors[at < 0 ? 3 : at] as number
  return {
    workload: workload.name,
    nodes,
    pods: workload.pods,
    engine: 'fast',
    perSecond: Math.round(median),
    spread: (quantile(rates, 0.9) - quantile(rates, 0.1)) / 2 / median,
    floor,
    ratio: Number((median / floor).toPrecision(3)),
    specification: Number(slow.toPrecision(3)),
    overSpecification: Number((median / slow).toPrecision(3)),
    ...(workload.published !== undefined && {
      published: workload.published,
      overPublished: Math.round(median / workload.published),
    }),
  }
}

/** Rows of all workloads; runs from a bundle, as the product does. */
export function measureAll(options: SuiteOptions): readonly Row[] {
  const sizes = options.nodes ?? [100, 1000, 5000]
  const result: Row[] = []
  for (const nodes of sizes) {
    for (const workload of workloadsFor(nodes)) {
      if (options.only !== undefined && !workload.name.includes(options.only)) continue
      const row = rowOf(workload, nodes, Math.min(options.runs, 7))
      const { perSecond, overSpecification, ratio } = row
      options.say(
        `${row.workload} ${nodes}: ${perSecond}/s, × ${ratio} of the floor, × ${overSpecification} of the specification`,
      )
      result.push(row)
    }
  }
  return result
}
