// The scripted answer of the metrics APIs: objects `Load` of seatrial.dev/v1 say how much the pods
// of a namespace use, report or queue, and how that changes.

import { compareStrings } from '../../base/compare.ts'
import type { LabelSelector, Pod } from '../../kube/generated/types.ts'
import { selectorMatches } from '../../kube/label-selector.ts'
import type { KubeObject } from '../../kube/object.ts'
import { isPodReady, podCondition } from '../../kube/pod.ts'
import { parseTime } from '../../kube/time.ts'
import { isFields, readMs, readShape, type Read, type Shape } from './load-shape.ts'
import { type Answer, emptyTexts, type MetricsSource, type PodSample } from './metrics.ts'

export const loadKind = 'Load.seatrial.dev'

type Api = keyof typeof emptyTexts

/** One Load as it is read. */
interface Load {
  readonly namespace: string
  readonly metric: string
  readonly api: Api | undefined
  readonly startMs: number
  readonly pods: LabelSelector | undefined
  readonly container: string | undefined
  readonly image: string | undefined
  /** What each pod reports. */
  readonly perPod: Shape | undefined
  /** What each pod reports so long after its start. */
  readonly byAge: Shape | undefined
  /** What is shared by the ready pods, and what an object or series outside shows. */
  readonly total: Shape | undefined
  /** So many pods, the last by name, report nothing. */
  readonly missing: number
  /** A pod reports only so long after its start. */
  readonly lagMs: number
  readonly windowMs: number
  /** The API answers with this error. */
  readonly down: string | undefined
}

const windowDefault = '15s'
const resources = new Set(['cpu', 'memory'])

function text(value: unknown): string | undefined {
  return typeof value === 'string' ? value : undefined
}

/** What a Load says, or what is wrong with it. */
export function readLoad({ metadata, ...object }: KubeObject): Read<Load> {
  const spec = isFields(object['spec']) ? object['spec'] : {}
  const metric = text(spec['metric'])
  if (metric === undefined) return { ok: false, error: 'spec.metric: is not set' }
  const shapes: Record<'byAge' | 'perPod' | 'total', Shape | undefined> = {
    byAge: undefined,
    perPod: undefined,
    total: undefined,
  }
  for (const name of ['byAge', 'perPod', 'total'] as const) {
    if (spec[name] === undefined) continue
    const shape = readShape(`spec.${name}`, spec[name])
    if (!shape.ok) return shape
    shapes[name] = shape.value
  }
  const lag = readMs('spec.lag', spec['lag'] ?? '0s')
  if (!lag.ok) return lag
  const window = readMs('spec.window', spec['window'] ?? windowDefault)
  if (!window.ok) return window
  const missing = spec['missing'] ?? 0
  if (typeof missing !== 'number') return { ok: false, error: 'spec.missing: is no number' }
  const api = text(spec['api'])
  const known = api === 'resource' || api === 'custom' || api === 'external' ? api : undefined
  return {
    ok: true,
    value: {
      namespace: metadata.namespace ?? '',
      metric,
      api: known ?? (resources.has(metric) ? 'resource' : undefined),
      startMs: parseTime(metadata.creationTimestamp ?? ''),
      pods: isFields(spec['pods']) ? (spec['pods'] as LabelSelector) : undefined,
      container: text(spec['container']),
      image: text(spec['image']),
      ...shapes,
      missing,
      lagMs: lag.value,
      windowMs: window.value,
      down: text(spec['down']),
    },
  }
}

const absentTexts: Readonly<Record<Api, string>> = {
  resource: 'the server could not find the requested resource (get pods.metrics.k8s.io)',
  custom: 'no custom metrics API (custom.metrics.k8s.io) registered',
  external: 'no external metrics API (external.metrics.k8s.io) registered',
}

/** The metrics APIs of a cluster whose load is scripted by these objects. */
export function scriptedMetrics(objects: readonly KubeObject[], nowMs: number): MetricsSource {
  const read = objects.map(object => ({ name: object.metadata.name ?? '', load: readLoad(object) }))
  const broken = read.find(({ load }) => !load.ok)
  const loads = read.flatMap(({ load }) => (load.ok ? [load.value] : []))
  const find = (api: Api, namespace: string, metric: string): Answer<Load | undefined> => {
    if (broken !== undefined && !broken.load.ok) {
      return { ok: false, error: `Load ${broken.name}: ${broken.load.error}` }
    }
    const serving = loads.filter(load => load.api === api || load.api === undefined)
    if (serving.length === 0) return { ok: false, error: absentTexts[api] }
    const mine = serving.filter(load => load.namespace === namespace)
    const found = mine.findLast(load => load.metric === metric)
    const down = found?.down ?? mine.find(load => load.down !== undefined)?.down
    return down === undefined ? { ok: true, value: found } : { ok: false, error: down }
  }
  const perPod = (api: Api, load: Load | undefined, query: Query): ReturnType<typeof sampled> =>
    load === undefined ? { ok: false, error: emptyTexts[api] } : sampled(api, load, query, nowMs)
  return {
    resource: ({ namespace, resource, ...query }) => {
      const load = find('resource', namespace, resource)
      return load.ok ? perPod('resource', load.value, query) : load
    },
    pods: ({ namespace, metric, pods }) => {
      const load = find('custom', namespace, metric)
      return load.ok ? perPod('custom', load.value, { pods, container: '' }) : load
    },
    object: ({ namespace, metric, pods }) => {
      const load = find('custom', namespace, metric)
      if (!load.ok) return load
      const value = load.value && whole(load.value, pods, nowMs)
      if (value !== undefined) return { ok: true, value }
      return { ok: false, error: `the server could not find the metric ${metric}` }
    },
    external: ({ namespace, metric, pods }) => {
      const load = find('external', namespace, metric)
      if (!load.ok) return load
      const value = load.value && whole(load.value, pods, nowMs)
      return value === undefined
        ? { ok: false, error: emptyTexts.external }
        : { ok: true, value: [value] }
    },
  }
}

interface Query {
  readonly pods: readonly Pod[]
  readonly container: string
}

/** What all together show: the total, or what each pod adds. */
function whole(load: Load, pods: readonly Pod[], nowMs: number): bigint | undefined {
  if (load.total !== undefined) return load.total(nowMs - load.startMs)
  if (load.perPod === undefined && load.byAge === undefined) return undefined
  const reports = reporting(load, pods, nowMs)
  return reports.reduce((sum, pod) => sum + ownOf(load, pod, nowMs), 0n)
}

/** What a pod reports of its own accord. */
function ownOf({ byAge, perPod, startMs }: Load, pod: Pod, nowMs: number): bigint {
  if (byAge !== undefined) return byAge(nowMs - runsSinceMs(pod))
  return perPod?.(nowMs - startMs) ?? 0n
}

function reporting(load: Load, pods: readonly Pod[], nowMs: number): readonly Pod[] {
  const running = pods
    .filter(pod => pod.status?.phase === 'Running' && pod.metadata.deletionTimestamp === undefined)
    .filter(pod => load.pods === undefined || selectorMatches(load.pods, pod.metadata.labels))
    .filter(pod => load.image === undefined || hasImage(pod, load.image))
    .sort((a, b) => compareStrings(a.metadata.name ?? '', b.metadata.name ?? ''))
  const silent = load.missing > 0 ? running.slice(0, -load.missing) : running
  return silent.filter(pod => nowMs >= runsSinceMs(pod) + load.lagMs)
}

function hasImage(pod: Pod, image: string): boolean {
  return pod.spec?.containers.some(container => container.image === image) === true
}

/** Since when a pod has run, as far as its status says. */
function runsSinceMs({ status, ...pod }: Pod): number {
  const started = status?.containerStatuses?.[0]?.state?.running?.startedAt
  const ready = podCondition({ ...pod, ...(status && { status }) }, 'Ready')?.lastTransitionTime
  return parseTime(started ?? ready ?? status?.startTime ?? '') || 0
}

function sampled(
  api: Api,
  load: Load,
  { pods, container }: Query,
  nowMs: number,
): Answer<ReadonlyMap<string, PodSample>> {
  const elapsedMs = nowMs - load.startMs
  const reports = reporting(load, pods, nowMs)
  if (reports.length === 0) return { ok: false, error: emptyTexts[api] }
  const samples = new Map<string, PodSample>()
  if (container !== '' && load.container !== undefined && load.container !== container) {
    return { ok: true, value: samples }
  }
  const ready = BigInt(Math.max(1, pods.filter(isPodReady).length))
  for (const pod of reports) {
    const shared = load.total && load.total(elapsedMs) / ready
    const milli = shared ?? ownOf(load, pod, nowMs)
    samples.set(pod.metadata.name ?? '', { milli, atMs: nowMs, windowMs: load.windowMs })
  }
  return { ok: true, value: samples }
}
