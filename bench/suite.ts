// What a benchmark suite answers, and how it is printed.

import { cpus } from 'node:os'

/** One measurement. `perSecond` is the median; `spread` is half the middle 80 % over the median. */
export interface Row {
  readonly workload: string
  readonly nodes: number
  readonly pods: number
  /** What was measured: `whole process`, or the name of an engine. */
  readonly engine: string
  readonly perSecond: number
  readonly spread: number
  /** The least that is good enough, per second. */
  readonly floor: number
  /** perSecond over floor: 1 or more is good enough. */
  readonly ratio: number
  readonly millisecondsMedian?: number
  /** What `perSecond` counts, when it is not runs: `simulated s`. */
  readonly unit?: string
  readonly mebibytes?: number
  /** The most that is good enough. */
  readonly mebibytesMax?: number
  /** Suite scheduler: the rate of the specification, and how many times that is reached. */
  readonly specification?: number
  readonly overSpecification?: number
  /** Below this `bench` fails: a ratio of one run, so that it holds on any machine. */
  readonly overSpecificationMin?: number
  /** The threshold of upstream's own benchmark, and how many times that is reached. */
  readonly published?: number
  readonly overPublished?: number
  /** The rate of the real scheduler's decision core, how many times it is reached, and should be. */
  readonly core?: number
  readonly overCore?: number
  readonly overCoreFloor?: number
}

export interface SuiteResult {
  readonly suite: string
  readonly machine: string
  readonly rows: readonly Row[]
}

/** A suite is a file of this folder that exports `rows`. */
export interface Suite {
  readonly rows: (options: SuiteOptions) => Promise<readonly Row[]>
}

export interface SuiteOptions {
  readonly runs: number
  /** Only workloads whose name contains this. */
  readonly only?: string
  /** Sizes of clusters. */
  readonly nodes?: readonly number[]
  /** Progress for people, on stderr. */
  readonly say: (text: string) => void
}

/** The processor and Node version, as far as figures depend on them. */
export function machineText(): string {
  const [first] = cpus()
  return `${cpus().length} × ${first?.model.trim() ?? 'unknown'}, node ${process.version}`
}

/** The value below which `share` of the sorted samples lie. */
export function quantile(samples: readonly number[], share: number): number {
  const sorted = [...samples].sort((a, b) => a - b)
  return sorted[Math.min(sorted.length - 1, Math.trunc(share * sorted.length))] ?? 0
}

export interface Measured {
  readonly workload: string
  readonly nodes: number
  readonly pods: number
  readonly engine: string
  /** Milliseconds of each run. */
  readonly samples: readonly number[]
  /** The most milliseconds that are good enough. */
  readonly millisecondsMax: number
  readonly mebibytes?: number
}

/** The row of timed runs. */
export function timedRow({ samples, millisecondsMax, ...about }: Measured): Row {
  const median = quantile(samples, 0.5)
  const spread = (quantile(samples, 0.9) - quantile(samples, 0.1)) / 2 / median
  return {
    ...about,
    perSecond: rounded(1000 / median),
    spread: rounded(spread),
    floor: rounded(1000 / millisecondsMax),
    ratio: rounded(millisecondsMax / median),
    millisecondsMedian: rounded(median),
  }
}

function rounded(value: number): number {
  return Number(value.toPrecision(4))
}

/** A table for people. */
export function resultText({ suite, machine, rows }: SuiteResult): string {
  const isRate = ({ engine, mebibytesMax, specification, unit }: Row): boolean =>
    engine === 'fast' || (mebibytesMax ?? specification ?? unit) !== undefined
  if (rows.some(isRate)) return rateText(suite, machine, rows)
  const lines = rows.map(row => {
    const time = row.millisecondsMedian === undefined ? '' : `${row.millisecondsMedian} ms`
    const memory = row.mebibytes === undefined ? '' : `${row.mebibytes} MiB`
    const spread = `± ${Math.round(row.spread * 100)} %`
    const verdict = row.ratio >= 1 ? 'good' : 'TOO SLOW'
    const target = `target ${rounded(1000 / row.floor)} ms`
    const size = row.nodes === 0 ? '' : `${row.nodes} nodes, ${row.pods} pods`
    return [row.workload, size, time, spread, memory, target, `× ${row.ratio} ${verdict}`]
  })
  return `${suite} on ${machine}\n${tableOf(lines)}\n`
}

/** The same for rows that are rates. */
function rateText(suite: string, machine: string, rows: readonly Row[]): string {
  const lines = rows.map(row =>
    row.mebibytesMax === undefined ? rateCells(row) : memoryCells(row, row.mebibytesMax),
  )
  return `${suite} on ${machine}\n${tableOf(lines)}\n`
}

function rateCells(row: Row): string[] {
  return [
    row.workload,
    `${row.nodes} nodes`,
    `${row.perSecond}${row.unit === undefined ? '' : ` ${row.unit}`}/s`,
    `± ${Math.round(row.spread * 100)} %`,
    `floor ${row.floor}`,
    `× ${row.ratio} ${row.ratio >= 1 ? 'good' : 'TOO SLOW'}`,
    row.specification === undefined
      ? `${row.millisecondsMedian} ms in all`
      : `specification ${row.specification}/s × ${row.overSpecification}`,
    row.published === undefined ? '' : `scheduler_perf ${row.published}/s × ${row.overPublished}`,
    row.core === undefined ? '' : `Go ${row.core}/s × ${row.overCore} of ${row.overCoreFloor}`,
  ]
}

function memoryCells({ workload, nodes, mebibytes, ratio }: Row, mebibytesMax: number): string[] {
  const verdict = ratio >= 1 ? 'good' : 'TOO MUCH'
  const size = `${mebibytes} MiB`
  return [workload, `${nodes} nodes`, size, '', `limit ${mebibytesMax}`, `× ${ratio} ${verdict}`]
}

function tableOf(lines: readonly (readonly string[])[]): string {
  const widths = (lines[0] ?? []).map((_, index) =>
    Math.max(...lines.map(line => line[index]?.length ?? 0)),
  )
  const table = lines.map(line =>
    line
      .map((cell, index) => cell.padEnd(widths[index] ?? 0))
      .join('  ')
      .trimEnd(),
  )
  return table.join('\n')
}
