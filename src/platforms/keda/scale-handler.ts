// The scale loops and the metrics API. Port of KEDA v2.21.0 pkg/scaling/scale_handler.go: one
// thread, so triggers answer in the order in which one processor would run them.

import { formatTime } from '../../kube/time.ts'
import { requestScale, type ScaleResult } from './executor.ts'
import { type MetricValue, withError, withValue } from './fallback.ts'
import { parseGoFloat, quantityFloat } from '../../kube/go-float.ts'
import { compute, type TriggerMetric } from './modifiers.ts'
import { milliQuantity } from './scaler.ts'
import {
  type BuiltTrigger,
  buildScalers,
  buildTrigger,
  type Holder,
  type ScalersCache,
} from './scalers-cache.ts'
import { compositeMetric, modifiersOf, type ScaledObject, withCondition } from './scaled-object.ts'
import { patchStatus } from './status-patch.ts'
import type { KedaOperatorWorld } from './world.ts'
import { quantityOf } from '../../kube/quantity.ts'

const pollingSeconds = 30

interface Loop {
  readonly holder: Holder
  readonly everyMs: number
  nextMs: number
}

/** A metric as the last poll left it, fallback and all. */
interface MetricRecord {
  readonly metrics: readonly MetricValue[]
  readonly isActive: boolean
  readonly error?: string
}

/** What one trigger gave. */
interface TriggerState {
  readonly isActive: boolean
  readonly metrics: readonly MetricValue[]
  readonly isFallback: boolean
  readonly error?: string
}

export type MetricAnswer =
  | { readonly ok: true; readonly values: readonly MetricValue[] }
  | { readonly ok: false; readonly error: string }

export class ScaleHandler {
  private readonly world: KedaOperatorWorld
  private readonly loops = new Map<string, Loop>()
  private readonly caches = new Map<string, ScalersCache>()
  private readonly records = new Map<string, Map<string, MetricRecord>>()

  constructor(world: KedaOperatorWorld) {
    this.world = world
  }

  /** When the next poll is due. */
  nextMs(): number | undefined {
    const times = [...this.loops.values()].map(({ nextMs }) => nextMs)
    return times.length === 0 ? undefined : Math.min(...times)
  }

  /** Runs the polls that are due. */
  poll(): void {
    const now = this.world.nowMs()
    for (const loop of this.loops.values()) {
      if (loop.nextMs > now) continue
      loop.nextMs = now + loop.everyMs
      this.check(loop)
    }
  }

  /** Starts the loop of an object, or starts it anew; its first poll is due at once. */
  start(object: ScaledObject): void {
    const key = keyOf(object)
    if (this.loops.has(key)) this.forget(key)
    else {
      const note = 'Started scalers watch'
      this.world.event(object, { type: 'Normal', reason: 'KEDAScalersStarted', note })
    }
    const everyMs = (object.spec.pollingInterval ?? pollingSeconds) * 1000
    this.loops.set(key, { holder: { object }, everyMs, nextMs: this.world.nowMs() })
  }

  stop(object: ScaledObject): void {
    const key = keyOf(object)
    if (!this.loops.delete(key)) return
    this.forget(key)
    const note = 'Stopped scalers watch'
    this.world.event(object, { type: 'Normal', reason: 'KEDAScalersStopped', note })
  }

  /** The triggers of an object as it is now; a text is the error. */
  cacheOf(holder: Holder): ScalersCache | string {
    const key = keyOf(holder.object)
    const known = this.caches.get(key)
    if (known?.generation === (holder.object.metadata.generation ?? 0)) return known
    return this.build(key, holder)
  }

  /** What the metrics API answers for one external metric. */
  metrics(namespace: string, name: string, metric: string): MetricAnswer {
    const key = `${namespace}/${name}`
    const cache = this.caches.get(key) ?? this.buildFresh(namespace, name)
    if (typeof cache === 'string') return { ok: false, error: `error getting scalers ${cache}` }
    const { holder } = cache
    const wanted = this.wantedMetrics(holder.object, metric)
    const states: { built: BuiltTrigger; state: TriggerState }[] = []
    for (const built of inAnswerOrder(cache.triggers)) {
      const own = built.scaler.spec.external?.metric.name
      if (own === undefined) continue
      if (!wanted.some(each => each.toLowerCase() === own.toLowerCase())) continue
      const record =
        built.trigger.useCachedMetrics === true ? this.records.get(key)?.get(own) : undefined
      states.push({ built, state: this.ask(holder, built, record) })
    }
    const hasError = states.some(({ state }) => state.error !== undefined)
    if (hasError) this.caches.delete(key)
    const isFallback = states.some(({ state }) => state.isFallback)
    if (hasError && !isFallback) return { ok: false, error: `metric:${metric} encountered error` }
    if (states.every(({ state }) => state.metrics.length === 0)) {
      return { ok: false, error: `no matching metrics found for ${metric}` }
    }
    return { ok: true, values: this.modified(holder.object, cache, states) }
  }

  /** With modifiers every external metric counts. */
  private wantedMetrics(object: ScaledObject, metric: string): readonly string[] {
    if ((modifiersOf(object)?.target ?? '') === '') return [metric]
    const own = object.status?.externalMetricNames ?? []
    const { namespace = '', name = '' } = object.metadata
    const isKnown = own.length > 0
    return isKnown ? own : (this.world.read(namespace, name)?.status?.externalMetricNames ?? [])
  }

  private forget(key: string): void {
    this.records.delete(key)
    this.caches.delete(key)
  }

  private build(key: string, holder: Holder): ScalersCache | string {
    const cache = buildScalers(this.world, holder)
    if (typeof cache !== 'string') this.caches.set(key, cache)
    return cache
  }

  private buildFresh(namespace: string, name: string): ScalersCache | string {
    const object = this.world.read(namespace, name)
    if (object === undefined) return `scaledobjects.keda.sh "${name}" not found`
    return this.build(keyOf(object), { object })
  }

  private check({ holder }: Loop): void {
    const { metadata } = holder.object
    const fresh = this.world.read(metadata.namespace ?? '', metadata.name ?? '')
    if (fresh === undefined) return
    holder.object = fresh
    const wasFallback =
      fresh.status?.conditions?.find(({ type }) => type === 'Fallback')?.status === 'True'
    const state = this.stateOf(holder)
    if (state === undefined) return
    if (state.isFallback !== wasFallback) {
      const [reason, note] = state.isFallback
        ? ['ScaledObjectFallbackActivated', 'ScaledObject fallback is active']
        : ['ScaledObjectFallbackDeactivated', 'ScaledObject fallback is no longer active']
      this.world.event(holder.object, {
        type: 'Normal',
        reason: reason as string,
        note: note as string,
      })
    }
    this.apply(holder, requestScale(this.world, holder.object, state))
    const key = keyOf(holder.object)
    if (state.records.size > 0) this.records.set(key, state.records)
  }

  /** handleResult: onto the object as it is by now. */
  private apply({ object: base }: Holder, result: ScaleResult): void {
    const { metadata } = base
    const object = this.world.read(metadata.namespace ?? '', metadata.name ?? '')
    if (object === undefined) return
    const { conditions, triggersActivity, lastActiveMs } = result
    const before = base.status?.triggersActivity ?? {}
    const activity = { ...object.status?.triggersActivity }
    for (const [name, each] of Object.entries(triggersActivity)) {
      if (before[name]?.isActive !== each.isActive) activity[name] = each
    }
    for (const name of Object.keys(before)) {
      if (triggersActivity[name] === undefined) delete activity[name]
    }
    patchStatus(
      this.world,
      { object },
      {
        ...object.status,
        conditions: conditions.reduce(withCondition, object.status?.conditions ?? []),
        ...(lastActiveMs !== undefined && { lastActiveTime: formatTime(lastActiveMs) }),
        ...(Object.keys(activity).length > 0 && { triggersActivity: activity }),
      },
    )
  }

  private stateOf(holder: Holder) {
    const cache = this.cacheOf(holder)
    if (typeof cache === 'string') return undefined
    const key = keyOf(holder.object)
    const records = new Map<string, MetricRecord>()
    const states = inAnswerOrder(cache.triggers).map(built => {
      const state = this.ask(holder, built)
      this.report(holder.object, state)
      const name = built.scaler.spec.external?.metric.name
      if (built.trigger.useCachedMetrics === true && name !== undefined) {
        const { metrics, error, isFallback, isActive } = state
        const record = { metrics, isActive: isFallback || isActive }
        records.set(name, error === undefined ? record : { ...record, error })
      }
      return { built, state }
    })
    const isError = states.some(({ state }) => state.error !== undefined)
    if (isError) this.caches.delete(key)
    const isFallback = states.some(({ state }) => state.isFallback)
    const decided = this.decide(holder.object, cache, states)
    return decided === undefined ? undefined : { ...decided, isError, isFallback, records }
  }

  private decide(object: ScaledObject, cache: ScalersCache, states: readonly Asked[]) {
    const isError = states.some(({ state }) => state.error !== undefined)
    const active = states.filter(({ state }) => state.isActive)
    let isActive = active.length > 0
    let activeTriggers = active.flatMap(({ state }) => state.metrics.map(({ name }) => name))
    const modifiers = modifiersOf(object)
    if (modifiers !== undefined) {
      const { activationTarget = '' } = modifiers
      const threshold = activationTarget === '' || isError ? 0 : parseGoFloat(activationTarget)
      if (threshold === undefined) return undefined
      const over = isError
        ? undefined
        : this.modified(object, cache, states).find(({ value }) => quantityFloat(value) > threshold)
      isActive = over !== undefined
      activeTriggers = over === undefined ? [] : [over.name]
    }
    const isOwn = object.spec.triggers.every(({ type }) => type === 'cpu' || type === 'memory')
    return { isActive: isActive || (isOwn && !isError), activeTriggers }
  }

  /** HandleScalingModifiers: no metric at all when the formula fails. */
  private modified(
    object: ScaledObject,
    { compiled }: ScalersCache,
    states: readonly Asked[],
  ): readonly MetricValue[] {
    const metrics = states.flatMap(({ state }) => state.metrics)
    const modifiers = modifiersOf(object)
    if (modifiers === undefined) return metrics
    const fallback = states.flatMap(({ state }) => (state.isFallback ? state.metrics : []))
    const [first] = fallback
    if (first !== undefined) return [{ name: compositeMetric, value: first.value }]
    if ((modifiers.formula ?? '') === '') return metrics
    if (compiled === undefined) return []
    const given = states.flatMap(({ built, state }) =>
      state.metrics.map(
        (metric): TriggerMetric => ({ ...metric, trigger: built.trigger.name ?? '' }),
      ),
    )
    const computed = compute(object, compiled, given)
    return computed.ok ? [computed.metric] : []
  }

  private report(object: ScaledObject, { error }: TriggerState): void {
    if (error === undefined) return
    const reason = modifiersOf(object) === undefined ? 'KEDAScalerFailed' : 'KEDAMetricSourceFailed'
    this.world.event(object, { type: 'Warning', reason, note: error })
  }

  /** Reads one trigger, with its fallback; the holder's status counts the failures. */
  private ask(holder: Holder, built: BuiltTrigger, record?: MetricRecord): TriggerState {
    const { spec } = built.scaler
    const name = spec.external?.metric.name
    const none = { isActive: false, metrics: [], isFallback: false }
    if (name === undefined) return none
    const reading = record === undefined ? this.read(holder.object, built, name) : record
    const { object } = holder
    const result =
      reading.error === undefined
        ? withValue(object, name, reading.metrics)
        : withError(this.world, object, { name, spec, error: reading.error })
    patchStatus(this.world, holder, result.status)
    const { values: metrics, isActive: isFallback, error } = result
    if (error !== undefined) return { isActive: false, metrics, isFallback, error }
    return { isActive: isFallback || reading.isActive, metrics, isFallback }
  }

  /** After an error the trigger is built anew and asked again. */
  private read(object: ScaledObject, built: BuiltTrigger, name: string): MetricRecord {
    let reading = built.scaler.read(this.world)
    if (typeof reading === 'string') {
      const again = buildTrigger(object, built.index)
      if (!again.ok) return { metrics: [], isActive: false, error: again.error }
      built.scaler = again.value
      reading = built.scaler.read(this.world)
    }
    if (typeof reading === 'string') return { metrics: [], isActive: false, error: reading }
    const value = quantityOf(milliQuantity(reading.value ?? 0))
    return { metrics: [{ name, value }], isActive: reading.isActive }
  }
}

interface Asked {
  readonly built: BuiltTrigger
  readonly state: TriggerState
}

/** Go starts the goroutine that was created last, then the others in their order. */
function inAnswerOrder<T>(items: readonly T[]): readonly T[] {
  return [...items.slice(-1), ...items.slice(0, -1)]
}

function keyOf({ metadata }: ScaledObject): string {
  return `${metadata.namespace ?? ''}/${metadata.name ?? ''}`
}
