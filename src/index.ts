// The public API: from loaded input to a report. `load` reads files; everything below is pure.

import type { ObjectRef } from './kube/object.ts'
import {
  emptyExploration,
  explore,
  type ExploreOptions,
  type ExploreReport,
  exploreScript,
} from './explain/explore.ts'
import { emptyReport, rehearse, rehearseScript, sizeOf } from './explain/rehearse.ts'
import type { Finding, Report } from './explain/report.ts'
import { type SurvivalReport, surviveReport } from './explain/survival.ts'
import { reportProblem } from './explain/problems.ts'
import { type FieldChain, fieldChain } from './explain/provenance.ts'
import { defaultSchedule, foreignInput, type Schedule, scheduleText } from './engine/schedule.ts'
import type { Progress } from './trials/survive/survive.ts'
import type { Problem } from './base/problem.ts'
import type { ExpectationResult } from './explain/expect.ts'
import { placementOf, podsNamed } from './explain/placement/place.ts'
import type { PodPlacement } from './explain/placement/report.ts'
import { install } from './trials/install.ts'
import { searchRemedies } from './remedies/search.ts'
import { load, type Loaded } from './sources/load.ts'
import { loadTrial } from './sources/load-trial.ts'
import { remediesOf } from './sources/remedies.ts'
import { readTrialFile } from './sources/own/trial-file.ts'
import { inputDigest } from './trials/input-digest.ts'
import type { Platform } from './trials/platform.ts'
import { defaultTrials, standardTrialNames } from './trials/registry.ts'
import type { SizeRow } from './trials/size.ts'
import { withAssumedZones } from './trials/zones.ts'
import type { ReadObjects } from './trials/scripted.ts'
import type { PoolSpec, SlaSpec, TrialSpec } from './trials/spec.ts'

export { load, type Loaded, type LoadOptions } from './sources/load.ts'
export type { ExpectationResult } from './explain/expect.ts'
export type { ExploreReport } from './explain/explore.ts'
export type { Report } from './explain/report.ts'
export type { FieldChain } from './explain/provenance.ts'
export type { SurvivalReport } from './explain/survival.ts'
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
  /** Windows of the scheduler to try where it samples nodes. */
  readonly windows?: number
}

/** The platform that was loaded, ready for trials. */
export function platformOf(
  loaded: Loaded,
  { kubernetes, schedule, sla }: Pick<CheckOptions, 'kubernetes' | 'schedule' | 'sla'>,
): Platform {
  const objects = loaded.objects.map(({ object }) => object)
  const { pools, assumed } = withAssumedZones(loaded.pools, objects)
  const platform: Platform = {
    kubernetes: kubernetes ?? loaded.kubernetes ?? kubernetesDefault,
    pools,
    zonesAssumedFor: assumed,
    objects: loaded.objects,
    ...(loaded.install !== undefined && { install: loaded.install }),
    ...(loaded.timers !== undefined && { timers: loaded.timers }),
    ...(loaded.featureGates !== undefined && { featureGates: loaded.featureGates }),
    ...(loaded.schedulers !== undefined && { schedulers: loaded.schedulers }),
    ...(loaded.operators !== undefined && { operators: loaded.operators }),
    ...(loaded.etcdHosts !== undefined && { etcdHosts: loaded.etcdHosts }),
    ...(sla !== undefined && { sla }),
    suppressions: loaded.suppressions,
  }
  const input = inputDigest(platform)
  return { ...platform, options: { schedule: { ...(schedule ?? defaultSchedule), input } } }
}

/** Why a schedule was not made on this input; undefined when it was, or does not say. */
export function foreignSchedule(
  loaded: Loaded,
  options: Pick<CheckOptions, 'kubernetes'> & { readonly schedule: Schedule },
): string | undefined {
  const { options: own } = platformOf(loaded, options)
  return foreignInput(options.schedule, own?.schedule?.input ?? '')
}

/** Names of the standard trials, install first. */
export const trialNames = standardTrialNames

/** Takes the platform through its standard trials. */
export function runCheck(loaded: Loaded, options: CheckOptions): Report {
  const platform = platformOf(loaded, options)
  return rehearse(platform, {
    version: options.version,
    trials: options.trials ?? defaultTrials(platform).map(({ name }) => name),
    sources: options.sources,
    assumptions: loaded.assumptions,
    problems: loaded.problems.map(reportProblem),
    ...(options.windows !== undefined && { windows: options.windows }),
  })
}

export type ExploreCheckOptions = ExploreOptions & Pick<CheckOptions, 'kubernetes' | 'sla'>

/** Tries the orders in which components may act, act by act on the installed platform. */
export function runExplore(loaded: Loaded, options: ExploreCheckOptions): ExploreReport {
  return explore(platformOf(loaded, options), options)
}

export interface ExplainPodOptions extends Pick<CheckOptions, 'kubernetes' | 'schedule'> {
  /** A pod, or the beginning of its name. */
  readonly name: string
  readonly namespace?: string
}

/** Where the pods of a name may go once the platform is installed, those that wait first. */
export function explainPod(loaded: Loaded, options: ExplainPodOptions): readonly PodPlacement[] {
  const platform = platformOf(loaded, options)
  const { world } = install(platform)
  return podsNamed(world, options.name, options.namespace).flatMap(
    pod => placementOf(platform, world, pod) ?? [],
  )
}

/** Explores every trial of the files in order; what cannot be read is a problem of the report. */
export function runExploreTrials(
  files: readonly string[],
  options: ExploreOptions & TrialFilesOptions,
): ExploreReport {
  const read = files.map(readTrialFile)
  const specs = read.flatMap(({ trials }) => trials)
  const { shard, ...rest } = options
  const reports = specs
    .filter((_, index) => shard === undefined || index % shard.count === shard.index)
    .map(spec => exploreTrial(spec, rest))
  const nothing = emptyExploration(
    { kubernetes: kubernetesDefault, pools: [], objects: [] },
    options,
  )
  const problems = [...read, ...reports].flatMap(part => part.problems ?? [])
  return {
    ...(reports[0] ?? nothing),
    scenarios: reports.flatMap(({ scenarios }) => scenarios),
    ...(problems.length > 0 && { problems }),
  }
}

function exploreTrial(spec: TrialSpec, options: ExploreOptions & TrialFilesOptions): ExploreReport {
  const { platform, loaded, read } = trialInput(spec, options)
  const report = exploreScript({ spec, platform, read }, options)
  return { ...report, problems: [...loaded.problems, ...(report.problems ?? [])] }
}

/** For how long each Service is down when each node or zone is lost. */
export function runSurvive(
  loaded: Loaded,
  options: Omit<CheckOptions, 'trials'> & { readonly onStruck?: Progress },
): SurvivalReport {
  const { version, sources, onStruck } = options
  return surviveReport(platformOf(loaded, options), {
    version,
    sources,
    ...(onStruck !== undefined && { onStruck }),
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

/** Who wrote one field of an object, once the platform is installed. */
export function runFieldChain(
  loaded: Loaded,
  options: Pick<CheckOptions, 'kubernetes' | 'schedule'>,
  { ref, path }: { readonly ref: ObjectRef; readonly path: string },
): FieldChain {
  const platform = platformOf(loaded, options)
  return fieldChain({ platform, world: install(platform).world }, ref, path)
}

export interface RemedyOptions extends CheckOptions {
  /** How often the trials may run again, in all. */
  readonly runsMax: number
  /** The least severity of findings that remedies are looked for. */
  readonly from: 'error' | 'warning'
}

/**
 * The report with remedies: for each finding the smallest changes that make it go away, tried by
 * running the report's trials again, and as edits of the files that were loaded.
 */
export function withRemedies(report: Report, loaded: Loaded, options: RemedyOptions): Report {
  const { from, runsMax } = options
  const wants = ({ severity }: Finding): boolean =>
    severity === 'error' || (from === 'warning' && severity === 'warning')
  if (!report.findings.some(wants)) return report
  const platform = platformOf(loaded, options)
  const trials = report.trials.map(({ name }) => name)
  const again = { version: options.version, trials, sources: [], assumptions: [], problems: [] }
  const runAgain = (other: Platform): Report => rehearse(other, again)
  const tried = searchRemedies(platform, report, { runAgain, runsMax, wants })
  const findings = report.findings.map(finding => {
    const found = tried.get(finding.id)
    return found === undefined ? finding : { ...finding, remedies: remediesOf(found, loaded) }
  })
  return { ...report, findings }
}

export interface TrialFilesOptions {
  readonly version: string
  readonly kubernetes?: string
  readonly schedule?: Schedule
  readonly namespace?: string
  /** Files with configurations of kube-scheduler; they win over those of the trial. */
  readonly schedulers?: readonly string[]
  /** Pools of the command line; they win over those of the file. */
  readonly changePools?: (pools: readonly PoolSpec[]) => readonly PoolSpec[]
}

/** One trial of a file: what it expected, and all that it showed. */
export interface TrialFileResult {
  readonly file: string
  readonly name: string
  readonly met: boolean
  readonly expectations: readonly ExpectationResult[]
  readonly report: Report
}

/** Runs every trial of the files in order; an unreadable file gives a report of problems. */
export function runTrialFiles(
  files: readonly string[],
  options: TrialFilesOptions,
): readonly TrialFileResult[] {
  return files.flatMap(file => {
    const { trials, problems } = readTrialFile(file)
    const results = trials.map(spec => runTrial(spec, options))
    return problems.length === 0 ? results : [...results, unreadable(file, problems, options)]
  })
}

/** What a trial file is about: its platform, and how the files of its steps are read. */
function trialInput(spec: TrialSpec, options: Omit<TrialFilesOptions, 'version'>) {
  const { namespace, kubernetes, changePools, schedulers } = options
  const schedule = namedSchedule(options) ?? spec.schedule?.chosen
  const loadOptions = {
    ...(namespace !== undefined && { namespace }),
    ...(schedulers !== undefined && { schedulers }),
  }
  const loaded = loadTrial(spec, loadOptions)
  const pools = changePools?.(loaded.pools) ?? loaded.pools
  const platform = platformOf(
    { ...loaded, pools },
    {
      ...(kubernetes !== undefined && { kubernetes }),
      ...(schedule !== undefined && { schedule }),
    },
  )
  const read: ReadObjects = paths => load(paths, loadOptions)
  return { loaded, platform, read }
}

function runTrial(spec: TrialSpec, options: TrialFilesOptions): TrialFileResult {
  const { version } = options
  const { loaded, platform, read } = trialInput(spec, options)
  const foreign = foreignTo(platform, spec, options)
  if (foreign !== undefined) return unreadable(spec.file, [foreign], options)
  const { report, expectations } = rehearseScript(spec, platform, read, {
    version,
    sources: [spec.file],
    assumptions: loaded.assumptions,
    problems: loaded.problems.map(reportProblem),
  })
  const isBroken = report.problems.some(({ severity }) => severity === 'error')
  const met = !isBroken && expectations.every(expectation => expectation.met)
  return { file: spec.file, name: spec.name, met, expectations, report }
}

// Nobody named a schedule where it is the one that is taken anyway.
function namedSchedule({ schedule }: Pick<TrialFilesOptions, 'schedule'>): Schedule | undefined {
  return schedule === defaultSchedule ? undefined : schedule
}

/** The Problem of a schedule that was not made on the platform of its trial. */
function foreignTo(
  { options }: Platform,
  { schedule: own }: TrialSpec,
  given: TrialFilesOptions,
): Problem | undefined {
  const input = options?.schedule?.input ?? ''
  const named = namedSchedule(given)
  if (named !== undefined) {
    const why = foreignInput(named, input)
    return why === undefined ? undefined : otherInput(named, why)
  }
  const why = own && foreignInput(own.chosen, input)
  if (own === undefined || why === undefined) return undefined
  return {
    code: 'ST0201',
    severity: 'error',
    location: own.location,
    what: `schedule: ${scheduleText(own.chosen)} is of other input than this trial`,
    why,
    todo: 'copy what the report of this trial prints after --replay, or leave .iDIGEST away',
  }
}

/** The Problem of a schedule of --replay that was made on other files, nodes or acts. */
export function otherInput(schedule: Schedule, why: string): Problem {
  return {
    code: 'ST0201',
    severity: 'error',
    what: `--replay: ${scheduleText(schedule)} is a schedule of other input`,
    why,
    todo: 'give the files, nodes and flags of the report that printed it',
  }
}

function unreadable(
  file: string,
  problems: readonly Problem[],
  { version, kubernetes = kubernetesDefault }: TrialFilesOptions,
): TrialFileResult {
  const report = emptyReport({ version, kubernetes, sources: [file] }, problems.map(reportProblem))
  return { file, name: file, met: false, expectations: [], report }
}
