// Objects `Load` of seatrial.dev/v1: how much the pods of a namespace use, report or queue, and how
// that changes.

import { compareStrings } from '../../base/compare.ts'
import type { LabelSelector, Pod } from '../generated/types.ts'
import { selectorMatches } from '../label-selector.ts'
import type { KubeObject } from '../object.ts'
import { isPodReady, podCondition } from '../pod.ts'
import { parseTime } from '../time.ts'
import { isFields, readMs, readShape, type Read, type Shape } from './shape.ts'

export const loadKind = 'Load.seatrial.dev'

/** Which API of metrics answers. */
export type LoadApi = 'resource' | 'custom' | 'external'

/** One Load as it is read. */
export interface Load {
  readonly namespace: string
  readonly metric: string
  readonly api: LoadApi | undefined
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
const resources = new Set(['cpu', 'memory', 'ephemeral-storage'])

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

/** What a pod reports of its own accord. */
export function ownOf({ byAge, perPod, startMs }: Load, pod: Pod, nowMs: number): bigint {
  if (byAge !== undefined) return byAge(nowMs - runsSinceMs(pod))
  return perPod?.(nowMs - startMs) ?? 0n
}

/** The pods that report. */
export function reporting(load: Load, pods: readonly Pod[], nowMs: number): readonly Pod[] {
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

/** Of what several pods share, how much falls to each that is ready. */
export function sharedOf(load: Load, pods: readonly Pod[], nowMs: number): bigint | undefined {
  if (load.total === undefined) return undefined
  return load.total(nowMs - load.startMs) / BigInt(Math.max(1, pods.filter(isPodReady).length))
}

/** How many thousandths of a resource a pod uses, and in which container; undefined: nobody says. */
export function usageOf(
  objects: readonly KubeObject[],
  { pod, resource, neighbours }: { pod: Pod; resource: string; neighbours: readonly Pod[] },
  nowMs: number,
): { readonly milli: bigint; readonly container: string | undefined } | undefined {
  const { namespace } = pod.metadata
  const same = neighbours.filter(({ metadata }) => metadata.namespace === namespace)
  for (const object of objects.toReversed()) {
    const load = readLoad(object)
    if (!load.ok || load.value.metric !== resource || load.value.namespace !== namespace) continue
    const { value } = load
    if (!reporting(value, same, nowMs).includes(pod)) continue
    const milli = sharedOf(value, reporting(value, same, nowMs), nowMs) ?? ownOf(value, pod, nowMs)
    return { milli, container: value.container ?? pod.spec?.containers[0]?.name }
  }
  return undefined
}
