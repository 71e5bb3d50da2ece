// Who goes down, for how long: every Service and every workload without one, against the loss of
// each node and each zone. Each loss is a fork of the installed platform.

import { compareStrings } from '../../base/compare.ts'
import { lifeOf, refText } from '../../checks/life.ts'
import { servingAt } from '../../checks/spans.ts'
import type { ClusterLife, PodLife, WorkloadLife } from '../../checks/verdict.ts'
import type { World } from '../../engine/world.ts'
import { faults } from '../../faults/registry.ts'
import { keyFrom, type KubeObject, type ObjectRef } from '../../kube/object.ts'
import type { Fault, FaultArgs } from '../../faults/fault.ts'
import { controlPlaneRef } from '../../checks/control-plane.ts'
import { nodeKinds } from '../alike.ts'
import { type ControlPlane, controlPlaneOf, settleAfterLoss } from '../control-plane.ts'
import { strikeNow } from '../strike.ts'
import type { Base } from '../trial.ts'
import { refOf, Voyage } from '../voyage.ts'
import { knownZones } from '../zones.ts'
import {
  type Aftermath,
  boundToNodes,
  calm,
  controlPlaneFate,
  fateAfter,
  isTouched,
  quorumAfter,
  type Subject,
} from './aftermath.ts'
import { listedSince, readyNow, servicesChanged } from './endpoints.ts'
import type { Fate } from './fate.ts'
import { type Story, storyOf } from './story.ts'

/** One thing that is lost. */
export interface Strike {
  readonly kind: 'node' | 'zone'
  readonly name: string
  /** Nodes that are lost with it. */
  readonly nodes: readonly string[]
  /** Others of the kind that fare exactly like it and were not struck. */
  readonly alike: readonly string[]
}

export interface StrikeFate extends Fate {
  readonly strike: Strike
}

/** A Service, or a workload without one. */
export interface SurviveRow {
  readonly object: ObjectRef
  /** Workloads behind a Service; the workload itself otherwise. */
  readonly workloads: readonly ObjectRef[]
  /** Endpoints (or pods) that serve before anything is lost. */
  readonly full: number
  readonly fates: readonly StrikeFate[]
}

export interface Survival {
  readonly strikes: readonly Strike[]
  readonly rows: readonly SurviveRow[]
  /** Services without a ready endpoint after the install: nothing can be said of them. */
  readonly unready: readonly ObjectRef[]
  readonly runs: number
  readonly events: number
  readonly virtualSeconds: number
  /** Worlds after each strike, in the order of `strikes`. */
  readonly worlds: readonly World[]
  readonly skipped?: string
  /** What happened to a row in its worst case. */
  readonly story: (row: SurviveRow, strike: Strike) => Story
}

export interface SurviveOptions {
  /** Strike every node and reckon every row, also where another shows the same: for tests. */
  readonly everything?: boolean
  /** Told after each loss: how many are done, of how many. */
  readonly onStruck?: Progress
}

export type Progress = (done: number, all: number) => void

const onlyNode = 'there is only one node, so nothing could take over'

/** Strikes each node and each zone, and tells what becomes of every row. */
export function survive(base: Base, options: SurviveOptions = {}): Survival {
  const before = lifeOf(base.world)
  const strikes = strikesOn(base, before, options)
  const { subjects, unready } = subjectsOf(base.world, before)
  const { everything = false, onStruck } = options
  const runs = strikes.map((strike, index) => {
    const run = runOf(base, before, { strike, subjects, everything })
    onStruck?.(index + 1, strikes.length)
    return run
  })
  const services = (runs.length === 0 ? [] : subjects).map((subject, index): SurviveRow => {
    const { object, pods, workloads } = subject
    const refs = workloads.flatMap(name => workloadNamed(before, name)?.ref ?? [])
    const fates = runs.map(run => run.fates[index] as StrikeFate)
    return { object, workloads: refs, full: pods.size, fates }
  })
  const servers = controlPlaneOf(base.world, base.platform.etcdHosts ?? [])
  const rows = [...(servers === undefined ? [] : controlPlaneRow(servers, runs)), ...services]
  const durations = runs.map(({ endMs, startMs }) => (endMs - startMs) / 1000)
  const story = (row: SurviveRow, strike: Strike): Story => {
    const run = runs[strikes.indexOf(strike)] as Run
    const uids = subjects[services.indexOf(row)]?.pods ?? new Set()
    return storyOf(run, { uids, workloads: row.workloads.map(refText), nodes: strike.nodes })
  }
  return {
    strikes,
    rows,
    unready,
    runs: runs.length,
    events: runs.reduce((sum, { events }) => sum + events, 0),
    virtualSeconds: durations.reduce((sum, seconds) => sum + seconds, 0),
    worlds: runs.map(({ world }) => world),
    ...(strikes.length === 0 && { skipped: onlyNode }),
    story,
  }
}

/** The API server as a row of its own, where nodes of the platform carry it. */
function controlPlaneRow(servers: ControlPlane, runs: readonly Run[]): readonly SurviveRow[] {
  if (runs.length === 0) return []
  const fates = runs.map(({ world, startMs, endMs, strike }) => {
    return { strike, ...controlPlaneFate({ world, servers, lost: strike.nodes, startMs, endMs }) }
  })
  return [{ object: controlPlaneRef, workloads: [], full: servers.members.length, fates }]
}

/** Each node, one of each kind; each zone, where zones are known. */
function strikesOn(base: Base, life: ClusterLife, { everything }: SurviveOptions): Strike[] {
  const { world, platform } = base
  const names = world.store.list('Node').map(({ metadata }) => metadata.name ?? '')
  if (names.length < 2) return []
  const kinds =
    everything === true ? names.map(name => ({ name, alike: [] })) : nodeKinds(world, life.pods)
  const nodes = kinds.map(
    ({ name, alike }): Strike => ({ kind: 'node', name, nodes: [name], alike }),
  )
  const zones = knownZones(platform, world).map(
    ([name, members]): Strike => ({ kind: 'zone', name, nodes: members, alike: [] }),
  )
  return [...nodes, ...zones]
}

interface Subjects {
  readonly subjects: readonly Subject[]
  readonly unready: readonly ObjectRef[]
}

/** Services with a ready endpoint, then serving workloads that no Service sends requests to. */
function subjectsOf(world: World, life: ClusterLife): Subjects {
  const ready = readyNow(world)
  const byUid = new Map(life.pods.map(pod => [pod.uid, pod]))
  const services: Subject[] = []
  const unready: ObjectRef[] = []
  const served = new Set<string>()
  for (const service of world.store.list('Service')) {
    if (!hasEndpoints(service)) continue
    const key = keyFrom(service.metadata.namespace, service.metadata.name ?? '')
    const listed = ready.get(key) ?? new Set()
    const pods = servingIn(listed, byUid, world.nowMs)
    const workloads = workloadsBehind(pods, byUid)
    for (const name of workloads) served.add(name)
    if (pods.size === 0) unready.push(refOf(service))
    else {
      const isClean = listed.size === pods.size
      services.push({ object: refOf(service), service: key, pods, workloads, isClean })
    }
  }
  const others = life.workloads
    .filter(({ ref, steps }) => !served.has(refText(ref)) && servingAt(steps, world.nowMs) > 0)
    .map(({ ref, pods }): Subject => {
      const serving = pods.filter(pod => servesAt(pod, world.nowMs)).map(({ uid }) => uid)
      return { object: ref, pods: new Set(serving), workloads: [refText(ref)], isClean: true }
    })
  return { subjects: [...services, ...others], unready }
}

/** A Service that others answer for has no slices of its own. */
function hasEndpoints({ spec }: KubeObject): boolean {
  const { type, selector } = (spec ?? {}) as { type?: string; selector?: object }
  return type !== 'ExternalName' && selector !== undefined
}

function servesAt({ serving }: PodLife, atMs: number): boolean {
  return serving.some(({ fromMs, toMs }) => fromMs <= atMs && atMs < toMs)
}

function servingIn(
  uids: ReadonlySet<string>,
  byUid: ReadonlyMap<string, PodLife>,
  atMs: number,
): ReadonlySet<string> {
  return new Set(
    [...uids].filter(uid => {
      const pod = byUid.get(uid)
      return pod === undefined || servesAt(pod, atMs)
    }),
  )
}

function workloadsBehind(
  uids: ReadonlySet<string>,
  byUid: ReadonlyMap<string, PodLife>,
): readonly string[] {
  const names = [...uids].flatMap(uid => {
    const workload = byUid.get(uid)?.workload
    return workload === undefined ? [] : [refText(workload)]
  })
  return [...new Set(names)].sort(compareStrings)
}

function workloadNamed({ workloads }: ClusterLife, name: string): WorkloadLife | undefined {
  return workloads.find(({ ref }) => refText(ref) === name)
}

/** One loss, run to its end. */
export interface Run {
  readonly strike: Strike
  readonly world: World
  readonly life: ClusterLife
  readonly startMs: number
  readonly endMs: number
  readonly startRevision: number
  readonly events: number
  readonly fates: readonly StrikeFate[]
}

interface Struck {
  readonly strike: Strike
  readonly subjects: readonly Subject[]
  /** Reckon every row, also those to which nothing happened. */
  readonly everything?: boolean
}

const faultOf = (name: string): Fault => faults.get(name) as Fault
const lossOf = { node: faultOf('node-loss'), zone: faultOf('zone-loss') } as const

function runOf(base: Base, before: ClusterLife, { strike, subjects, everything }: Struck): Run {
  const world = base.world.fork()
  const voyage = new Voyage(world, base.platform)
  const { startMs, startRevision } = voyage.observation()
  const start = world.store.logLength('EndpointSlice')
  const args: FaultArgs = strike.kind === 'node' ? { node: strike.name } : { zone: strike.name }
  strikeNow(voyage, lossOf[strike.kind], { args })
  settleAfterLoss(voyage)
  const life = lifeOf(world)
  const aftermath: Aftermath = {
    window: { fromMs: startMs, toMs: world.nowMs },
    lives: new Map(life.pods.map(pod => [pod.uid, pod])),
    before: new Map(before.pods.map(pod => [pod.uid, pod])),
    workloads: new Map(life.workloads.map(each => [refText(each.ref), each])),
    workloadsBefore: new Map(before.workloads.map(each => [refText(each.ref), each])),
    relisted: servicesChanged(world, start),
    bound: boundToNodes(before, strike.nodes),
  }
  const touched = subjects.filter(each => everything === true || isTouched(each, aftermath))
  const services = new Set(touched.flatMap(({ service }) => service ?? []))
  const listed = listedSince(world, base.world, { start, fromMs: startMs, services })
  const fates = subjects.map((subject): StrikeFate => {
    const fate = touched.includes(subject) ? fateAfter(subject, aftermath, listed) : calm
    const quorum = quorumAfter(subject, aftermath)
    return { strike, ...fate, ...(quorum && { quorum }) }
  })
  const events = world.store.revision - startRevision
  return { strike, world, life, startMs, endMs: world.nowMs, startRevision, events, fates }
}
