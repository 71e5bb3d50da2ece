// The HorizontalPodAutoscaler controller. Port of pkg/controller/podautoscaler/horizontal.go,
// v1.36.3. Without any Load in the cluster usage is taken to be on target: then only the bounds
// count, and nothing is looked at again before something changes.

import { loadKind } from '../../kube/loads/load.ts'
import type { HorizontalPodAutoscaler, Pod } from '../../kube/generated/types.ts'
import { matches } from '../../kube/label-selector.ts'
import { parseSelector } from '../../kube/label-selector-text.ts'
import { keyFrom, keyOf, type KubeObject } from '../../kube/object.ts'
import { isOut, outageKind } from '../../kube/outage-object.ts'
import { sameValue } from '../equality.ts'
import { errorText } from '../failures.ts'
import {
  type Api,
  type Controller,
  done,
  type Lister,
  type ObjectChange,
  type Part,
  type ReconcileResult,
  type WatchContext,
} from '../framework.ts'
import { keepWithinBounds } from './bounds.ts'
import {
  autoscalerDefaults,
  type AutoscalerOptions,
  Conditions,
  decide,
  type Decision,
  type Situation,
} from './decision.ts'
import { type History, noHistory, withScaleEvent } from './limits.ts'
import { scriptedMetrics } from './loads.ts'
import { noMetrics } from './metrics.ts'
import { statusAfter } from './status.ts'
import { scalableKinds, type ScaleKind, scaleKindOf, scaleOf } from './target.ts'

export interface AutoscalerFlags extends Partial<AutoscalerOptions> {
  /** False: without a Load there is no metrics API either, and autoscalers say so. */
  readonly assumesTarget?: boolean
}

const memory = {
  history: (key: string) => `history:${key}`,
  selector: (key: string) => `selector:${key}`,
} as const

/** Autoscalers that name this object as their target. */
function autoscalersOf(lister: Lister, kind: string, { metadata }: KubeObject): readonly string[] {
  return lister
    .list<HorizontalPodAutoscaler>('HorizontalPodAutoscaler', metadata.namespace)
    .filter(({ spec }) => {
      const target = spec?.scaleTargetRef
      return target?.kind === kind && target.name === metadata.name
    })
    .map(autoscaler => keyOf(autoscaler.metadata))
}

type Scaled = KubeObject & { readonly spec?: { readonly replicas?: number } }

/** Writes the status if it is another. */
function* writeStatus(
  api: Api,
  autoscaler: HorizontalPodAutoscaler,
  status: NonNullable<HorizontalPodAutoscaler['status']>,
): Part<{ readonly error?: string; readonly wrote: boolean }> {
  if (sameValue(withoutNulls(autoscaler.status ?? {}), withoutNulls(status))) {
    return { wrote: false }
  }
  const answer = yield* api.updateStatus({ ...autoscaler, status } as HorizontalPodAutoscaler)
  if (answer.ok) return { wrote: true }
  const text = errorText(answer)
  yield* api.event(autoscaler, 'Warning', 'FailedUpdateStatus', text)
  const name = autoscaler.metadata.name ?? ''
  return { wrote: false, error: `failed to update status for ${name}: ${text}` }
}

/** Go tells neither null nor zero nor an empty list from absent. */
function withoutNulls(status: object): object {
  const entries = Object.entries(status).filter(
    ([, value]) => value !== null && value !== 0 && !(Array.isArray(value) && value.length === 0),
  )
  return Object.fromEntries(entries)
}

/** The target cannot be scaled: told by an event and a condition. */
function* withoutScale(
  api: Api,
  autoscaler: HorizontalPodAutoscaler,
  why: string,
): Part<undefined> {
  yield* api.event(autoscaler, 'Warning', 'FailedGetScale', why)
  const conditions = new Conditions(autoscaler.status?.conditions ?? [], yield* api.now())
  const message = `the HPA controller was unable to get the target's current scale: ${why}`
  conditions.set('AbleToScale', { status: 'False', reason: 'FailedGetScale', message })
  const status = { ...(autoscaler.status ?? { desiredReplicas: 0, currentMetrics: [] }) }
  yield* writeStatus(api, autoscaler, { ...status, conditions: conditions.all })
  return undefined
}

interface Target {
  readonly object: KubeObject
  readonly kind: ScaleKind
}

function* targetOf(api: Api, autoscaler: HorizontalPodAutoscaler): Part<Target | undefined> {
  const reference = autoscaler.spec?.scaleTargetRef ?? { kind: '', name: '' }
  const kind = yield* api.read(lister => scaleKindOf(lister, reference))
  if (typeof kind === 'string') return yield* withoutScale(api, autoscaler, kind)
  const { namespace } = autoscaler.metadata
  const live = yield* api.getLive(kind.key, namespace, reference.name)
  if (live.ok) return { object: live.object, kind }
  const why = `${kind.qualified} "${reference.name}" not found`
  return yield* withoutScale(api, autoscaler, why)
}

/** Autoscalers of the namespace whose last known selectors choose any of the pods. */
function* rivalsOf(api: Api, namespace: string | undefined, pods: readonly Pod[]): Part<string[]> {
  const all = yield* api.list<HorizontalPodAutoscaler>('HorizontalPodAutoscaler', namespace)
  const rivals: string[] = []
  for (const { metadata } of all) {
    const text = yield* api.recall<string>(memory.selector(keyOf(metadata)))
    const selector = text === undefined ? undefined : parseSelector(text)
    if (selector?.ok !== true) continue
    const { value } = selector
    if (pods.some(pod => matches(value, pod.metadata.labels))) rivals.push(keyOf(metadata))
  }
  return rivals
}

function* look(
  api: Api,
  key: string,
  autoscaler: HorizontalPodAutoscaler,
  options: AutoscalerOptions,
): Part<{ readonly changed: boolean; readonly held: boolean }> {
  const target = yield* targetOf(api, autoscaler)
  if (target === undefined) return { changed: false, held: false }
  const { namespace } = autoscaler.metadata
  const scale = scaleOf(target.object, target.kind)
  if (scale.selector !== '') yield* api.remember(memory.selector(key), scale.selector)
  const parsed = parseSelector(scale.selector)
  const pods = yield* api.read(lister =>
    lister
      .list<Pod>('Pod', namespace)
      .filter(
        pod => parsed.ok && scale.selector !== '' && matches(parsed.value, pod.metadata.labels),
      ),
  )
  const nowMs = yield* api.now()
  const loads = yield* api.list(loadKind)
  const outages = yield* api.list(outageKind)
  const situation: Situation = {
    autoscaler,
    scale,
    pods,
    rivals: yield* rivalsOf(api, namespace, pods),
    nowMs,
    history: (yield* api.recall<History>(memory.history(key))) ?? noHistory,
    options,
    source: isOut(outages, { of: 'metrics' }) ? noMetrics : scriptedMetrics(loads, nowMs),
  }
  return yield* act(api, key, { situation, decision: decide(situation), target })
}

interface Acting {
  readonly situation: Situation
  readonly decision: Decision
  readonly target: Target
}

/** Tells, scales and writes what was decided. */
function* act(
  api: Api,
  key: string,
  { situation, decision, target }: Acting,
): Part<{ readonly changed: boolean; readonly held: boolean }> {
  const { autoscaler, scale, nowMs } = situation
  const { desired, reason, failure } = decision
  for (const event of decision.events) {
    yield* api.event(autoscaler, 'Warning', event.reason, event.message)
  }
  let { history } = decision
  let refused: string | undefined
  if (decision.rescale && failure === undefined) {
    const answer = yield* api.scale(target.object, desired)
    const size = `New size: ${desired}; reason: ${reason}`
    if (answer.ok) {
      yield* api.event(autoscaler, 'Normal', 'SuccessfulRescale', size)
      const change = { from: scale.replicas, to: desired, nowMs }
      history = withScaleEvent(history, autoscaler.spec?.behavior, change)
    } else {
      refused = errorText(answer)
      yield* api.event(autoscaler, 'Warning', 'FailedRescale', `${size}; error: ${refused}`)
    }
  }
  yield* api.remember(memory.history(key), history)
  const outcome = { autoscaler, decision, current: scale.replicas, nowMs }
  const status = statusAfter({ ...outcome, ...(refused !== undefined && { refused }) })
  const { wrote } = yield* writeStatus(api, autoscaler, status)
  return { changed: wrote || decision.rescale, held: decision.held }
}

function* forget(api: Api, key: string): Part<ReconcileResult> {
  yield* api.remember(memory.history(key), undefined)
  yield* api.remember(memory.selector(key), undefined)
  return done
}

/** The controller with these flags. */
export function horizontalPodAutoscaler(flags: AutoscalerFlags = {}): Controller {
  const { assumesTarget = true, ...given } = flags
  const options: AutoscalerOptions = { ...autoscalerDefaults, ...given }
  const { syncPeriodMs, workMs } = options
  return {
    name: 'horizontal-pod-autoscaler',
    doc: 'Scales workloads by the usage that Loads describe, and keeps them within their bounds.',
    watches: [
      {
        kind: 'HorizontalPodAutoscaler',
        keys: ({ key, after }, { enqueueAfter }) => {
          if (after === undefined) return [key]
          enqueueAfter(key, syncPeriodMs)
          return []
        },
      },
      ...[loadKind, outageKind].map(kind => ({
        kind,
        keys: (_: ObjectChange, { lister, enqueueAfter }: WatchContext) =>
          wakeAll(lister, enqueueAfter, syncPeriodMs),
      })),
      ...scalableKinds.map(kind => ({
        kind,
        keys: (
          { before, after }: { before: KubeObject | undefined; after: KubeObject | undefined },
          { lister, enqueueAfter }: WatchContext,
        ) => {
          const replicas = (object: KubeObject | undefined): number | undefined =>
            (object as Scaled | undefined)?.spec?.replicas
          if (after === undefined || replicas(before) === replicas(after)) return []
          for (const key of autoscalersOf(lister, kind, after)) enqueueAfter(key, syncPeriodMs)
          return []
        },
      })),
      { kind: 'CustomResourceDefinition', keys: () => [] },
    ],
    *reconcile(key, api) {
      const autoscaler = yield* api.get<HorizontalPodAutoscaler>('HorizontalPodAutoscaler', key)
      if (autoscaler === undefined) return yield* forget(api, key)
      const loads = yield* api.list(loadKind)
      const assumes = loads.length === 0 && assumesTarget
      if (assumes && !isOut(yield* api.list(outageKind), { of: 'metrics' }))
        return yield* keepWithinBounds(api, autoscaler)
      const { changed, held } = yield* look(api, key, autoscaler, options)
      const again = { requeueAfterMs: syncPeriodMs + workMs }
      return changed || held ? again : { ...again, standing: true }
    },
  }
}

/** A new load may ask for another count at the next look; the time of that look stays. */
function wakeAll(
  lister: Lister,
  enqueueAfter: (key: string, delayMs: number) => void,
  delayMs: number,
): readonly string[] {
  for (const { metadata } of lister.list('HorizontalPodAutoscaler')) {
    enqueueAfter(keyFrom(metadata.namespace, metadata.name ?? ''), delayMs)
  }
  return []
}
