// The public API: from loaded input to a report. `load` reads files; everything below is pure.

import { rehearse, rehearseScript, type ScriptReport, sizeOf } from './explain/rehearse.ts'
import type { Report } from './explain/report.ts'
import { reportProblem } from './explain/problems.ts'
import { defaultSchedule, type Schedule } from './engine/schedule.ts'
import type { Loaded } from './sources/load.ts'
import type { Platform } from './trials/platform.ts'
import { standardTrialNames } from './trials/registry.ts'
import type { SizeRow } from './trials/size.ts'
import type { ReadObjects } from './trials/scripted.ts'
import type { SlaSpec, TrialSpec } from './trials/spec.ts'

export { load, type Loaded, type LoadOptions } from './sources/load.ts'
export type { ExpectationResult } from './explain/expect.ts'
export type { ScriptReport } from './explain/rehearse.ts'
export type { Report } from './explain/report.ts'
export type { SizeRow } from './trials/size.ts'

/** The minor version whose behaviour the twin takes on unless told otherwise. */
export const kubernetesDefault = '1.36'

export interface CheckOptions {
  readonly version: string
  /** Standard trials to run; all unless given. */
  readonly trials?: readonly string[]
  readonly kubernetes?: string
  readonly schedule?: Schedule
  readonly sla?: SlaSpec
  readonly sources: readonly string[]
}

/** The platform that was loaded, ready for trials. */
export function platformOf(
  loaded: Loaded,
  { kubernetes, schedule, sla }: Pick<CheckOptions, 'kubernetes' | 'schedule' | 'sla'>,
): Platform {
  return {
    kubernetes: kubernetes ?? loaded.kubernetes ?? kubernetesDefault,
    pools: loaded.pools,
    objects: loaded.objects,
    ...(loaded.install !== undefined && { install: loaded.install }),
    ...(sla !== undefined && { sla }),
    options: { schedule: schedule ?? defaultSchedule },
  }
}

/** Takes the platform through its standard trials. */
export function runCheck(loaded: Loaded, options: CheckOptions): Report {
  return rehearse(platformOf(loaded, options), {
    version: options.version,
    trials: options.trials ?? standardTrialNames,
    sources: options.sources,
    assumptions: loaded.assumptions,
    problems: loaded.problems.map(reportProblem),
  })
}

/** The smallest number of nodes at which each standard trial holds, trying up to `nodesMax`. */
export function runSize(
  loaded: Loaded,
  options: Omit<CheckOptions, 'version' | 'sources'> & { readonly nodesMax: number },
): readonly SizeRow[] {
  return sizeOf(platformOf(loaded, options), options.nodesMax)
}

/** Runs one scripted trial; `read` reads the files that its steps apply. */
export function runTrial(
  spec: TrialSpec,
  loaded: Loaded,
  options: Omit<CheckOptions, 'trials'> & { readonly read: ReadObjects },
): ScriptReport {
  return rehearseScript(spec, platformOf(loaded, options), options.read, {
    version: options.version,
    sources: options.sources,
    assumptions: loaded.assumptions,
    problems: loaded.problems.map(reportProblem),
  })
}
