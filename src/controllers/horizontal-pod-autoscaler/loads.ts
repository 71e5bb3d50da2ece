// The scripted answer of the metrics APIs: what the objects `Load` of a platform say.

import type { Pod } from '../../kube/generated/types.ts'
import {
  type Load,
  type LoadApi,
  ownOf,
  readLoad,
  reporting,
  sharedOf,
} from '../../kube/loads/load.ts'
import type { KubeObject } from '../../kube/object.ts'
import { type Answer, emptyTexts, type MetricsSource, type PodSample } from './metrics.ts'

const absentTexts: Readonly<Record<LoadApi, string>> = {
  resource: 'the server could not find the requested resource (get pods.metrics.k8s.io)',
  custom: 'no custom metrics API (custom.metrics.k8s.io) registered',
  external: 'no external metrics API (external.metrics.k8s.io) registered',
}

/** The metrics APIs of a cluster whose load is scripted by these objects. */
export function scriptedMetrics(objects: readonly KubeObject[], nowMs: number): MetricsSource {
  const read = objects.map(object => ({ name: object.metadata.name ?? '', load: readLoad(object) }))
  const broken = read.find(({ load }) => !load.ok)
  const loads = read.flatMap(({ load }) => (load.ok ? [load.value] : []))
  const find = (api: LoadApi, namespace: string, metric: string): Answer<Load | undefined> => {
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
  const perPod = (
    api: LoadApi,
    load: Load | undefined,
    query: Query,
  ): ReturnType<typeof sampled> =>
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

function sampled(
  api: LoadApi,
  load: Load,
  { pods, container }: Query,
  nowMs: number,
): Answer<ReadonlyMap<string, PodSample>> {
  const reports = reporting(load, pods, nowMs)
  if (reports.length === 0) return { ok: false, error: emptyTexts[api] }
  const samples = new Map<string, PodSample>()
  if (container !== '' && load.container !== undefined && load.container !== container) {
    return { ok: true, value: samples }
  }
  const shared = sharedOf(load, pods, nowMs)
  for (const pod of reports) {
    const milli = shared ?? ownOf(load, pod, nowMs)
    samples.set(pod.metadata.name ?? '', { milli, atMs: nowMs, windowMs: load.windowMs })
  }
  return { ok: true, value: samples }
}
