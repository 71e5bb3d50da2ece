// What commands on a platform do first: settings, input files, and what applies when that is asked.

import { otherInput } from '../index.ts'
import { reportProblem } from '../explain/problems.ts'
import { remedies } from '../remedies/registry.ts'
import { problemText } from '../reports/problem.ts'
import { reporters } from '../reports/registry.ts'
import type { Call } from './commands/framework.ts'
import { configText } from './config.ts'
import { exits } from './exit.ts'
import { contextFor } from './output.ts'
import { environmentNotes, type Prepared, prepare } from './prepare.ts'
import type { Product } from './product.ts'
import { type CheckedSettings, type Settings, settingsFrom } from './settings.ts'

export interface Opened {
  readonly settings: Settings
  readonly prepared: Prepared
}

/** Settings and input, or the exit status with which the command is over already. */
export function opened(
  call: Call,
  product: Product,
  { ofActs = false }: { readonly ofActs?: boolean } = {},
): Opened | number {
  const settings = settingsOf(call, product)
  if (settings === undefined) return exits.usage
  const prepared = prepare(settings)
  const foreign = ofActs ? undefined : foreignText(settings, prepared, product)
  if (foreign !== undefined) {
    const problem = reportProblem(otherInput(settings.schedule, foreign))
    call.io.err(problemText(problem, contextFor(settings, call.io, 'err')))
    return exits.usage
  }
  if (!settings.showConfig) return { settings, prepared }
  call.io.out(configText(settings, prepared, call.given))
  return exits.holds
}

/** Why the schedule of --replay is none of this input; explore asks act by act. */
function foreignText(
  { schedule, kubernetes }: Settings,
  { loaded }: Prepared,
  product: Product,
): string | undefined {
  if (schedule.input === undefined) return undefined
  return product.foreignSchedule(loaded, { schedule, ...(kubernetes && { kubernetes }) })
}

/** Checked settings, or nothing once stderr says what is wrong with them. */
export function settingsOf(
  { args, given, io, outputs }: Call,
  product: Product,
): Settings | undefined {
  const known = {
    formats: outputs ?? [...reporters.keys()],
    trials: product.trialNames,
    strategies: product.strategyNames,
    remedies: remedies.map(({ name }) => name),
  }
  const { settings, problems }: CheckedSettings = settingsFrom(args, given, known)
  io.err(environmentNotes(io))
  if (problems.length === 0) return settings
  const context = contextFor(settings, io, 'err')
  io.err(problems.map(problem => problemText(reportProblem(problem), context)).join(''))
  return undefined
}
