// The survival report, `seatrial.dev/v1` kind Survival: additive within v1. Every Service against
// the loss of each node and zone, worst first, held against the user's SLA.

import { install } from '../trials/install.ts'
import { type Platform, totalNodes } from '../trials/platform.ts'
import type { Assumption, SlaSpec } from '../trials/spec.ts'
import {
  type Progress,
  type Strike,
  type StrikeFate,
  survive,
  type Survival,
  type SurviveRow,
} from '../trials/survive/survive.ts'
import type { Lasting, QuorumFate } from '../trials/survive/fate.ts'
import { assumedIn } from './assumed.ts'
import { inputProblems } from './input-problems.ts'
import { reportProblem } from './problems.ts'
import { digestOf, platformFacts } from './rehearse.ts'
import type { Report, ReportObject, Severity } from './report.ts'
import { unmodelledIn } from './unmodelled.ts'

/** A time; `open` when it lasts to the end of the run, at which nothing is left to happen. */
export type ReportTime = Lasting

export interface SurvivalFate {
  /** `node n1` or `zone a`. */
  readonly strike: string
  readonly down: ReportTime
  readonly degraded: ReportTime
  /** A dead endpoint is still listed as ready: some requests fail. */
  readonly stale: ReportTime
  readonly quorum?: QuorumFate
  /** Down for longer than the SLA allows. */
  readonly breaksSla: boolean
}

export interface SurvivalRow {
  readonly object: ReportObject
  /** Workloads behind a Service. */
  readonly workloads: readonly ReportObject[]
  /** Endpoints that serve before anything is lost. */
  readonly endpoints: number
  /** Seconds that the SLA allows it to be down. */
  readonly slaSeconds?: number
  readonly severity: Severity
  /** The strike that is worst for it. */
  readonly worst: string
  readonly fates: readonly SurvivalFate[]
}

export interface SurvivalReport {
  readonly apiVersion: 'seatrial.dev/v1'
  readonly kind: 'Survival'
  readonly seatrial: { readonly version: string }
  readonly kubernetes: string
  readonly run: Report['run']
  readonly platform: Report['platform']
  readonly strikes: readonly {
    readonly kind: 'node' | 'zone'
    readonly name: string
    readonly nodes: readonly string[]
    /** Nodes that fare exactly like it and were not struck. */
    readonly alike: readonly string[]
  }[]
  /** Why nothing was struck, when nothing was. */
  readonly skipped?: string
  /** Worst first. */
  readonly rows: readonly SurvivalRow[]
  /** The worst case of all in words. */
  readonly worst?: {
    readonly object: ReportObject
    readonly strike: string
    readonly moments: readonly { readonly at: number; readonly text: string }[]
  }
  /** Services that have no ready endpoint after the install. */
  readonly unready: readonly ReportObject[]
  readonly assumptions: readonly Assumption[]
  readonly unmodelled: Report['unmodelled']
  readonly problems: Report['problems']
}

export interface SurvivalOptions {
  readonly version: string
  readonly sources: readonly string[]
  readonly assumptions: readonly Assumption[]
  readonly problems: Report['problems']
  readonly onStruck?: Progress
}

/** Installs the platform and strikes each node and zone; deterministic but for `run.wallMs`, 0. */
export function surviveReport(platform: Platform, options: SurvivalOptions): SurvivalReport {
  const base = install(platform)
  const { world } = base
  world.digest()
  const { onStruck } = options
  const survival = survive(base, onStruck && { onStruck })
  const judged = survival.rows
    .map(row => ({ row, told: rowOf(row, platform.sla) }))
    .sort((a, b) => compareRows(a.told, b.told))
  const [first] = judged
  const worst = first === undefined ? undefined : worstOf(survival, first.row, first.told)
  const bounds = boundsOf(platform, survival)
  return {
    apiVersion: 'seatrial.dev/v1',
    kind: 'Survival',
    seatrial: { version: options.version },
    kubernetes: `v${platform.kubernetes}`,
    run: {
      seed: world.options.schedule.seed,
      schedule: world.scheduleText(),
      digest: digestOf([world, ...survival.worlds]),
      virtualSeconds: bounds.virtualSeconds,
      wallMs: 0,
      bounds,
    },
    platform: { ...platformFacts(platform, world), sources: options.sources },
    strikes: survival.strikes,
    ...(survival.skipped !== undefined && { skipped: survival.skipped }),
    rows: judged.map(({ told }) => told),
    ...(worst !== undefined && { worst }),
    unready: survival.unready,
    assumptions: [...options.assumptions, ...assumedIn(platform).assumptions],
    unmodelled: unmodelledIn(platform).map(({ kind, count, effect }) => ({ kind, count, effect })),
    problems: [...options.problems, ...inputProblems(platform).map(reportProblem)],
  }
}

function boundsOf(platform: Platform, survival: Survival): Report['run']['bounds'] {
  return {
    nodes: totalNodes(platform),
    events: survival.events,
    virtualSeconds: Math.round(survival.virtualSeconds),
    runs: survival.runs,
    schedules: 'one: the documented rule at every choice point',
  }
}

function strikeText({ kind, name }: Strike): string {
  return `${kind} ${name}`
}

/** The limit of a Service, by `namespace/name`; workloads without one have the general limit. */
function limitOf(row: SurviveRow, sla: SlaSpec | undefined): number | undefined {
  const { namespace = '', name } = row.object
  return sla?.services?.[`${namespace}/${name}`]?.downSeconds ?? sla?.downSeconds
}

function rowOf(row: SurviveRow, sla: SlaSpec | undefined): SurvivalRow {
  const limit = limitOf(row, sla)
  const fates = row.fates.map((fate): SurvivalFate => {
    const { strike, ...rest } = fate
    const { seconds, open } = rest.down
    const breaksSla = limit !== undefined && (open || seconds > limit)
    return { strike: strikeText(strike), ...rest, breaksSla }
  })
  const worst = fates.reduce((a, b) => (compareFates(b, a) < 0 ? b : a))
  return {
    object: row.object,
    workloads: row.workloads,
    endpoints: row.full,
    ...(limit !== undefined && { slaSeconds: limit }),
    severity: severityOf(worst),
    worst: worst.strike,
    fates,
  }
}

/** As `check` judges the same: a broken SLA or quorum is an error, a minute of silence a warning. */
function severityOf({ breaksSla, quorum, down }: SurvivalFate): Severity {
  const lostQuorum = quorum !== undefined && isSome(quorum.lost)
  if (breaksSla || lostQuorum) return 'error'
  return down.open || down.seconds >= 60 ? 'warning' : 'info'
}

function isSome({ seconds, open }: Lasting): boolean {
  return open || seconds > 0
}

/** For ever is longer than any number of seconds. */
function length({ seconds, open }: Lasting): number {
  return (open ? 1e12 : 0) + seconds
}

const nothing: Lasting = { seconds: 0, open: false }

/** Negative when `a` is worse. */
function compareFates(a: SurvivalFate, b: SurvivalFate): number {
  return (
    Number(b.breaksSla) - Number(a.breaksSla) ||
    length(b.quorum?.lost ?? nothing) - length(a.quorum?.lost ?? nothing) ||
    length(b.down) - length(a.down) ||
    length(b.degraded) - length(a.degraded)
  )
}

const severities: readonly Severity[] = ['error', 'warning', 'info']

function worstFate({ fates, worst }: SurvivalRow): SurvivalFate {
  return fates.find(({ strike }) => strike === worst) as SurvivalFate
}

/** Worst first; equal rows stay in the order of the cluster. */
function compareRows(a: SurvivalRow, b: SurvivalRow): number {
  const order = severities.indexOf(a.severity) - severities.indexOf(b.severity)
  return order || compareFates(worstFate(a), worstFate(b))
}

function worstOf(
  survival: Survival,
  row: SurviveRow,
  { worst, object }: SurvivalRow,
): SurvivalReport['worst'] {
  const fate = row.fates.find(({ strike }) => strikeText(strike) === worst) as StrikeFate
  const isHarmless = !isSome(fate.down) && !isSome(fate.degraded) && !isSome(fate.stale)
  if (isHarmless) return undefined
  return { object, strike: worst, moments: survival.story(row, fate.strike) }
}
