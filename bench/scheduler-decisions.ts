// Decisions per second of the fast engine and of the specification. A decision is one attempt and
// its assumption in the cache; no queue, binding or events. Seconds are processor time, garbage
// collection included.

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
import type { SchedulerListers } from '../src/scheduler/listers.ts'
import { secondsToBind } from './end-to-end.ts'
import { loseEachNode, type Settled } from './lose-nodes.ts'
import { nodeOf, type Workload, workloadsFor } from './scheduler-workloads.ts'
import { quantile, type Row, type SuiteOptions } from './suite.ts'

const profile = defaultProfile()
const specificationSeconds = 1
/** Small clusters are full after few pods: more runs make up for it. */
const podsMeasuredMin = 20_000
const runsMax = 40

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

function withClaim(pod: Pod): Pod {
  const volume = { name: 'data', persistentVolumeClaim: { claimName: pod.metadata.name ?? '' } }
  return { ...pod, spec: { containers: [], ...pod.spec, volumes: [volume] } }
}

/** The claim of a pod, and the CSI volume that it is bound to. */
function claimAndVolume({ metadata: { name = '', namespace = '' } }: Pod): KubeObject[] {
  const bound = { 'pv.kubernetes.io/bind-completed': 'yes' }
  const claim = {
    apiVersion: 'v1',
    kind: 'PersistentVolumeClaim',
    metadata: { name, namespace, uid: `claim-${name}`, annotations: bound },
    spec: { volumeName: name, accessModes: ['ReadWriteOnce'], storageClassName: '' },
    status: { phase: 'Bound' },
  }
  const volume = {
    apiVersion: 'v1',
    kind: 'PersistentVolume',
    metadata: { name },
    spec: {
      csi: { driver: 'csi.example.com', volumeHandle: name },
      claimRef: { kind: 'PersistentVolumeClaim', name, namespace, uid: `claim-${name}` },
      accessModes: ['ReadWriteOnce'],
      storageClassName: '',
    },
  }
  return [claim, volume] as unknown as KubeObject[]
}

function listersOf(objects: readonly KubeObject[]): SchedulerListers {
  const lists = new Map<string, KubeObject[]>()
  const byKey = new Map<string, KubeObject>()
  const none: readonly KubeObject[] = []
  for (const object of objects) {
    const { namespace, name = '' } = object.metadata
    for (const key of [object.kind, `${object.kind} ${namespace}`]) {
      const list = lists.get(key)
      if (list === undefined) lists.set(key, [object])
      else list.push(object)
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
  const plain = podsOf(workload.templates, 'pod', workload.pods)
  const plainInit = podsOf(workload.initTemplates, 'init', workload.initPods)
  const isClaiming = workload.claims === true
  const pods = isClaiming ? plain.map(withClaim) : plain
  const initPods = isClaiming ? plainInit.map(withClaim) : plainInit
  const claims = isClaiming ? [...pods, ...initPods].flatMap(claimAndVolume) : []
  const listers = listersOf([...(workload.objects ?? []), ...claims])
  const bench: Bench = { workload, cache, pods, request: new Request(cache, listers), failed: 0 }
  initPods.forEach((pod, index) => {
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

  /** The same on a fork of the cache. */
  on(cache: SchedulerCache): Request {
    const request = new Request(cache, this.listers)
    request.nextStartNodeIndex = this.nextStartNodeIndex
    return request
  }
}

const noNames: readonly string[] = []

/** A platform of 200 Deployments whose pods are all placed, and how more are. */
export function settledPlatform(nodes: number, podsPerNode: number): Settled {
  const platform = workloadsFor(nodes).find(({ name }) => name === 'Platform200') as Workload
  const workload = { ...platform, initPods: 0, pods: nodes * podsPerNode }
  const engine = new FastEngine()
  const bench = prepare(workload, nodes, engine)
  for (const pod of bench.pods) decide(bench, engine, pod)
  const decideOn = (cache: SchedulerCache, pod: Pod): void => {
    decide({ ...bench, cache, request: bench.request.on(cache) }, engine, pod)
  }
  return { cache: bench.cache, decideOn }
}

/** Seconds of losing each node of a settled platform, by the decisions alone. */
function loseRow(nodes: number, podsPerNode: number, secondsMax: number, runs: number): Row {
  const settled = settledPlatform(nodes, podsPerNode)
  const rates = Array.from({ length: runs }, () => {
    const began = processorSeconds()
    loseEachNode(settled, nodes)
    return nodes / (processorSeconds() - began)
  })
  const median = quantile(rates, 0.5)
  const floor = nodes / secondsMax
  return {
    workload: 'LoseEachNode',
    nodes,
    pods: nodes * podsPerNode,
    engine: 'fast',
    perSecond: Math.round(median),
    spread: (quantile(rates, 0.9) - quantile(rates, 0.1)) / 2 / median,
    floor: Math.round(floor),
    ratio: Number((median / floor).toPrecision(3)),
    millisecondsMedian: Math.round((1000 * nodes) / median),
  }
}

/** Nodes, pods on each, and the seconds that losing each of them may take. */
const losses: readonly (readonly [number, number, number])[] = [
  [50, 10, 0.5],
  [1000, 15, 3],
  [5000, 30, 30],
]

function decide(bench: Bench, engine: SchedulingEngine, pod: Pod): void {
  const outcome = engine.schedule(pod, bench.request)
  bench.request.nextStartNodeIndex = outcome.nextStartNodeIndex
  if (outcome.type === 'placed') {
    bench.cache.assume(onNode(pod, outcome.node), pod)
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
    const isQuick = engine.name === 'fast' && count % 4096 !== 0
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
  const wanted = Math.ceil(podsMeasuredMin / Math.max(1, workload.pods))
  const rates = rowOfFast(workload, nodes, Math.max(runs, Math.min(wanted, runsMax)))
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
    ...(workload.overSpecificationMin !== undefined && {
      overSpecificationMin: workload.overSpecificationMin,
    }),
    ...(workload.published !== undefined && {
      published: workload.published,
      overPublished: Math.round(median / workload.published),
    }),
  }
}

const gateRounds = 6

/** The ratio that must hold on any machine: the best of several rounds of each engine, in turn. */
export function measureGate(): Row {
  const nodes = 5000
  const name = 'DefaultTopologySpreading'
  const workload = workloadsFor(nodes).find(one => one.name === name) as Workload
  const engine = new FastEngine()
  const bench = prepare({ ...workload, pods: gateRounds * 2000 }, nodes, engine)
  const round = (pods: readonly Pod[], by: SchedulingEngine): number => {
    const began = processorSeconds()
    for (const pod of pods) decide(bench, by, pod)
    return pods.length / (processorSeconds() - began)
  }
  let fast = 0
  let slow = 0
  for (let index = 0; index < gateRounds; index += 1) {
    const pods = bench.pods.slice(index * 2000, (index + 1) * 2000)
    slow = Math.max(slow, round(pods.slice(0, 400), specification))
    fast = Math.max(fast, round(pods.slice(400), engine))
  }
  const { overSpecificationMin = 50 } = workload
  return {
    workload: name,
    nodes,
    pods: bench.pods.length,
    engine: 'fast',
    perSecond: Math.round(fast),
    spread: 0,
    floor: 50_000,
    ratio: Number((fast / 50_000).toPrecision(3)),
    specification: Number(slow.toPrecision(3)),
    overSpecification: Number((fast / slow).toPrecision(3)),
    overSpecificationMin,
  }
}

const bestPublished = 1153
const platformFloors = [120_000, 50_000, 40_000, 25_000] as const

/** Workloads that are also measured from creation to binding, and the least that is good enough. */
function endToEndFloor({ name, published = 0 }: Workload, nodes: number): number | undefined {
  const at = floorIndex.findIndex(size => nodes <= size)
  if (name === 'Platform200') return platformFloors[at < 0 ? 3 : at]
  if (name === 'SchedulingBasic') return 50 * bestPublished
  return name === 'DefaultTopologySpreading' || name === 'SchedulingPodAffinity'
    ? 50 * published
    : undefined
}

function endToEndRow(workload: Workload, nodes: number, floor: number, runs: number): Row {
  const rates = Array.from(
    { length: runs },
    () => workload.pods / secondsToBind(workload, nodes, processorSeconds),
  )
  const median = quantile(rates, 0.5)
  return {
    workload: `EndToEnd ${workload.name}`,
    nodes,
    pods: workload.pods,
    engine: 'fast',
    perSecond: Math.round(median),
    spread: (quantile(rates, 0.9) - quantile(rates, 0.1)) / 2 / median,
    floor,
    ratio: Number((median / floor).toPrecision(3)),
    millisecondsMedian: Math.round((1000 * workload.pods) / median),
    ...(workload.published !== undefined && {
      published: workload.published,
      overPublished: Math.round(median / workload.published),
    }),
  }
}

function endToEndRows(sizes: readonly number[], options: SuiteOptions): Row[] {
  const rows: Row[] = []
  for (const nodes of sizes) {
    for (const workload of workloadsFor(nodes)) {
      const floor = endToEndFloor(workload, nodes)
      const { only = '' } = options
      if (floor === undefined || !`EndToEnd ${workload.name}`.includes(only)) continue
      const row = endToEndRow(workload, nodes, floor, Math.min(options.runs, 3))
      options.say(`${row.workload} ${nodes}: ${row.perSecond}/s, × ${row.ratio} of the floor`)
      rows.push(row)
    }
  }
  return rows
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
  for (const [nodes, podsPerNode, seconds] of losses) {
    if (options.only !== undefined && !'LoseEachNode'.includes(options.only)) continue
    if (options.nodes !== undefined && !sizes.includes(nodes)) continue
    const row = loseRow(nodes, podsPerNode, seconds, nodes < 5000 ? 3 : 1)
    options.say(`${row.workload} ${nodes}: ${row.millisecondsMedian} ms in all`)
    result.push(row)
  }
  result.push(...endToEndRows(sizes, options))
  return result
}
