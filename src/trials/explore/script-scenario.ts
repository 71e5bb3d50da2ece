// A scripted trial as a scenario: all of its steps under a schedule, and for a visit of states what
// follows the last thing that it does.

import { brokenProperties, isLostBy } from '../../checks/property.ts'
import { judge } from '../../checks/registry.ts'
import type { Schedule } from '../../engine/schedule.ts'
import type { Strike, World } from '../../engine/world.ts'
import { gateVerdicts } from '../install.ts'
import type { Platform } from '../platform.ts'
import { type ReadObjects, runScript } from '../scripted.ts'
import type { TrialSpec } from '../spec.ts'
import type { TrialRun } from '../trial.ts'
import { choicesFrom, type ExploredRun, type Launched, type Scenario } from './scenario.ts'

export interface Script {
  readonly spec: TrialSpec
  readonly platform: Platform
  readonly read: ReadObjects
  readonly strikes: readonly Strike[]
}

/** The one scenario of a scripted trial. */
export function scriptScenario(script: Script): Scenario {
  const { spec } = script
  return {
    trial: spec.name,
    subject: spec.file,
    marks: change => isLostBy(change, spec.properties),
    run: schedule => runOnce(script, schedule).explored,
    launch: schedule => runOnce(script, schedule).launched,
  }
}

function runOnce(
  { spec, platform, read, strikes }: Script,
  schedule: Schedule,
): { readonly explored: ExploredRun; readonly launched: Launched } {
  const options = { ...platform.options, schedule }
  let last: { readonly world: World; readonly untilMs: number } | undefined
  const { result } = runScript(spec, { ...platform, options }, read, {
    strikes,
    underWay: (world, untilMs) => {
      last = { world: world.fork(), untilMs }
    },
  })
  const run = result.runs[0] as TrialRun
  const { world } = run.observation
  const explored = { schedule, run, choices: choicesFrom(world, 0) }
  const from = last ?? { world, untilMs: world.nowMs }
  const judged = (other: World): ExploredRun => {
    const quiet = other.opening(from.untilMs) === undefined
    const observation = { ...run.observation, world: other, endMs: other.nowMs, quiet }
    const gates = gateVerdicts(run.gates, observation.startMs)
    const broken = brokenProperties(observation, spec.properties)
    const verdicts = [...judge(observation), ...gates, ...broken]
    const choices = choicesFrom(other, 0)
    return { schedule, run: { ...run, observation, verdicts, exhausted: false }, choices }
  }
  return { explored, launched: { ...from, judged } }
}
