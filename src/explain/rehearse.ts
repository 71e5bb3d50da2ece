// The main job below the command line: run the trials of a platform and report what they showed.

import { absorb, digestText, emptyDigest } from '../base/hash.ts'
import { listText } from './causes/cause-finder.ts'
import type { World } from '../engine/world.ts'
import { admission } from '../trials/admission.ts'
import { install, workloadKinds } from '../trials/install.ts'
import { nodesOf, type Platform, totalNodes } from '../trials/platform.ts'
import { trials } from '../trials/registry.ts'
import { size, type SizeRow } from '../trials/size.ts'
import { type ReadObjects, runScript } from '../trials/scripted.ts'
import type { Assumption, TrialSpec } from '../trials/spec.ts'
import type { Base, TrialResult, TrialRun } from '../trials/trial.ts'
import { assumedIn } from './assumed.ts'
import { coverageIn } from './coverage.ts'
import { inputProblems } from './input-problems.ts'
import { type ExpectationResult, judgeExpectations } from './expect.ts'
import { findingsOf } from './findings.ts'
import { reportProblem } from './problems.ts'
import { policyWarnings, typeWarnings } from './policy-warnings.ts'
import { admissionRows } from './provenance.ts'
import type { Bounds, Finding, NodeRow, Outcome, Report, TrialReport } from './report.ts'
import { withoutSuppressed } from './suppressed.ts'
import { unmodelledIn } from './unmodelled.ts'
import { isSampled, overWindows } from './windows.ts'

export interface RehearseOptions {
  readonly version: string
  /** Names of standard trials; install always runs first. */
  readonly trials: readonly string[]
  readonly sources: readonly string[]
  readonly assumptions: readonly Assumption[]
  readonly problems: Report['problems']
  /** Windows of the scheduler to try where it samples nodes; one when absent. */
  readonly windows?: number
}

interface Told {
  readonly result: TrialResult
  readonly findings: readonly Finding[]
}

/** Runs install and the chosen trials; deterministic but for `run.wallMs`, which is 0. */
export function rehearse(platform: Platform, options: RehearseOptions): Report {
  return overWindows(platform, options.windows ?? 1, each => rehearseOnce(each, options))
}

function rehearseOnce(platform: Platform, options: RehearseOptions): Report {
  const installed = install(platform)
  // Forks inherit what is digested before they begin.
  installed.world.digest()
  const results = [installed.result, ...runTrials(installed, options.trials)]
  const told = results.map(result => ({ result, findings: findingsOf(platform, result) }))
  const { assumptions, problems } = assumedIn(platform)
  const report = reportOf(platform, told, installed.world, {
    ...options,
    assumptions: [...options.assumptions, ...assumptions],
    problems: [
      ...options.problems,
      ...[
        ...problems,
        ...inputProblems(platform),
        ...typeWarnings(platform, installed.world),
        ...coverageIn(platform, installed.world),
        ...policyWarnings(platform, installed.world),
      ].map(reportProblem),
    ],
  })
  if (!options.trials.includes(admission.name)) return report
  return { ...report, admission: admissionRows(installed.world) }
}

function reportOf(
  platform: Platform,
  told: readonly Told[],
  world: World,
  options: Omit<RehearseOptions, 'trials'>,
): Report {
  const unmodelled = unmodelledIn(platform)
  const missing = unmodelled.filter(({ decisive }) => decisive).map(({ kind }) => kind)
  const results = told.map(({ result }) => result)
  const { problems, suppressed } = withoutSuppressed(platform, options.problems, results)
  return {
    apiVersion: 'seatrial.dev/v1',
    kind: 'Report',
    seatrial: { version: options.version },
    kubernetes: `v${platform.kubernetes}`,
    run: runFacts(platform, world, results),
    platform: { ...platformFacts(platform, world), sources: options.sources },
    trials: told.map(entry => trialReport(entry, platform, missing)),
    findings: told.flatMap(({ findings }) => findings),
    assumptions: options.assumptions,
    unmodelled: unmodelled.map(({ decisive: _, ...told }) => told),
    ...(suppressed.length > 0 && { suppressed }),
    problems,
  }
}

/** A report of input in which nothing could be run. */
export function emptyReport(
  about: {
    readonly version: string
    readonly kubernetes: string
    readonly sources: readonly string[]
  },
  problems: Report['problems'],
): Report {
  const bounds: Bounds = { nodes: 0, events: 0, virtualSeconds: 0, runs: 0, schedules: 'none' }
  return {
    apiVersion: 'seatrial.dev/v1',
    kind: 'Report',
    seatrial: { version: about.version },
    kubernetes: `v${about.kubernetes}`,
    run: { seed: 1, schedule: '', digest: '', virtualSeconds: 0, wallMs: 0, bounds },
    platform: { nodes: [], workloads: 0, pods: 0, sources: about.sources },
    trials: [],
    findings: [],
    assumptions: [],
    unmodelled: [],
    problems,
  }
}

export interface ScriptReport {
  readonly report: Report
  readonly expectations: readonly ExpectationResult[]
}

/** Runs one scripted trial and holds it against what its author expects. */
export function rehearseScript(
  spec: TrialSpec,
  platform: Platform,
  read: ReadObjects,
  options: Omit<RehearseOptions, 'trials'>,
): ScriptReport {
  const { result, problems } = runScript(spec, platform, read)
  const findings = findingsOf(platform, result)
  const run = result.runs[0] as TrialRun
  const report = reportOf(platform, [{ result, findings }], run.observation.world, {
    ...options,
    // Steps may bring what the sources lack, so nothing is a problem before the end.
    assumptions: [...options.assumptions, ...assumedIn(platform).assumptions],
    problems: [...options.problems, ...problems.map(reportProblem)],
  })
  const warnings = [...inputProblems(platform), ...coverageIn(platform, run.observation.world)]
  return { report, expectations: judgeExpectations(spec.expect, { run, findings, warnings }) }
}

function runTrials(base: Base, names: readonly string[]): readonly TrialResult[] {
  return trials.filter(({ name }) => names.includes(name)).map(trial => trial.run(base))
}

/** The smallest node count for each trial: it holds when it shows no error. */
export function sizeOf(platform: Platform, nodesMax: number): readonly SizeRow[] {
  return size(platform, {
    nodesMax,
    holds: (base, result) =>
      findingsOf(base.platform, result).every(isHarmless) &&
      result.runs.every(({ exhausted }) => !exhausted),
  })
}

/** Neither an error nor one that is only spared because it rests on assumptions. */
function isHarmless({ severity, restsOn }: Finding): boolean {
  return severity !== 'error' && restsOn === undefined
}

function runFacts(
  platform: Platform,
  world: World,
  results: readonly TrialResult[],
): Report['run'] {
  const worlds = [world, ...results.slice(1).flatMap(({ runs }) => runs.map(worldOf))]
  const bounds = boundsOf(platform, results)
  return {
    seed: world.options.schedule.seed,
    schedule: world.scheduleText(),
    digest: digestOf(worlds),
    virtualSeconds: bounds.virtualSeconds,
    wallMs: 0,
    bounds,
  }
}

function worldOf({ observation }: TrialResult['runs'][number]): World {
  return observation.world
}

/** One digest over all runs, in the order in which they ran. */
export function digestOf(worlds: readonly World[]): string {
  return digestText(worlds.map(world => world.digest()).reduce(absorb, emptyDigest))
}

function boundsOf(platform: Platform, results: readonly TrialResult[]): Bounds {
  const runs = results.flatMap(result => result.runs)
  const seconds = runs.map(({ observation }) => (observation.endMs - observation.startMs) / 1000)
  return {
    nodes: totalNodes(platform),
    events: runs.reduce((sum, { observation }) => sum + eventsOf(observation), 0),
    virtualSeconds: Math.round(seconds.reduce((sum, s) => sum + s, 0)),
    runs: runs.length,
    schedules: 'one: the documented rule at every choice point',
  }
}

function eventsOf({ world, startRevision }: TrialResult['runs'][number]['observation']): number {
  return world.store.revision - startRevision
}

/** What a platform consists of once it is installed. */
export function platformFacts(
  platform: Platform,
  world: World,
): Pick<Report['platform'], 'nodes' | 'workloads' | 'pods'> {
  const names = nodesOf(platform).map(({ metadata }) => metadata)
  const pools = platform.pools.flatMap(pool => Array.from({ length: pool.count }, () => pool.name))
  const nodes = names.map(({ name = '', labels }, index): NodeRow => {
    const zone = labels?.['topology.kubernetes.io/zone']
    return { name, pool: pools[index] ?? '', ...(zone !== undefined && { zone }) }
  })
  const workloads = workloadKinds.flatMap(kind => world.store.list(kind)).length
  return { nodes, workloads, pods: world.store.list('Pod').length }
}

function trialReport(
  { result, findings }: Told,
  platform: Platform,
  missing: readonly string[],
): TrialReport {
  const why = whyUnsure(result, missing)
  const outcome = outcomeOf(findings, why)
  const held = outcome === 'holds' ? 1 : 0
  const bounds = {
    ...boundsOf(platform, [result]),
    ...(isSampled(result) && { windows: { tried: 1, held } }),
  }
  return {
    name: result.trial,
    outcome,
    ...(outcome === 'inconclusive' && why !== undefined && { why }),
    summary: summaryOf(result, platform),
    findings: findings.map(({ id }) => id),
    bounds,
    ...gatesOf(result),
  }
}

function gatesOf({ runs }: TrialResult): Pick<TrialReport, 'gates'> {
  const gates = runs.flatMap(run => run.gates)
  if (gates.length === 0) return {}
  return {
    gates: gates.map(({ gate, outcome, atMs, message }) => {
      const at = Math.round(atMs) / 1000
      return { name: gate.name, outcome, at, ...(message !== undefined && { message }) }
    }),
  }
}

function outcomeOf(findings: readonly Finding[], why: string | undefined): Outcome {
  if (findings.some(({ severity }) => severity !== 'info')) return 'findings'
  return why === undefined ? 'holds' : 'inconclusive'
}

/** Why a run without findings proves nothing; `missing` are kinds whose pods nobody creates. */
function whyUnsure({ runs }: TrialResult, missing: readonly string[]): string | undefined {
  if (missing.length > 0) return `pods of ${listText(missing, 3)} are missing`
  return runs.some(({ exhausted }) => exhausted) ? 'it did not come to rest' : undefined
}

/** What was done, in a word or two; how far it reaches stands in the bounds. */
function summaryOf({ trial, runs, skipped }: TrialResult, platform: Platform): string {
  const { objects: all } = platform
  const [objects, nodes] = [all.length, totalNodes(platform)]
  if (skipped !== undefined) return `not run: ${skipped}`
  const failed = runs.flatMap(run => run.gates).find(({ outcome }) => outcome !== 'ready')
  if (failed !== undefined) {
    return `installer gives up at second ${Math.round(failed.atMs / 1000)}`
  }
  if (trial === admission.name) return 'who changes what'
  if (trial === 'restart' || trial === 'scale') return countText(runs.length, 'workload')
  const struck = runs.filter(({ node }) => node !== undefined).length
  const zones = runs.filter(({ zone }) => zone !== undefined).length
  if (zones > 0) return countText(zones, 'zone')
  if (trial === 'upgrade') return countText(nodes, 'node')
  if (trial === 'cold-start') return 'everything off, then on'
  if (struck === 0) return countText(objects, 'object')
  return struck < nodes
    ? `${struck} of ${nodes} nodes, the others alike`
    : countText(struck, 'node')
}

function countText(count: number, noun: string): string {
  return `${count} ${noun}${count === 1 ? '' : 's'}`
}
