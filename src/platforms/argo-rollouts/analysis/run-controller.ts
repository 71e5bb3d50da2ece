// The controller of AnalysisRuns: takes measurements when they are due, and says what they mean.
// Port of argo-rollouts v1.8.3 analysis/{analysis,controller}.go.

import { errorText } from '../../../controllers/failures.ts'
import {
  type Api,
  type Controller,
  done,
  type Part,
  type Reconcile,
  type WatchContext,
} from '../../../controllers/framework.ts'
import { loadKind } from '../../../kube/loads/load.ts'
import { parseDuration } from '../../../kube/duration.ts'
import { keyOf, type KubeObject } from '../../../kube/object.ts'
import { formatTime, parseTime } from '../../../kube/time.ts'
import { unmodelledTopic, type UnmodelledNote } from '../../program.ts'
import { leader, notePod } from '../process.ts'
import { assessMetric, assessRun, countOf, isEnding } from './assess.ts'
import { measure } from './measure.ts'
import { type Checked, isDry, metricsOf } from './metrics.ts'
import { templateAnnotation } from './templates.ts'
import {
  type AnalysisRun,
  isOver,
  type Measurement,
  type Metric,
  type MetricResult,
  runKind,
} from './types.ts'

const retryMs = 10_000
const measurementsMax = 10

export const analysisRunController: Controller = {
  name: 'analysis-controller',
  doc: 'Takes the measurements of an AnalysisRun, and says whether it succeeds.',
  watches: [
    { kind: runKind, keys: ({ key }) => [key] },
    {
      kind: 'Pod',
      keys: (change, context) => (notePod(context.memory, change) ? allRuns(context) : []),
    },
  ],
  reconcile,
}

function allRuns({ lister }: WatchContext): readonly string[] {
  return lister.list(runKind).map(({ metadata }) => keyOf(metadata))
}

function* reconcile(key: string, api: Api): Reconcile {
  if ((yield* leader(api)) === undefined) return done
  const run = yield* api.get<AnalysisRun>(runKind, key)
  if (run === undefined || run.metadata.deletionTimestamp !== undefined) return done
  if (isOver(run.status?.phase)) return done
  const nowMs = yield* api.now()
  const loads = yield* api.list<KubeObject>(loadKind, run.metadata.namespace)
  const assessed = new Assessment(run, loads, nowMs)
  yield* tellUnmodelled(api, run, assessed.unmodelled)
  const { status, nextMs } = assessed.outcome()
  if (JSON.stringify(status) !== JSON.stringify(run.status)) {
    const answer = yield* api.patch(run, 'merge', { status })
    if (!answer.ok) return { error: errorText(answer) }
    if (isOver(status.phase)) {
      const type = ['Failed', 'Error'].includes(status.phase ?? '') ? 'Warning' : 'Normal'
      const message = `Analysis Completed. Result: ${status.phase}`
      yield* api.event(run, type, `AnalysisRun${status.phase}`, message)
    }
  }
  return nextMs === undefined ? done : { requeueAfterMs: Math.max(0, nextMs - nowMs) + 1 }
}

/** Names the template whose metrics nothing tells the values of, or whose conditions are not read. */
function* tellUnmodelled(api: Api, run: AnalysisRun, parts: readonly string[]): Part<void> {
  const template = run.metadata.annotations?.[templateAnnotation]
  if (parts.length === 0 || template === undefined) return
  const said = `said:${template}`
  if ((yield* api.recall(said)) !== undefined) return
  yield* api.remember(said, true)
  const [kind = '', key = ''] = template.split(' ')
  const message = parts.join('; ')
  yield* api.note(unmodelledTopic, { kind, key, message } satisfies UnmodelledNote)
}

/** One look at a run: what is measured now, and what that means. */
class Assessment {
  private readonly unscripted: string[] = []
  private readonly unread: string[] = []
  private readonly run: AnalysisRun
  private readonly checked: Checked
  private readonly metrics: readonly Metric[]
  private readonly nowMs: number
  private readonly results = new Map<string, MetricResult>()

  constructor(run: AnalysisRun, loads: readonly KubeObject[], nowMs: number) {
    this.run = run
    this.nowMs = nowMs
    this.checked = metricsOf(run.spec ?? {})
    this.metrics = this.checked.ok ? this.checked.metrics : []
    for (const result of run.status?.metricResults ?? []) this.results.set(result.name, result)
    const ends = this.ends
    for (const metric of this.metrics) {
      if (ends || !this.isDue(metric)) continue
      this.add(metric, this.taken(metric, loads))
    }
  }

  private get isAsked(): boolean {
    return this.run.spec?.terminate === true
  }

  private get ends(): boolean {
    return isEnding(this.isAsked, [...this.results.values()])
  }

  private taken(metric: Metric, loads: readonly KubeObject[]): Measurement {
    const namespace = this.run.metadata.namespace ?? ''
    const measured = measure(metric, { loads, namespace, nowMs: this.nowMs })
    if (measured === undefined) this.unscripted.push(metric.name)
    if (measured?.unread !== undefined) this.unread.push(measured.unread)
    const { unread: _told, ...taken } = measured ?? { phase: 'Successful' as const }
    const now = formatTime(this.nowMs)
    return { ...taken, startedAt: now, finishedAt: now }
  }

  private isDue(metric: Metric): boolean {
    const atMs = this.dueMs(metric)
    return (
      atMs !== undefined &&
      (atMs < this.nowMs || (!this.results.has(metric.name) && atMs <= this.nowMs))
    )
  }

  /** When a metric is measured next; undefined: never again. */
  private dueMs(metric: Metric): number | undefined {
    const result = this.results.get(metric.name)
    const last = result?.measurements.at(-1)
    if (result === undefined || last === undefined) {
      const delayMs = parseDuration(metric.initialDelay ?? '0s') ?? 0
      if (delayMs === 0) return this.nowMs
      const { startedAt } = this.run.status ?? {}
      return (startedAt === undefined ? this.nowMs : parseTime(startedAt)) + delayMs
    }
    const count = countOf(metric)
    if (isOver(result.phase) || (count !== undefined && (result.count ?? 0) >= count))
      return undefined
    const intervalMs = last.phase === 'Error' ? retryMs : parseDuration(metric.interval ?? '10s')
    return parseTime(last.finishedAt) + (intervalMs ?? retryMs)
  }

  private add(metric: Metric, measurement: Measurement): void {
    const { name } = metric
    const empty: MetricResult = {
      name,
      phase: 'Running',
      measurements: [],
      ...(isDry(this.run.spec ?? {}, metric) && { dryRun: true }),
    }
    const before = this.results.get(name) ?? empty
    const { consecutiveError = 0, consecutiveSuccess = 0 } = before
    const measurements = [...before.measurements, measurement].slice(-measurementsMax)
    const { phase } = measurement
    const field = phase.toLowerCase() as 'successful' | 'failed' | 'inconclusive' | 'error'
    this.results.set(name, {
      ...before,
      measurements,
      [field]: (before[field] ?? 0) + 1,
      count: (before.count ?? 0) + (phase === 'Error' ? 0 : 1),
      consecutiveError: phase === 'Error' ? consecutiveError + 1 : 0,
      consecutiveSuccess: phase === 'Successful' ? consecutiveSuccess + 1 : 0,
    })
  }

  /** What the twin made of the metrics without knowing. */
  get unmodelled(): readonly string[] {
    const names = this.unscripted.join(', ')
    const unscripted = `no Load tells metric ${names}: each measurement is taken to succeed`
    return [...(names === '' ? [] : [unscripted]), ...this.unread]
  }

  outcome(): { readonly status: NonNullable<AnalysisRun['status']>; readonly nextMs?: number } {
    const { checked } = this
    if (!checked.ok)
      return { status: { ...this.run.status, phase: 'Error', message: checked.error } }
    const ends = this.ends
    for (const metric of this.metrics) {
      const result = this.results.get(metric.name)
      if (result === undefined) continue
      const phase = assessMetric(metric, result, ends)
      const message = result.measurements.at(-1)?.message
      const isNew = phase !== result.phase && message !== undefined
      this.results.set(metric.name, { ...result, phase, ...(isNew && { message }) })
    }
    const metricResults = [...this.results.values()]
    const { phase, message = '' } = assessRun(this.metrics, metricResults, this.isAsked)
    const now = formatTime(this.nowMs)
    const status = {
      ...this.run.status,
      metricResults,
      phase,
      startedAt: this.run.status?.startedAt ?? now,
      ...(message !== '' && { message }),
      ...(isOver(phase) && { completedAt: now }),
    }
    if (isOver(phase)) return { status }
    const times = this.metrics.flatMap(metric => this.dueMs(metric) ?? [])
    return times.length === 0 ? { status } : { status, nextMs: Math.min(...times) }
  }
}
