// Suite `scheduler`: decisions of the real kube-scheduler. A family is one file; a case is one
// decision, and every recorded field of it must agree.

import { readRecording, recordingsIn } from './recordings.ts'
import type { Scenario } from './scheduler-format.ts'
import { type Decision, replay } from './scheduler-replay.ts'
import type { Run } from './suite.ts'
import { Tally } from './tally.ts'

export const run: Run = async (folder, options) => {
  const tally = new Tally('scheduler', folder, options)
  for (const { name, path } of recordingsIn(folder)) {
    const { only } = options
    if (only !== undefined && !name.includes(only) && !only.includes(name)) continue
    for (const line of readRecording(path)) check(line as Scenario, name, tally)
  }
  return tally.result()
}

function check(scenario: Scenario, family: string, tally: Tally): void {
  if (!tally.wants({ family, id: scenario.id })) return
  const decisions: Iterator<Decision> = replay(scenario)
  for (;;) {
    const name = { family, id: scenario.id }
    let next: IteratorResult<Decision>
    try {
      next = decisions.next()
    } catch (error) {
      tally.cannotRun(name, error instanceof Error ? (error.stack ?? error.message) : String(error))
      return
    }
    if (next.done === true) return
    const { step, want, got } = next.value
    tally.compare({ family, id: `${scenario.id}#${step}` }, want, got)
  }
}
