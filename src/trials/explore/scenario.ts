// What is explored: one act on an installed platform (a restart, the loss of a node, a drain) or a
// scripted trial, run again and again under other schedules.

import { refText } from '../../checks/life.ts'
import { judge } from '../../checks/registry.ts'
import { request } from '../../cluster/cluster.ts'
import type { Schedule } from '../../engine/schedule.ts'
import type { Change } from '../../engine/store.ts'
import type { RecordedChoice } from '../../engine/trace.ts'
import type { Strike, World } from '../../engine/world.ts'
import type { Fault } from '../../faults/fault.ts'
import { faults } from '../../faults/registry.ts'
import { drain } from '../drain.ts'
import { workloadKinds } from '../install.ts'
import type { Base, TrialRun } from '../trial.ts'
import { replicasAtMost, scaledKinds } from '../scale.ts'
import { refOf, targetOf, Voyage } from '../voyage.ts'

export interface Scenario {
  readonly trial: string
  /** What is struck, for people: `Deployment default/web`, `node workers-1`. */
  readonly subject: string
  /** A client outside the cluster takes part all the time, so that states of the cluster are not all. */
  readonly hasClient?: true
  /** A change after which nothing can mend what it breaks. */
  readonly marks?: Marks
  /** Runs it from start to end. */
  readonly run: (schedule: Schedule) => ExploredRun
  /** Runs it up to the moment from which everything is left to the cluster. */
  readonly launch: (schedule: Schedule) => Launched
}

export type Marks = (change: Change) => boolean

/** One run of a scenario and the choices that its schedule had. */
export interface ExploredRun {
  readonly schedule: Schedule
  readonly run: TrialRun
  readonly choices: readonly RecordedChoice[]
}

/** A World in which the last act was done, and how to judge what became of it. */
export interface Launched {
  readonly world: World
  /** The trial waits until then. */
  readonly untilMs: number
  readonly judged: (world: World) => ExploredRun
}

/** An act on the installed platform. */
interface Act {
  readonly trial: string
  readonly subject: string
  readonly node?: string
  readonly hasClient?: true
  act(voyage: Voyage): void
}

/** The scenarios of the standard trials of that name on an installed platform. */
export function scenariosOf(
  base: Base,
  trial: string,
  strikes: readonly Strike[] = [],
): readonly Scenario[] {
  return actsOf(base, trial).map(act => ({
    trial,
    subject: act.subject,
    ...(act.hasClient && { hasClient: act.hasClient }),
    run: schedule => runAct(base, act, schedule, strikes).explored,
    launch: schedule => runAct(base, act, schedule, strikes).launched,
  }))
}

function actsOf(base: Base, trial: string): readonly Act[] {
  const nodes = base.world.store.list('Node').map(({ metadata }) => metadata.name ?? '')
  switch (trial) {
    case 'restart':
      return restarts(base)
    case 'lose-node':
      return nodes.map(node => ({
        trial,
        subject: `node ${node}`,
        node,
        act: voyage => {
          nodeLoss.apply(voyage.world, { node })
          voyage.settle()
        },
      }))
    case 'drain':
      return nodes.map(node => ({
        trial,
        subject: `node ${node}`,
        node,
        hasClient: true,
        act: voyage => {
          drain(voyage, node)
          voyage.settle()
        },
      }))
    case 'scale':
      return scalings(base)
    default:
      return []
  }
}

/** The trials that are explored when none is named. */
export const exploredByDefault: readonly string[] = ['restart', 'lose-node', 'drain']
/** Names of the trials that can be explored. */
export const exploredTrials: readonly string[] = [...exploredByDefault, 'scale']

const nodeLoss = faults.get('node-loss') as Fault

function restarts({ world, healthy }: Base): readonly Act[] {
  return workloadKinds
    .flatMap(kind => world.store.list(kind))
    .filter(object => healthy.has(refText(refOf(object))))
    .map(object => ({
      trial: 'restart',
      subject: refText(refOf(object)),
      act: voyage => {
        voyage.restart(object)
        voyage.settle()
      },
    }))
}

/** It grows as in the scale trial, comes to rest, and shrinks to what it was. */
function scalings({ world, healthy }: Base): readonly Act[] {
  return scaledKinds
    .flatMap(kind => world.store.list(kind))
    .filter(object => healthy.has(refText(refOf(object))))
    .map(object => ({
      trial: 'scale',
      subject: refText(refOf(object)),
      act: voyage => {
        const { replicas = 1 } = (object.spec ?? {}) as { readonly replicas?: number }
        for (const wanted of [replicasAtMost(voyage.world, object), replicas]) {
          request(voyage.world, { verb: 'scale', target: targetOf(object), replicas: wanted })
          voyage.settle()
        }
      },
    }))
}

/** Runs an act on a fork of the installed platform under a schedule. */
function runAct(
  base: Base,
  { subject, node, act }: Act,
  schedule: Schedule,
  strikes: readonly Strike[],
): { readonly explored: ExploredRun; readonly launched: Launched } {
  const world = base.world.fork(schedule)
  world.arm(strikes)
  const start = world.traceLength
  const last = { world, untilMs: world.nowMs }
  const voyage = new Voyage(world, {
    etcdHosts: base.platform.etcdHosts,
    underWay: (now, untilMs) => {
      last.world = now.fork()
      last.untilMs = untilMs
    },
  })
  act(voyage)
  const seen = voyage.observation()
  const judged = (other: World): ExploredRun => {
    const isSame = other === world
    const quiet = isSame ? seen.quiet : other.opening(last.untilMs) === undefined
    const observation = { ...seen, world: other, endMs: other.nowMs, quiet }
    const verdicts = judge(observation).filter(({ object, owner }) =>
      base.healthy.has(refText(owner ?? object)),
    )
    const exhausted = isSame && voyage.exhausted
    const run = { subject, observation, verdicts, gates: [], exhausted, ...(node && { node }) }
    return { schedule, run, choices: choicesFrom(other, start) }
  }
  return { explored: judged(world), launched: { ...last, judged } }
}

/** The choices that a World had from an entry of its trace on. */
export function choicesFrom(world: World, start: number): readonly RecordedChoice[] {
  return world.traceFrom(start).flatMap(entry => (entry.type === 'choice' ? [entry] : []))
}
