// The metrics of a run as they are measured: with its arguments put in, and held against what the
// controller asks of them. Port of argo-rollouts v1.8.3 utils/analysis/{factory,helpers}.go,
// utils/template/template.go.

import { matches } from '../../../kube/cel/regex.ts'
import { goQuote } from '../../../kube/go-text.ts'
import type { AnalysisRun, Metric } from './types.ts'

type Spec = NonNullable<AnalysisRun['spec']>

/** Stands for the value of a Secret, which only a provider gets to see. */
const secret = 'a-secret'

/** The metrics of a run, or why it is in error before anything is measured. */
export type Checked =
  | { readonly ok: true; readonly metrics: readonly Metric[] }
  | { readonly ok: false; readonly error: string }

export function metricsOf(spec: Spec): Checked {
  const resolved = resolvedMetrics(spec)
  if (!resolved.ok) {
    return { ok: false, error: `Unable to resolve metric arguments: ${resolved.error}` }
  }
  const error = wrongIn(resolved.metrics, spec)
  return error === undefined ? resolved : { ok: false, error: `Analysis spec invalid: ${error}` }
}

/** ResolveMetricArgs: `{{args.name}}` anywhere in a metric. */
function resolvedMetrics({ metrics = [], args = [] }: Spec): Checked {
  const values = new Map<string, string>()
  for (const { name, value, valueFrom } of args) {
    const given = valueFrom === undefined ? value : (value ?? secret)
    if (given === undefined) {
      return { ok: false, error: `argument ${goQuote(name)} was not supplied` }
    }
    values.set(`args.${name}`, given)
  }
  let error: string | undefined
  const text = JSON.stringify(metrics).replaceAll(/\{\{(.*?)\}\}/g, (_, tag: string) => {
    const value = values.get(tag.trim())
    if (value === undefined) error = `failed to resolve {{${tag}}}`
    return JSON.stringify(value ?? '').slice(1, -1)
  })
  if (error !== undefined) return { ok: false, error }
  return { ok: true, metrics: JSON.parse(text) as readonly Metric[] }
}

/** What the run would be refused for, of that which leaves nothing to measure. */
function wrongIn(metrics: readonly Metric[], { dryRun = [] }: Spec): string | undefined {
  if (metrics.length === 0) return 'no metrics specified'
  const twice = metrics.findIndex(
    ({ name }, index) => metrics.findIndex(each => each.name === name) < index,
  )
  if (twice >= 0) return `metrics[${twice}]: duplicate name '${metrics[twice]?.name}'`
  const idle = dryRun.findIndex(({ metricName }) => !metrics.some(isNamed(metricName)))
  return idle < 0 ? undefined : `dryRun[${idle}]: Rule didn't match any metric name(s)`
}

/** Whether a metric only tells, and decides nothing; a wrong pattern means none. */
export function isDry({ dryRun = [] }: Spec, metric: Metric): boolean {
  return dryRun.some(({ metricName }) => isNamed(metricName)(metric))
}

function isNamed(pattern: string): (metric: Metric) => boolean {
  return ({ name }) => matches(name, pattern) === true
}
