// The ScaledObject controller. Port of KEDA v2.21.0 controllers/keda/scaledobject_controller.go.

import type { HorizontalPodAutoscaler } from '../../kube/generated/types.ts'
import { sortedStrings } from '../../base/compare.ts'
import { goQuote } from '../../kube/go-text.ts'
import { sameJson } from '../../kube/patch/json.ts'
import { autoscalerFor, autoscalerName, maxReplicas, metricsOf, minReplicas } from './autoscaler.ts'
import { isDerivative } from './derivative.ts'
import { initialConditions, isValidFallback, noFallback } from './fallback.ts'
import { parseInt32 } from './go-int.ts'
import type { ScaleHandler } from './scale-handler.ts'
import {
  annotation,
  type Condition,
  isPaused,
  ownerLabel,
  pausesScaleIn,
  pausesScaleOut,
  type ScaledObject,
  type ScaledObjectStatus,
  type TargetResource,
  withCondition,
} from './scaled-object.ts'
import type { KedaOperatorWorld } from './world.ts'

const finalizer = 'finalizer.keda.sh'
const pausedMessage = 'ScaledObject is paused'
const readyMessage = 'ScaledObject is defined correctly and is ready for scaling'
const wrongTarget = "ScaledObject doesn't have correct scaleTargetRef specification"

export interface ReconcilerOptions {
  /** KEDA's build leaves it as a label. */
  readonly version: string
}

/** `doing` is upstream's message around the error. */
class ReconcileError extends Error {
  readonly doing: string

  constructor(doing: string, message: string) {
    super(message)
    this.doing = doing
  }
}

export class ScaledObjectReconciler {
  private readonly world: KedaOperatorWorld
  private readonly handler: Pick<ScaleHandler, 'cacheOf' | 'start' | 'stop'>
  private readonly options: ReconcilerOptions
  /** Generations with a running scale loop. */
  private readonly generations = new Map<string, number>()

  constructor(
    world: KedaOperatorWorld,
    handler: Pick<ScaleHandler, 'cacheOf' | 'start' | 'stop'>,
    options: ReconcilerOptions,
  ) {
    this.world = world
    this.handler = handler
    this.options = options
  }

  /** Gives the error of the reconciliation. */
  reconcile(namespace: string, name: string): string | undefined {
    const object = this.world.read(namespace, name)
    if (object === undefined) return undefined
    return new Reconciliation(object, {
      world: this.world,
      handler: this.handler,
      options: this.options,
      generations: this.generations,
    }).run()
  }
}

interface Context {
  readonly world: KedaOperatorWorld
  readonly handler: Pick<ScaleHandler, 'cacheOf' | 'start' | 'stop'>
  readonly options: ReconcilerOptions
  readonly generations: Map<string, number>
}

class Reconciliation {
  private object: ScaledObject
  private conditions: readonly Condition[] = []
  private readonly context: Context
  private readonly world: KedaOperatorWorld

  constructor(object: ScaledObject, context: Context) {
    this.object = object
    this.context = context
    this.world = context.world
  }

  run(): string | undefined {
    const { metadata } = this.object
    if (metadata.deletionTimestamp !== undefined) return this.finalize()
    const finalizers = metadata.finalizers ?? []
    if (!finalizers.includes(finalizer))
      this.setMetadata({ finalizers: [...finalizers, finalizer] })
    const known = (this.object.status?.conditions ?? []).map(({ type }) => type)
    if (!initialConditions.every(({ type }) => known.includes(type))) {
      this.setStatus({ conditions: initialConditions })
    }
    this.conditions = this.object.status?.conditions ?? []
    const error = this.attempt()
    if (this.object.spec.fallback === undefined || !isValidFallback(this.object)) {
      this.set(noFallback)
    }
    this.setStatus({ conditions: this.conditions })
    return error
  }

  private attempt(): string | undefined {
    try {
      const message = this.scaling()
      const wasReady = this.conditions.find(({ type }) => type === 'Ready')?.status === 'True'
      if (!wasReady) this.emit('Normal', 'ScaledObjectReady', 'ScaledObject is ready for scaling')
      this.set({ type: 'Ready', status: 'True', reason: 'ScaledObjectReady', message })
      return undefined
    } catch (error) {
      if (!(error instanceof ReconcileError)) throw error
      const message = `${error.doing}: ${error.message}`
      const reason = 'ScaledObjectCheckFailed'
      this.set({ type: 'Ready', status: 'False', reason, message })
      const unknown = 'ScaledObject check failed'
      this.set({ type: 'Active', status: 'Unknown', reason: 'UnknownState', message: unknown })
      this.emit('Warning', reason, message)
      return error.message
    }
  }

  private get key(): string {
    return `${this.namespace}/${this.object.metadata.name ?? ''}`
  }

  private get namespace(): string {
    return this.object.metadata.namespace ?? ''
  }

  private set(condition: Condition): void {
    this.conditions = withCondition(this.conditions, condition)
  }

  private emit(type: 'Normal' | 'Warning', reason: string, note: string): void {
    this.world.event(this.object, { type, reason, note })
  }

  private setMetadata(metadata: Partial<ScaledObject['metadata']>): void {
    this.object = { ...this.object, metadata: { ...this.object.metadata, ...metadata } }
    this.world.write(this.object)
  }

  /** Fields given as undefined go. */
  private setStatus(
    changes: { readonly [K in keyof ScaledObjectStatus]: ScaledObjectStatus[K] | undefined },
  ): void {
    const fields = Object.entries({ ...this.object.status, ...changes })
    const status = Object.fromEntries(fields.filter(([, value]) => value !== undefined))
    this.object = { ...this.object, status: status as ScaledObjectStatus }
    this.world.write(this.object)
  }

  private scaling(): string {
    const wasPaused = this.conditions.find(({ type }) => type === 'Paused')?.status === 'True'
    if (isPaused(this.object)) return this.pause(wasPaused)
    if (pausesScaleIn(this.object) || pausesScaleOut(this.object)) {
      this.setPaused()
      if (!wasPaused) this.emit('Normal', 'ScaledObjectPaused', pausedMessage)
    } else if (wasPaused) this.unpause()
    const { name } = this.object.spec.scaleTargetRef
    if (name === '') {
      throw new ReconcileError(wrongTarget, 'ScaledObject.spec.scaleTargetRef.name is missing')
    }
    this.ensureLabel()
    const target = this.checkTarget()
    this.checkReplicas()
    this.checkTriggers()
    this.setTypes()
    const isNew = this.ensureAutoscaler(target)
    const generation = this.object.metadata.generation ?? 0
    if (isNew || this.context.generations.get(this.key) !== generation) {
      this.context.handler.start(this.object)
      this.context.generations.set(this.key, generation)
    }
    return readyMessage
  }

  private setPaused(): void {
    const message = pausedMessage
    this.set({ type: 'Paused', status: 'True', reason: 'ScaledObjectPaused', message })
  }

  private unpause(): void {
    const message = 'pause annotation removed for ScaledObject'
    this.set({ type: 'Paused', status: 'False', reason: 'ScaledObjectUnpaused', message })
    this.emit('Normal', 'ScaledObjectUnpaused', message)
    this.setStatus({ pausedReplicaCount: undefined })
  }

  private stopLoop(): void {
    this.context.handler.stop(this.object)
    this.context.generations.delete(this.key)
  }

  private pause(wasPaused: boolean): string {
    if (!wasPaused) {
      this.setPaused()
      this.setStatus({ conditions: this.conditions })
      this.emit('Normal', 'ScaledObjectPaused', pausedMessage)
    }
    this.stopLoop()
    const found = this.foundAutoscaler()
    if (found !== undefined) {
      this.world.removeAutoscaler(this.namespace, found.metadata.name ?? '')
    }
    const count = this.scaleToPaused()
    if (this.object.status?.pausedReplicaCount !== count) {
      this.setStatus({ pausedReplicaCount: count })
    }
    this.setPaused()
    return pausedMessage
  }

  private scaleToPaused(): number | undefined {
    const doing = 'failed to scale target to paused replica count'
    const text = annotation(this.object, 'pausedReplicas')
    if (text === undefined) return undefined
    const count = parseInt32(text)
    if (typeof count === 'string') {
      throw new ReconcileError(doing, `failed to parse paused replica count: ${count}`)
    }
    const resource = this.resource()
    if (typeof resource === 'string') {
      const message = `failed to parse Group, Version, Kind, Resource: ${resource}`
      throw new ReconcileError(doing, message)
    }
    const scale = this.world.scale(this.object, resource)
    if (typeof scale === 'string') {
      throw new ReconcileError(doing, `failed to get scale for target resource: ${scale}`)
    }
    if (scale.replicas === count) return count
    const error = this.world.setScale(this.object, count)
    if (error !== undefined) throw new ReconcileError(doing, `${doing}: ${error}`)
    return count
  }

  private ensureLabel(): void {
    const { labels, name = '' } = this.object.metadata
    if (labels?.[ownerLabel] === name) return
    this.setMetadata({ labels: { ...labels, [ownerLabel]: name } })
  }

  private resource(): TargetResource | string {
    const { apiVersion = '', kind = '' } = this.object.spec.scaleTargetRef
    return this.world.resource(apiVersion || 'apps/v1', kind || 'Deployment')
  }

  private checkTarget(): TargetResource {
    const resource = this.resource()
    if (typeof resource === 'string') {
      this.emit('Warning', 'ScaledObjectUpdateFailed', resource)
      throw new ReconcileError(wrongTarget, resource)
    }
    const { group = '', version = '', kind = '' } = resource
    const scaleTargetKind = `${group}/${version}.${kind}`
    const { status } = this.object
    const isStale =
      status?.scaleTargetKind !== scaleTargetKind ||
      !sameJson(status.scaleTargetGVKR, resource) ||
      status.originalReplicaCount === undefined ||
      (status.pausedReplicaCount !== undefined && !this.hasPauseAnnotation())
    if (!isStale) return resource
    const scale = this.world.scale(this.object, resource)
    if (typeof scale === 'string') {
      this.emit('Warning', 'ScaledObjectCheckFailed', "Target resource doesn't exist")
      throw new ReconcileError(wrongTarget, scale)
    }
    this.setStatus({
      scaleTargetKind,
      scaleTargetGVKR: resource,
      originalReplicaCount: status?.originalReplicaCount ?? scale.replicas,
      ...(!this.hasPauseAnnotation() && { pausedReplicaCount: undefined }),
    })
    return resource
  }

  private hasPauseAnnotation(): boolean {
    return (
      annotation(this.object, 'paused') !== undefined ||
      annotation(this.object, 'pausedReplicas') !== undefined
    )
  }

  private checkReplicas(): void {
    const doing = "ScaledObject doesn't have correct Idle/Min/Max Replica Counts specification"
    const { minReplicaCount, idleReplicaCount } = this.object.spec
    const least = minReplicaCount === undefined ? 0 : minReplicas(this.object)
    const most = maxReplicas(this.object)
    if (least > most) {
      const what = `MinReplicaCount=${least} must be less than MaxReplicaCount=${most}`
      throw new ReconcileError(doing, what)
    }
    if (idleReplicaCount !== undefined && idleReplicaCount >= least) {
      const what = `IdleReplicaCount=${idleReplicaCount} must be less than MinReplicaCount=${least}`
      throw new ReconcileError(doing, what)
    }
  }

  private checkTriggers(): void {
    const doing = "ScaledObject doesn't have correct triggers specification"
    const { triggers } = this.object.spec
    const fail = (what: string): never => {
      throw new ReconcileError(doing, what)
    }
    if (triggers.length === 0) fail('no triggers defined in the ScaledObject/ScaledJob')
    const names = new Set<string>()
    for (const { type, name = '', useCachedMetrics } of triggers) {
      if (useCachedMetrics === true && ['cpu', 'memory', 'cron'].includes(type)) {
        fail(`property "useCachedMetrics" is not supported for ${goQuote(type)} scaler`)
      }
      if (names.has(name)) {
        const where = 'multiple times in the ScaledObject/ScaledJob'
        fail(`triggerName ${goQuote(name)} is defined ${where}, but it must be unique`)
      }
      if (name !== '') names.add(name)
    }
  }

  private setTypes(): void {
    const { triggers } = this.object.spec
    const auths = triggers.flatMap(({ authenticationRef }) => authenticationRef?.name ?? [])
    this.setStatus({
      triggersTypes: [...new Set(triggers.map(({ type }) => type))].join(','),
      authenticationsTypes: [...new Set(auths)].join(','),
    })
  }

  private foundAutoscaler(): HorizontalPodAutoscaler | undefined {
    const name = this.object.status?.hpaName || autoscalerName(this.object)
    return this.world.autoscaler(this.namespace, name)
  }

  /** Whether the autoscaler is a new one. */
  private ensureAutoscaler(target: TargetResource): boolean {
    const found = this.foundAutoscaler()
    const name = autoscalerName(this.object)
    if (found === undefined || found.metadata.name !== name) {
      if (found !== undefined) {
        this.world.removeAutoscaler(this.namespace, found.metadata.name ?? '')
      }
      this.world.putAutoscaler(this.wantedAutoscaler(target))
      this.setStatus({ hpaName: name })
      return true
    }
    const wanted = this.wantedAutoscaler(target)
    if (needsUpdate(found, wanted)) this.world.putAutoscaler(wanted)
    if (this.object.status?.hpaName !== name) this.setStatus({ hpaName: name })
    return false
  }

  private wantedAutoscaler(target: TargetResource): HorizontalPodAutoscaler {
    const doing = 'failed to ensure HPA is correctly created for ScaledObject'
    const cache = this.context.handler.cacheOf({ object: this.object })
    if (typeof cache === 'string') throw new ReconcileError(doing, cache)
    const metrics = metricsOf(this.object, cache)
    if (typeof metrics === 'string') throw new ReconcileError(doing, metrics)
    const { externalNames, resourceNames, compositeName } = metrics
    const kept = Object.entries(this.object.status?.health ?? {}).filter(([name]) =>
      externalNames.includes(name),
    )
    this.setStatus({
      externalMetricNames: externalNames.length > 0 ? externalNames : undefined,
      resourceMetricNames: resourceNames.length > 0 ? resourceNames : undefined,
      health: kept.length > 0 ? Object.fromEntries(kept) : undefined,
      ...(compositeName !== undefined && { compositeScalerName: compositeName }),
    })
    const { version } = this.context.options
    return autoscalerFor(this.object, metrics.metrics, { target, version })
  }

  private finalize(): string | undefined {
    const { metadata, spec, status } = this.object
    const finalizers = metadata.finalizers ?? []
    if (finalizers.includes(finalizer)) {
      this.stopLoop()
      const original = status?.originalReplicaCount
      const isRestored = spec.advanced?.restoreToOriginalReplicaCount === true
      if (isRestored && status?.scaleTargetGVKR !== undefined && original !== undefined) {
        const scale = this.world.scale(this.object, status.scaleTargetGVKR)
        if (typeof scale !== 'string') this.world.setScale(this.object, original)
      }
      this.setMetadata({ finalizers: sortedStrings(finalizers).filter(each => each !== finalizer) })
      this.world.remove(this.object)
    }
    this.emit('Warning', 'ScaledObjectDeleted', 'ScaledObject was deleted')
    return undefined
  }
}

function needsUpdate(found: HorizontalPodAutoscaler, wanted: HorizontalPodAutoscaler): boolean {
  const isSpecSame =
    wanted.spec?.metrics?.length === found.spec?.metrics?.length &&
    sameJson(wanted.spec?.behavior, found.spec?.behavior) &&
    isDerivative(wanted.spec, found.spec)
  if (!isSpecSame || !isDerivative(wanted.metadata.labels, found.metadata.labels)) return true
  const { annotations } = wanted.metadata
  return annotations === undefined
    ? found.metadata.annotations !== undefined
    : !isDerivative(annotations, found.metadata.annotations)
}
