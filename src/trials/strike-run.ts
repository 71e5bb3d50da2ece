// One run of a trial that strikes the installed platform: a fork, what is done to it, its verdicts.

import { controlPlaneRef } from '../checks/control-plane.ts'
import { refText } from '../checks/life.ts'
import { judge } from '../checks/registry.ts'
import type { Base, TrialRun } from './trial.ts'
import { Voyage } from './voyage.ts'

/** What is struck, as reports name it. */
export type Struck = Pick<TrialRun, 'subject' | 'node' | 'zone' | 'workload'>

/**
 * Runs `how` on a fork and judges it: of workloads that were well after the install, and of bare
 * pods to which something happened since.
 */
export function strikeRun(base: Base, struck: Struck, how: (voyage: Voyage) => void): TrialRun {
  const voyage = new Voyage(base.world.fork(), base.platform)
  how(voyage)
  return judged(base, struck, voyage)
}

/** The verdicts on a voyage that was made already. */
export function judged(base: Base, struck: Struck, voyage: Voyage): TrialRun {
  const observation = voyage.observation()
  const { startMs } = observation
  const verdicts = judge(observation).filter(({ object, owner, atMs, verdict }) => {
    const isBarePod = owner === undefined && object.kind === 'Pod'
    if (verdict === 'upgrade-stuck' || object.kind === controlPlaneRef.kind) return true
    return base.healthy.has(refText(owner ?? object)) || (isBarePod && atMs >= startMs)
  })
  return { ...struck, observation, verdicts, gates: [], exhausted: voyage.exhausted }
}
