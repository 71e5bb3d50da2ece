// Recordings: one file for each violation that an exploration found, enough to see it again.

import { mkdirSync, readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import type { Checked, Problem } from '../base/problem.ts'
import { parseSchedule } from '../engine/schedule.ts'
import type { ExploredOutcome, ExploredScenario, ExploreReport } from '../explain/explore.ts'
import type { Io } from './io.ts'
import { exits } from './exit.ts'
import { usageProblem } from './pools.ts'
import type { Settings } from './settings.ts'

export interface Recording {
  readonly apiVersion: 'seatrial.dev/v1'
  readonly kind: 'Recording'
  readonly seatrial: { readonly version: string }
  readonly kubernetes: string
  /** Files and folders as they were named. */
  readonly inputs: readonly string[]
  readonly trial: string
  readonly subject: string
  /** Faults whose moment the schedule chooses. */
  readonly faults: readonly string[]
  /** Others ran between any two requests of a reconcile. */
  readonly interleave: boolean
  readonly outcome: ExploredOutcome
}

/** Saves what breaks below --record; answers an exit status where a file could not be written. */
export function saveRecordings(
  report: ExploreReport,
  { record, inputs }: Settings,
  io: Pick<Io, 'err'>,
): number | undefined {
  if (record === undefined) return undefined
  const named = inputs.filter(input => typeof input === 'string')
  const recordings = report.scenarios.flatMap(scenario =>
    scenario.outcomes.map(outcome => recordingOf(report, scenario, outcome, named)),
  )
  try {
    mkdirSync(record, { recursive: true })
    recordings.forEach((recording, index) => {
      const { trial, outcome } = recording
      const name = `${index + 1}-${trial}-${outcome.verdict}-${outcome.object.name}.json`
      const file = join(record, name.replaceAll(/[^\w.-]/g, '_'))
      writeFileSync(file, `${JSON.stringify(recording, null, 2)}\n`)
      io.err(`seatrial: recorded ${file}\n`)
    })
  } catch (error) {
    io.err(`seatrial: --record ${record}: ${(error as Error).message}\n`)
    return exits.usage
  }
  return undefined
}

function recordingOf(
  { seatrial, kubernetes, bound }: ExploreReport,
  { trial, subject }: ExploredScenario,
  outcome: ExploredOutcome,
  inputs: readonly string[],
): Recording {
  const { faults, interleave } = bound
  const kind = 'Recording'
  return {
    apiVersion: 'seatrial.dev/v1',
    kind,
    seatrial,
    kubernetes,
    inputs,
    trial,
    subject,
    faults,
    interleave,
    outcome,
  }
}

/** Reads a recording; undefined when the text names no file that holds one. */
export function readRecording(path: string): Checked<Recording> | undefined {
  let text: string
  try {
    text = readFileSync(path, 'utf8')
  } catch {
    return undefined
  }
  const value = parsed(text)
  if (!isRecording(value)) return wrongFile(path, 'it is no JSON with kind: Recording')
  const { problems, ok } = parseSchedule(value.outcome.schedule)
  return ok ? { ok: true, value, problems: [] } : { ok: false, problems }
}

function parsed(text: string): unknown {
  try {
    return JSON.parse(text)
  } catch {
    return undefined
  }
}

function isRecording(value: unknown): value is Recording {
  const { kind, outcome, inputs, faults } = (value ?? {}) as Partial<Recording>
  const isComplete = Array.isArray(inputs) && Array.isArray(faults)
  return kind === 'Recording' && isComplete && typeof outcome?.schedule === 'string'
}

function wrongFile(path: string, why: string): Checked<never> {
  const problem: Problem = usageProblem(
    `${path} is not a recording`,
    'name a file that explore --record wrote',
  )
  return { ok: false, problems: [{ ...problem, why }] }
}
