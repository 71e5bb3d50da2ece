// `replay` behind its words: which command made the schedule, and that command with it.

import type { Problem } from '../base/problem.ts'
import { parseSchedule } from '../engine/schedule.ts'
import { reportProblem } from '../explain/problems.ts'
import { problemText } from '../reports/problem.ts'
import type { Call } from './commands/framework.ts'
import { exits } from './exit.ts'
import type { FlagName, GivenFlags } from './flags.ts'
import { usageProblem } from './pools.ts'
import { type Product, realProduct } from './product.ts'
import { readRecording } from './recording.ts'
import { runCheckCommand } from './run-check.ts'
import { runExploreCommand } from './run-explore.ts'
import { runTrialCommand } from './run-trial.ts'

/** Runs `seatrial replay`; answers the exit status. */
export async function runReplayCommand(
  call: Call,
  product: Product = realProduct,
): Promise<number> {
  const [what, ...paths] = call.args
  if (what === undefined) return refused(call, [nothing()])
  const recording = /^st\d+\./.test(what) ? undefined : readRecording(what)
  if (recording?.ok === false) return refused(call, recording.problems)
  const { outcome, inputs, faults, interleave } = recording?.value ?? { inputs: [], faults: [] }
  const text = outcome?.schedule ?? what
  const parsed = parseSchedule(text)
  if (!parsed.ok) return refused(call, parsed.problems)
  const replayed = withFlag(withFlag(call.given, 'replay', [text]), 'fault', faults)
  const given = withFlag(replayed, 'interleave', interleave === true ? ['true'] : [])
  const again = { ...call, args: paths.length > 0 ? paths : inputs, given }
  if (parsed.value.windowMs !== undefined) return runExploreCommand(again, product)
  const isTrial = again.args.some(path => /\.trial\.ya?ml$/.test(path))
  return isTrial ? runTrialCommand(again, product) : runCheckCommand(again, product)
}

function withFlag(given: GivenFlags, name: FlagName, values: readonly string[]): GivenFlags {
  if (values.length === 0 || given.has(name)) return given
  return new Map([...given, [name, { values, setBy: `--${name}` }]])
}

function nothing(): Problem {
  return usageProblem(
    'no schedule and no recording was named',
    'write seatrial replay SCHEDULE ./deploy, with the schedule that a report printed',
  )
}

function refused({ io }: Call, problems: readonly Problem[]): number {
  const context = { color: false, sourceText: () => undefined, showInfo: false }
  io.err(problems.map(problem => problemText(reportProblem(problem), context)).join(''))
  return exits.usage
}
