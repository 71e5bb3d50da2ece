// Suite `scheduler`: decisions of the real kube-scheduler. A family is one file; a case is one
// decision, and every recorded field of it must agree, whichever engine takes it.

import { type SchedulingEngine, specification } from '../../src/scheduler/engine.ts'
import { FastEngine } from '../../src/scheduler/fast/engine.ts'
import { readRecording, recordingsIn } from './recordings.ts'
import type { Scenario } from './scheduler-format.ts'
import { type Decision, replay } from './scheduler-replay.ts'
import type { Run } from './suite.ts'
import { Tally } from './tally.ts'

export const run: Run = async (folder, options) => {
  const tally = new Tally('scheduler', folder, options)
  const notes: string[] = []
  for (const { name, path } of recordingsIn(folder)) {
    const { only } = options
    if (only !== undefined && !name.includes(only) && !only.includes(name)) continue
    const asked = new Map<string, number>()
    for (const line of readRecording(path)) {
      const fast = new FastEngine()
      const engines = [specification, fast].filter(
        engine => options.engine === undefined || engine.name === options.engine,
      )
      check(line as Scenario, name, { tally, engines })
      for (const [reason, count] of fast.counts.fallbacks) {
        asked.set(reason, (asked.get(reason) ?? 0) + count)
      }
    }
    if (asked.size > 0) notes.push(fallbackNote(name, asked))
  }
  return { ...tally.result(), notes }
}

/** How often the fast engine asked the specification, so that no case passes unnoticed. */
function fallbackNote(family: string, asked: ReadonlyMap<string, number>): string {
  const reasons = [...asked].sort(([a], [b]) => (a < b ? -1 : 1))
  const texts = reasons.map(([reason, count]) => `${reason} ${count}`)
  return `fast engine, ${family}: decided by the specification: ${texts.join(', ')}`
}

interface Checking {
  readonly tally: Tally
  readonly engines: readonly SchedulingEngine[]
}

function check(scenario: Scenario, family: string, { tally, engines }: Checking): void {
  if (!tally.wants({ family, id: scenario.id })) return
  const replays = engines.map(engine => ({ engine, decisions: replay(scenario, engine) }))
  for (;;) {
    const name = { family, id: scenario.id }
    const answers = new Map<string, unknown>()
    let first: Decision | undefined
    try {
      for (const { engine, decisions } of replays) {
        const next = decisions.next()
        if (next.done === true) return
        first ??= next.value
        answers.set(engine.name, next.value.got)
      }
    } catch (error) {
      tally.cannotRun(name, error instanceof Error ? (error.stack ?? error.message) : String(error))
      return
    }
    if (first === undefined) return
    tally.compareAll({ family, id: `${scenario.id}#${first.step}` }, first.want, answers)
  }
}
