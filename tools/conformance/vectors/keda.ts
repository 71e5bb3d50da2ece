// Answers keda vectors with src/platforms/keda/.

import type { HorizontalPodAutoscaler, MetricSpec, Pod } from '../../../src/kube/generated/types.ts'
import { matches, type Selector } from '../../../src/kube/label-selector.ts'
import { formatLabelSelector } from '../../../src/kube/label-selector-text.ts'
import { quantityOf, quantityText } from '../../../src/kube/quantity.ts'
import { formatTime, parseTime } from '../../../src/kube/time.ts'
import { cron } from '../../../src/platforms/keda/cron.ts'
import { compileModifiers, compute } from '../../../src/platforms/keda/modifiers.ts'
import { ScaledObjectReconciler } from '../../../src/platforms/keda/reconciler.ts'
import { ScaleHandler } from '../../../src/platforms/keda/scale-handler.ts'
import { requestScale } from '../../../src/platforms/keda/executor.ts'
import { withError, withValue } from '../../../src/platforms/keda/fallback.ts'
import type {
  ScaledObject,
  TargetResource,
  Trigger,
} from '../../../src/platforms/keda/scaled-object.ts'
import { withCondition } from '../../../src/platforms/keda/scaled-object.ts'
import { milliQuantity } from '../../../src/platforms/keda/scaler.ts'
import type { KedaOperatorWorld, Scale } from '../../../src/platforms/keda/world.ts'
import type { Topic } from './topic.ts'

/** 2000-01-01T00:00:00Z. */
const startMs = 946_684_800_000

interface Given {
  readonly kind: string
  readonly metadata: { readonly name: string; readonly namespace?: string }
  readonly spec?: { readonly replicas?: number; readonly selector?: object }
}

/** The recorder's API: objects in memory, a clock by hand, writes into a log. */
class RecordedWorld implements KedaOperatorWorld {
  atSeconds = 0
  scaleRefused = false
  podsUnavailable = false
  scaledObject: ScaledObject | undefined
  log: unknown[] = []
  readonly objects: Given[]

  constructor(objects: readonly object[]) {
    this.objects = structuredClone(objects) as Given[]
  }

  nowMs(): number {
    return startMs + this.atSeconds * 1000
  }

  target(): Given | undefined {
    return this.objects.find(({ kind }) => kind === 'Deployment')
  }

  scale({ spec }: ScaledObject, resource?: TargetResource): Scale | string {
    const name = resource?.resource ?? 'deployments'
    const target = name === 'deployments' ? this.target() : undefined
    if (target === undefined) return `${name}.apps "${spec.scaleTargetRef.name}" not found`
    return {
      replicas: target.spec?.replicas ?? 1,
      selector: formatLabelSelector(target.spec?.selector as never),
    }
  }

  setReplicas(replicas: number): void {
    const at = this.objects.findIndex(({ kind }) => kind === 'Deployment')
    const target = this.objects[at]
    if (target !== undefined) {
      this.objects[at] = { ...target, spec: { ...target.spec, replicas } }
    }
  }

  /** Ready pods labelled `app=queue`. */
  setPods(count: number): void {
    const others = this.objects.filter(({ kind }) => kind !== 'Pod')
    const pods = Array.from({ length: count }, (_, index) => ({
      kind: 'Pod',
      metadata: { name: `queue-${index}`, namespace: 'default', labels: { app: 'queue' } },
      status: { phase: 'Running', conditions: [{ type: 'Ready', status: 'True' }] },
    }))
    this.objects.splice(0, this.objects.length, ...others, ...pods)
  }

  setScale(_object: ScaledObject, replicas: number): string | undefined {
    if (this.scaleRefused) return 'the scale was not accepted'
    const from = this.target()?.spec?.replicas ?? 1
    this.log.push({ at: this.atSeconds, scale: { from, to: replicas } })
    this.setReplicas(replicas)
    return undefined
  }

  autoscaler(namespace: string, name: string): HorizontalPodAutoscaler | undefined {
    return this.objects.find(
      ({ kind, metadata }) =>
        kind === 'HorizontalPodAutoscaler' &&
        metadata.name === name &&
        metadata.namespace === namespace,
    ) as unknown as HorizontalPodAutoscaler | undefined
  }

  pods(namespace: string, selector: Selector): readonly Pod[] | string {
    if (this.podsUnavailable) return 'the API is not available'
    const pods = this.objects.filter(({ kind }) => kind === 'Pod') as unknown as Pod[]
    return pods.filter(
      ({ metadata }) => metadata.namespace === namespace && matches(selector, metadata.labels),
    )
  }

  resource(apiVersion: string, kind: string): TargetResource | string {
    const known = apiVersion === 'apps/v1' && ['Deployment', 'DaemonSet'].includes(kind)
    if (!known) return `no matches for kind "${kind}" in version "${apiVersion}"`
    return { group: 'apps', version: 'v1', kind, resource: `${kind.toLowerCase()}s` }
  }

  read(): ScaledObject | undefined {
    return this.scaledObject
  }

  write(object: ScaledObject): void {
    this.scaledObject = object
  }

  remove(): void {
    this.scaledObject = undefined
  }

  putAutoscaler(autoscaler: HorizontalPodAutoscaler): void {
    const { namespace = '', name = '' } = autoscaler.metadata
    this.removeAutoscaler(namespace, name)
    this.objects.push(autoscaler as unknown as Given)
  }

  removeAutoscaler(namespace: string, name: string): void {
    const at = this.objects.indexOf(this.autoscaler(namespace, name) as unknown as Given)
    if (at >= 0) this.objects.splice(at, 1)
  }

  autoscalers(): HorizontalPodAutoscaler[] {
    const found = this.objects.filter(({ kind }) => kind === 'HorizontalPodAutoscaler')
    return found as unknown as HorizontalPodAutoscaler[]
  }

  event(_object: ScaledObject, event: object): void {
    this.log.push({ at: this.atSeconds, event })
  }
}

interface CronInput {
  readonly at: readonly string[]
  readonly metadata: Trigger['metadata']
  readonly metricType?: Trigger['metricType']
  readonly triggerIndex: number
}

function cronAnswer({ at, metadata, metricType, triggerIndex }: CronInput): unknown {
  const trigger = { type: 'cron', metadata, metricType } as Trigger
  const config = { trigger, index: triggerIndex, namespace: 'default', isMetricSource: false }
  const built = cron.build(config)
  if (!built.ok) return { error: built.error }
  const world = new RecordedWorld([])
  const readings = at.map(time => {
    world.atSeconds = (parseTime(time) - startMs) / 1000
    const reading = built.value.read(world)
    if (typeof reading === 'string') return { error: reading }
    return { active: reading.isActive, value: milliQuantity(reading.value ?? 0) }
  })
  return { at: readings, metric: built.value.spec }
}

interface RequestStep {
  readonly active: boolean
  readonly activeTriggers: readonly string[]
  readonly at: number
  readonly error: boolean
  readonly setReplicas?: number
  readonly scaleRefused?: boolean
  readonly targetDeleted?: boolean
}

interface ScaledInput<Step> {
  readonly objects: readonly object[]
  readonly scaledObject: ScaledObject
  readonly steps: readonly Step[]
}

function requestAnswer({ objects, scaledObject, steps }: ScaledInput<RequestStep>): unknown {
  const world = new RecordedWorld(objects)
  let object = scaledObject
  const answers = steps.map(step => {
    world.atSeconds = step.at
    world.log = []
    world.scaleRefused = step.scaleRefused === true
    if (step.setReplicas !== undefined) world.setReplicas(step.setReplicas)
    if (step.targetDeleted === true) {
      world.objects.splice(world.objects.indexOf(world.target() as Given), 1)
    }
    const { active: isActive, error: isError, activeTriggers } = step
    const result = requestScale(world, object, { isActive, isError, activeTriggers })
    const { conditions, triggersActivity, lastActiveMs, error = null } = result
    const replicas = world.target()?.spec?.replicas
    object = {
      ...object,
      status: {
        ...object.status,
        conditions: conditions.reduce(withCondition, object.status?.conditions ?? []),
        triggersActivity: { ...object.status?.triggersActivity, ...triggersActivity },
        ...(lastActiveMs !== undefined && { lastActiveTime: formatTime(lastActiveMs) }),
      },
    }
    return {
      conditions,
      error,
      ...(lastActiveMs !== undefined && { lastActiveTime: (lastActiveMs - startMs) / 1000 }),
      log: world.log,
      ...(world.target() !== undefined && { replicas: replicas ?? 1 }),
      triggersActivity,
    }
  })
  return { status: object.status, steps: answers }
}

interface FallbackInput extends ScaledInput<FallbackStep> {
  readonly metrics: readonly MetricSpec[]
}

interface FallbackStep {
  readonly metric: number
  readonly error?: string
  readonly value?: string
  readonly setReplicas?: number
}

function fallbackAnswer({ metrics, objects, scaledObject, steps }: FallbackInput): unknown {
  const world = new RecordedWorld(objects)
  let object = scaledObject
  const answers = steps.map(({ metric, error, value, setReplicas }) => {
    if (setReplicas !== undefined) world.setReplicas(setReplicas)
    const spec = metrics[metric] as MetricSpec
    const name = spec.external?.metric.name ?? ''
    const result =
      error === undefined
        ? withValue(object, name, [{ name, value: quantityOf(value) }])
        : withError(world, object, { name, spec, error })
    object = { ...object, status: result.status }
    return {
      error: result.error ?? null,
      fallbackActive: result.isActive,
      status: result.status,
      values: result.values.map(each => ({
        metricName: each.name,
        value: quantityText(each.value),
      })),
    }
  })
  return { steps: answers }
}

interface ModifiersInput {
  readonly metrics: readonly {
    readonly metricName: string
    readonly trigger: string
    readonly value: string
  }[]
  readonly scaledObject: ScaledObject
}

function modifiersAnswer({ metrics, scaledObject }: ModifiersInput): unknown {
  const result = compileModifiers(scaledObject)
  if (!result.ok) return { error: result.error }
  const given = metrics.map(({ metricName, trigger, value }) => ({
    name: metricName,
    trigger,
    value: quantityOf(value),
  }))
  const computed = compute(scaledObject, result.compiled, given)
  if (!computed.ok) {
    const what = 'error applying custom scalingModifiers.Formula'
    return { runError: `${what}: ${computed.error}`, values: [] }
  }
  const { name, value } = computed.metric
  return { values: [{ metricName: name, value: quantityText(value) }] }
}

interface HpaInput {
  readonly objects: readonly object[]
  readonly scaledObject: ScaledObject
}

const version = 'main'

function hpaAnswer({ objects, scaledObject }: HpaInput): unknown {
  const world = new RecordedWorld(objects)
  world.scaledObject = scaledObject
  const handler = new ScaleHandler(world)
  const quiet = {
    cacheOf: handler.cacheOf.bind(handler),
    start: () => undefined,
    stop: () => undefined,
  }
  const error = new ScaledObjectReconciler(world, quiet, { version }).reconcile('default', 'web')
  const { metadata, status } = world.scaledObject
  return {
    error: error ?? null,
    horizontalPodAutoscalers: world.autoscalers(),
    log: world.log,
    scaledObject: {
      ...(metadata.annotations && { annotations: metadata.annotations }),
      finalizers: metadata.finalizers ?? null,
      labels: metadata.labels ?? null,
      status,
    },
  }
}

interface LoopStep {
  readonly at: number
  readonly pods?: number
  readonly podsUnavailable?: boolean
  readonly setReplicas?: number
  readonly scaleRefused?: boolean
  readonly change?: {
    readonly annotations?: Record<string, string>
    readonly spec?: ScaledObject['spec']
  }
  readonly delete?: boolean
  readonly query?: boolean
}

interface LoopInput extends ScaledInput<LoopStep> {
  readonly until: number
}

class RecordedLoop {
  readonly world: RecordedWorld
  private readonly handler: ScaleHandler
  private readonly reconciler: ScaledObjectReconciler

  constructor(objects: readonly object[]) {
    this.world = new RecordedWorld(objects)
    this.handler = new ScaleHandler(this.world)
    this.reconciler = new ScaledObjectReconciler(this.world, this.handler, { version })
  }

  /** What happens up to and including that second. */
  advance(atSeconds: number): unknown[] {
    for (;;) {
      const next = this.handler.nextMs()
      if (next === undefined || next > startMs + atSeconds * 1000) break
      this.world.atSeconds = (next - startMs) / 1000
      this.handler.poll()
    }
    this.world.atSeconds = atSeconds
    return this.takeLog()
  }

  step(step: LoopStep, created: ScaledObject | undefined): unknown {
    const { world } = this
    const before = this.advance(step.at)
    const replicas = this.replicas()
    this.disturb(step)
    const isReconciled = created !== undefined || step.change !== undefined || step.delete === true
    if (created !== undefined) world.scaledObject = created
    this.change(step)
    const { name = '' } = world.scaledObject?.metadata ?? {}
    const error = isReconciled ? this.reconciler.reconcile('default', name) : undefined
    this.handler.poll()
    const after = this.takeLog()
    const state = {
      before,
      ...(isReconciled && { error: error ?? null }),
      after,
      replicas,
      scaledObject: world.scaledObject?.status ?? null,
      horizontalPodAutoscalers: world.autoscalers().map(({ metadata, spec }) => ({
        behavior: spec?.behavior ?? null,
        maxReplicas: spec?.maxReplicas,
        minReplicas: spec?.minReplicas,
        name: metadata.name,
      })),
    }
    if (step.query !== true) return state
    return { ...state, metrics: this.query(), afterMetrics: this.takeLog() }
  }

  replicas(): number {
    return this.world.target()?.spec?.replicas ?? 1
  }

  private takeLog(): unknown[] {
    const { log } = this.world
    this.world.log = []
    return log
  }

  private disturb({ pods, podsUnavailable, setReplicas, scaleRefused }: LoopStep): void {
    const { world } = this
    world.podsUnavailable = podsUnavailable === true
    world.scaleRefused = scaleRefused === true
    if (pods !== undefined) world.setPods(pods)
    if (setReplicas !== undefined) world.setReplicas(setReplicas)
  }

  private change({ change, delete: isDeleted }: LoopStep): void {
    const object = this.world.scaledObject
    if (object === undefined) return
    const { metadata } = object
    if (isDeleted === true) {
      const deletionTimestamp = formatTime(this.world.nowMs())
      this.world.write({ ...object, metadata: { ...metadata, deletionTimestamp } })
    } else if (change !== undefined) {
      const generation = (metadata.generation ?? 0) + (change.spec === undefined ? 0 : 1)
      const { annotations = metadata.annotations } = change
      // The recorder decodes over the old spec: what is not given stays.
      const spec = { ...object.spec, ...change.spec }
      const next = { ...metadata, generation, ...(annotations && { annotations }) }
      this.world.write({ ...object, metadata: next, spec })
    }
  }

  private query(): unknown {
    const answers: Record<string, unknown> = {}
    const [autoscaler] = this.world.autoscalers()
    for (const { external } of autoscaler?.spec?.metrics ?? []) {
      if (external === undefined) continue
      const { name } = external.metric
      const scaledObject = this.world.scaledObject?.metadata.name ?? ''
      const answered = this.handler.metrics('default', scaledObject, name)
      answers[name] = answered.ok
        ? {
            values: answered.values.map(each => ({
              metricName: each.name,
              value: quantityText(each.value),
            })),
          }
        : { error: answered.error }
    }
    return answers
  }
}

function loopAnswer({ objects, scaledObject: created, steps, until }: LoopInput): unknown {
  const loop = new RecordedLoop(objects)
  const answers = steps.map((step, index) => loop.step(step, index === 0 ? created : undefined))
  const before = loop.advance(until)
  const scaledObject = loop.world.scaledObject?.status ?? null
  return { steps: answers, end: { before, replicas: loop.replicas(), scaledObject } }
}

export const answer: Topic = (family, input) => {
  switch (family) {
    case 'cron':
      return cronAnswer(input as CronInput)
    case 'request-scale':
      return requestAnswer(input as ScaledInput<RequestStep>)
    case 'fallback':
      return fallbackAnswer(input as FallbackInput)
    case 'hpa':
      return hpaAnswer(input as HpaInput)
    case 'loop':
      return loopAnswer(input as LoopInput)
    case 'modifiers':
      return modifiersAnswer(input as ModifiersInput)
    default:
      return undefined
  }
}
