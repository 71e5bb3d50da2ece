// What is explored: one act on an installed platform (a restart, the loss of a node, a drain),
// run again and again under other schedules.

import { refText } from '../../checks/life.ts'
import { judge } from '../../checks/registry.ts'
import type { Schedule } from '../../engine/schedule.ts'
import type { RecordedChoice } from '../../engine/trace.ts'
import type { Fault } from '../../faults/fault.ts'
import { faults } from '../../faults/registry.ts'
import { drain } from '../drain.ts'
import { workloadKinds } from '../install.ts'
import type { Base, TrialRun } from '../trial.ts'
import { refOf, Voyage } from '../voyage.ts'

export interface Scenario {
  readonly trial: string
  /** What is struck, for people: `Deployment default/web`, `node workers-1`. */
  readonly subject: string
  readonly node?: string
  act(voyage: Voyage): void
}

/** One run of a scenario and the choices that its schedule had. */
export interface ExploredRun {
  readonly schedule: Schedule
  readonly run: TrialRun
  readonly choices: readonly RecordedChoice[]
}

/** The scenarios of the standard trials of that name on an installed platform. */
export function scenariosOf(base: Base, trial: string): readonly Scenario[] {
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
        act: voyage => {
          drain(voyage, node)
          voyage.settle()
        },
      }))
    default:
      return []
  }
}

/** Names of the trials that can be explored. */
export const exploredTrials: readonly string[] = ['restart', 'lose-node', 'drain']

const nodeLoss = faults.get('node-loss') as Fault

function restarts({ world, healthy }: Base): readonly Scenario[] {
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

/** Runs a scenario on a fork of the installed platform under a schedule. */
export function runScenario(base: Base, scenario: Scenario, schedule: Schedule): ExploredRun {
  const world = base.world.fork(schedule)
  const start = world.traceLength
  const voyage = new Voyage(world, base.platform.etcdHosts)
  scenario.act(voyage)
  const observation = voyage.observation()
  const verdicts = judge(observation).filter(({ object, owner }) =>
    base.healthy.has(refText(owner ?? object)),
  )
  const { subject, node } = scenario
  const { exhausted } = voyage
  const run = { subject, observation, verdicts, gates: [], exhausted, ...(node && { node }) }
  const choices = world.traceFrom(start).filter(entry => entry.type === 'choice')
  return { schedule, run, choices }
}
