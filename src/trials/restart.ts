// The restart trial: `kubectl rollout restart` of each workload, each on a fork of its own.

import { refText } from '../checks/life.ts'
import { judge } from '../checks/registry.ts'
import type { Verdict } from '../checks/verdict.ts'
import type { KubeObject } from '../kube/object.ts'
import { workloadKinds } from './install.ts'
import type { Base, Trial, TrialRun } from './trial.ts'
import { refOf, Voyage } from './voyage.ts'

function restartOne(base: Base, object: KubeObject): TrialRun {
  const workload = refOf(object)
  const voyage = new Voyage(base.world.fork())
  voyage.restart(object)
  voyage.settle()
  const observation = voyage.observation()
  const verdicts = judge(observation).filter(verdict => concerns(base, verdict, refText(workload)))
  const { exhausted } = voyage
  return { subject: refText(workload), workload, observation, verdicts, gates: [], exhausted }
}

/** The restarted workload itself, and healthy others that it disturbs. */
function concerns({ healthy }: Base, { object, owner }: Verdict, restarted: string): boolean {
  const name = refText(owner ?? object)
  return name === restarted || healthy.has(name)
}

export const restart = {
  name: 'restart',
  doc: 'Restarts each workload that the install brought up, and waits for its rollout.',
  run: base => {
    const workloads = workloadKinds.flatMap(kind => base.world.store.list(kind))
    const healthy = workloads.filter(object => base.healthy.has(refText(refOf(object))))
    return { trial: 'restart', runs: healthy.map(object => restartOne(base, object)) }
  },
} satisfies Trial
