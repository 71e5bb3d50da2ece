// From "active or not" to a replica count: only up from zero or idle, and back down to it.
// Port of KEDA v2.21.0 pkg/scaling/executor/scale_scaledobjects.go.

import { parseTime } from '../../kube/time.ts'
import {
  type Condition,
  forcesActivation,
  isPaused,
  pausesScaleIn,
  pausesScaleOut,
  type ScaledObject,
  type ScaledObjectStatus,
  withCondition,
} from './scaled-object.ts'
import type { KedaEvent, KedaWorld } from './world.ts'

export interface ScaleRequest {
  readonly isActive: boolean
  readonly isError: boolean
  readonly activeTriggers: readonly string[]
}

export interface ScaleResult {
  readonly conditions: readonly Condition[]
  readonly triggersActivity: NonNullable<ScaledObjectStatus['triggersActivity']>
  readonly lastActiveMs?: number
  readonly error?: string
}

const cooldownSeconds = 300

/** Does what one look at the triggers asks for; says what the status is to become. */
export function requestScale(
  world: KedaWorld,
  scaledObject: ScaledObject,
  request: ScaleRequest,
): ScaleResult {
  const execution = new Execution(world, scaledObject, request)
  execution.run()
  return execution.result
}

class Execution {
  result: ScaleResult
  private readonly world: KedaWorld
  private readonly object: ScaledObject
  private readonly request: ScaleRequest

  constructor(world: KedaWorld, object: ScaledObject, request: ScaleRequest) {
    this.world = world
    this.object = object
    this.request = request
    const names = object.status?.externalMetricNames ?? []
    this.result = {
      conditions: [],
      triggersActivity: Object.fromEntries(
        names.map(name => [name, { isActive: request.activeTriggers.includes(name) }]),
      ),
    }
    const message = 'ScaledObject is defined correctly and is ready for scaling'
    this.set({ type: 'Ready', status: 'True', reason: 'ScaledObjectReady', message })
  }

  run(): void {
    const scale = this.world.scale(this.object)
    if (typeof scale === 'string') {
      const message = `rror getting current replicas count for ScaleTarget: ${scale}`
      this.notReady('ErrorGettingCurrentReplicas', `E${message}`)
      this.result = { ...this.result, error: `e${message}` }
      return
    }
    if (isPaused(this.object)) {
      const message = 'ScaledObject is paused'
      this.set({ type: 'Paused', status: 'True', reason: 'ScaledObjectPaused', message })
      return
    }
    const isActive = this.request.isActive || forcesActivation(this.object)
    if (isActive) this.active(scale.replicas)
    else this.inactive(scale.replicas)
    this.mirrorAutoscaler()
  }

  private set(condition: Condition): void {
    const conditions = withCondition(this.result.conditions, condition)
    this.result = { ...this.result, conditions }
  }

  private notReady(reason: string, message: string): void {
    this.set({ type: 'Ready', status: 'False', reason, message })
  }

  private failed(doing: string, error: string): void {
    const message = `error ${doing}: ${error}`
    this.notReady('ErrorScalingTarget', message)
    this.result = { ...this.result, error: message }
  }

  private wasActive(): void {
    this.result = { ...this.result, lastActiveMs: this.world.nowMs() }
  }

  private active(current: number): void {
    const why = forcesActivation(this.object)
      ? 'activation is being forced by annotation'
      : 'triggers are active'
    const message = `Scaling is performed because ${why}`
    this.set({ type: 'Active', status: 'True', reason: 'ScalerActive', message })
    const { idleReplicaCount, minReplicaCount = 0 } = this.object.spec
    if (current === 0 || (idleReplicaCount !== undefined && current < minReplicaCount)) {
      this.fromZeroOrIdle()
    } else if (this.request.isError) {
      const partial = 'Some triggers defined in ScaledObject are not working correctly'
      this.set({
        type: 'Ready',
        status: 'Unknown',
        reason: 'PartialTriggerError',
        message: partial,
      })
    } else this.wasActive()
  }

  private inactive(current: number): void {
    this.setInactive()
    const { fallback, idleReplicaCount, minReplicaCount = 0 } = this.object.spec
    if (this.request.isError && fallback !== undefined && fallback.replicas !== 0) return
    if (this.request.isError && fallback === undefined) {
      this.notReady('TriggerError', 'Triggers defined in ScaledObject are not working correctly')
    } else if (
      (idleReplicaCount !== undefined && current > idleReplicaCount) ||
      (current > 0 && minReplicaCount === 0)
    ) {
      this.toZeroOrIdle()
    } else if (idleReplicaCount === undefined && current < minReplicaCount) {
      const error = this.setReplicas(minReplicaCount).error
      const what = 'setting ScaleTarget replicas count to ScaledObject minReplicaCount'
      if (error !== undefined) this.failed(what, error)
    }
  }

  private setInactive(): void {
    const message = 'Scaling is not performed because triggers are not active'
    this.set({ type: 'Active', status: 'False', reason: 'ScalerNotActive', message })
  }

  private setReplicas(replicas: number): { readonly from: number; readonly error?: string } {
    const scale = this.world.scale(this.object)
    if (typeof scale === 'string') return { from: -1, error: scale }
    const error = this.world.setScale(this.object, replicas)
    return { from: scale.replicas, ...(error !== undefined && { error }) }
  }

  private target(): string {
    const { metadata, spec, status } = this.object
    return `${status?.scaleTargetKind ?? ''} ${metadata.namespace ?? ''}/${spec.scaleTargetRef.name}`
  }

  private fromZeroOrIdle(): void {
    if (pausesScaleOut(this.object)) return
    const to = Math.max(this.object.spec.minReplicaCount ?? 0, 1)
    const { from, error } = this.setReplicas(to)
    const what = `${this.target()} from ${from} to ${to}`
    if (error !== undefined) {
      const note = `Failed to scale ${what}: ${error}`
      this.emit({ type: 'Warning', reason: 'KEDAScaleTargetActivationFailed', note })
      this.failed('activating ScaleTarget', error)
      return
    }
    const cause = forcesActivation(this.object)
      ? 'caused by forced activation annotation'
      : `triggered by ${this.request.activeTriggers.join(';')}`
    const note = `Scaled ${what}, ${cause}`
    this.emit({ type: 'Normal', reason: 'KEDAScaleTargetActivated', note })
    this.wasActive()
  }

  private toZeroOrIdle(): void {
    if (pausesScaleIn(this.object)) return
    if (!this.isCool()) {
      const message = 'Scaler cooling down because triggers are not active'
      this.set({ type: 'Active', status: 'False', reason: 'ScalerCooldown', message })
      return
    }
    const { idleReplicaCount, minReplicaCount = 0 } = this.object.spec
    const to = idleReplicaCount ?? minReplicaCount
    const { from, error } = this.setReplicas(to)
    const what = `${this.target()} from ${from} to ${to}`
    if (error === undefined) {
      const note = `Deactivated ${what}`
      this.emit({ type: 'Normal', reason: 'KEDAScaleTargetDeactivated', note })
      return this.setInactive()
    }
    const note = `Failed to deactivate ${what}: ${error}`
    this.emit({ type: 'Warning', reason: 'KEDAScaleTargetDeactivationFailed', note })
    this.failed('deactivating ScaleTarget', error)
  }

  private isCool(): boolean {
    const { metadata, spec, status } = this.object
    const now = this.world.nowMs()
    if (status?.lastActiveTime !== undefined) {
      const seconds = spec.cooldownPeriod ?? cooldownSeconds
      return parseTime(status.lastActiveTime) + seconds * 1000 < now
    }
    const created = parseTime(metadata.creationTimestamp ?? '')
    return created + (spec.initialCooldownPeriod ?? 0) * 1000 < now
  }

  private emit(event: KedaEvent): void {
    this.world.event(this.object, event)
  }

  /** HPAActive follows the autoscaler's own condition, once there is one. */
  private mirrorAutoscaler(): void {
    const name = this.object.status?.hpaName ?? ''
    if (name === '') return
    const autoscaler = this.world.autoscaler(this.object.metadata.namespace ?? '', name)
    const condition = autoscaler?.status?.conditions?.find(({ type }) => type === 'ScalingActive')
    if (condition === undefined) return
    const type = 'HPAActive'
    const { status, reason = '', message = '' } = condition
    if (status === 'True') {
      this.set({ type, status: 'True', reason: type, message: 'HPA is actively scaling' })
    } else if (reason === 'ScalingDisabled') {
      this.set({ type, status: 'True', reason, message })
    } else {
      const why = `HPA is not actively scaling: ${message}`
      const given = reason === '' ? 'HPAMetricsUnavailable' : reason
      this.set({ type, status: 'False', reason: given, message: why })
    }
  }
}
